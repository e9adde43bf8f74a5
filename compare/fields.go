package compare

import (
	"encoding"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// leaf is one value within facts, under the path that docs/record.md spells it by:
// cpu.model, remotes[origin].url, tags[py3-none-any].
type leaf struct{ path, value string }

// member is the value of a leaf whose path says everything: an element of a list of
// texts, a flag, an object that is there and empty.
const member = "true"

// leaves lists the values within facts, those of fields to come too. What is absent
// has no leaf.
func leaves(facts any) (all []leaf) {
	walk(reflect.ValueOf(facts), "", true, func(path, value string) { all = append(all, leaf{path, value}) })
	return all
}

// walk visits the values below v. Where absent is true, the zero value stands for
// what is not there.
func walk(v reflect.Value, path string, absent bool, visit func(path, value string)) {
	if text, own := v.Interface().(encoding.TextMarshaler); own && v.Kind() != reflect.Pointer {
		if b, err := text.MarshalText(); err == nil && !v.IsZero() {
			visit(path, string(b))
		}
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		walkPointer(v, path, visit)
	case reflect.Struct:
		for i := range v.NumField() {
			name, options, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
			walk(v.Field(i), strings.TrimPrefix(path+"."+name, "."), options != "", visit)
		}
	case reflect.Slice:
		walkList(v, path, visit)
	default:
		if !v.IsZero() || !absent && v.CanInt() {
			visit(path, fmt.Sprint(v.Interface()))
		}
	}
}

func walkPointer(v reflect.Value, path string, visit func(path, value string)) {
	switch {
	case v.IsNil():
	case v.Elem().IsZero() && v.Elem().Kind() == reflect.Struct:
		visit(path, member)
	default:
		walk(v.Elem(), path, false, visit)
	}
}

// walkList names the elements by what tells them apart, so that lists are compared
// whatever their order.
func walkList(v reflect.Value, path string, visit func(path, value string)) {
	seen := map[string]int{}
	for i := range v.Len() {
		e := v.Index(i)
		key := keyOf(e, i)
		if seen[key]++; seen[key] > 1 {
			key += " #" + strconv.Itoa(seen[key])
		}
		at := path + "[" + key + "]"
		if e.Kind() == reflect.Struct && !isText(e) {
			walkElement(e, at, key, visit)
		} else {
			visit(at, member)
		}
	}
}

// walkElement leaves the element's name out, which stands in the path, unless that is
// all it has.
func walkElement(e reflect.Value, at, key string, visit func(path, value string)) {
	var found []leaf
	walk(e, at, false, func(path, value string) { found = append(found, leaf{path, value}) })
	for _, l := range found {
		if name := strings.TrimPrefix(l.path, at+"."); len(found) == 1 || l.value != key || !slices.Contains(keys, name) {
			visit(l.path, l.value)
		}
	}
}

// keys are the fields that tell the elements of a list apart.
var keys = []string{"name", "path", "location", "id"}

// keyOf is the name or path of an element, or else the element itself.
func keyOf(e reflect.Value, i int) string {
	if b, err := textOf(e); err == nil {
		return b
	}
	if e.Kind() != reflect.Struct {
		return fmt.Sprint(e.Interface())
	}
	for _, want := range keys {
		for j := range e.NumField() {
			if name, _, _ := strings.Cut(e.Type().Field(j).Tag.Get("json"), ","); name == want {
				return keyOf(e.Field(j), i)
			}
		}
	}
	return strconv.Itoa(i)
}

func isText(v reflect.Value) bool {
	_, own := v.Interface().(encoding.TextMarshaler)
	return own
}

func textOf(v reflect.Value) (string, error) {
	text, own := v.Interface().(encoding.TextMarshaler)
	if !own || v.Kind() == reflect.Pointer && v.IsNil() {
		return "", strconv.ErrSyntax
	}
	b, err := text.MarshalText()
	return string(b), err
}

// details are the facts that differ, without those at or below the paths in skip.
func details(a, b any, skip ...string) []Detail { return detailsOf(leaves(a), leaves(b), skip...) }

func detailsOf(a, b []leaf, skip ...string) (found []Detail) {
	other := map[string]string{}
	for _, l := range b {
		other[l.path] = l.value
	}
	for _, l := range a {
		if value, both := other[l.path]; (!both || value != l.value) && !below(l.path, skip) {
			found = append(found, Detail{l.path, l.value, value})
		}
		delete(other, l.path)
	}
	for _, l := range b {
		if _, only := other[l.path]; only && !below(l.path, skip) {
			found = append(found, Detail{Name: l.path, B: l.value})
		}
	}
	return found
}

// below tells whether a leaf is one of the named ones, or within one.
func below(path string, names []string) bool {
	for _, n := range names {
		if rest, ok := strings.CutPrefix(path, n); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return true
		}
	}
	return false
}
