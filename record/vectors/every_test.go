package main

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/record"
)

// places calls f with the path of every value in n, but of the elements of arrays
// only if no other of them has had such a place.
func places(n *node, f func(path string, n *node)) {
	seen := map[string]bool{}
	walk(n, "", func(path string, n *node) {
		place := regexp.MustCompile(`\b[0-9]+\b`).ReplaceAllString(path, "0")
		if !seen[place] {
			seen[place] = true
			f(path, n)
		}
	})
}

func walk(n *node, path string, f func(path string, n *node)) {
	f(path, n)
	for i, kid := range n.kids {
		step := strconv.Itoa(i)
		if n.open == "{" {
			step, _ = strconv.Unquote(kid.key)
		}
		walk(kid, strings.TrimPrefix(path+"."+step, "."), f)
	}
}

// Wherever a record has an object, one more key is refused; wherever it has a
// key, the key twice, in another case or with null is refused.
func TestEveryKey(t *testing.T) {
	base := everythingAround()
	refused := func(what, path string, raw []byte) {
		t.Helper()
		if _, err := record.Decode(raw); err == nil {
			t.Errorf("%s at %q is read", what, path)
		}
	}
	places(parse(base), func(path string, n *node) {
		if n.open == "{" {
			refused("an unknown key", path, edit(base, add(path, "zzz", "1")))
		}
		if path != "" {
			refused("null", path, edit(base, set(path, "null")))
		}
		if n.key != "" {
			refused("a duplicated key", path, edit(base, again(path)))
			refused("a key in another case", path, edit(base, rename(path, strings.ToUpper(n.key))))
		}
	})
}

// A record with something taken away says something else, or is none.
func TestEveryValueRemoved(t *testing.T) {
	base := everythingAround()
	was, err := record.Decode(base)
	if err != nil {
		t.Fatal(err)
	}
	places(parse(base), func(path string, n *node) {
		if path == "" {
			return
		}
		if r, err := record.Decode(edit(base, remove(path))); err == nil && reflect.DeepEqual(r.Statement(), was.Statement()) {
			t.Errorf("without %q it says the same", path)
		}
	})
}

// The good vectors have every field of the types, and not its zero value.
func TestEveryFieldIsInAVector(t *testing.T) {
	set := map[string]bool{}
	for _, v := range goodRecords() {
		r, err := record.Decode(v.raw)
		if err != nil {
			t.Fatal(err)
		}
		fields(reflect.ValueOf(r.Statement()), set)
	}
	for name, found := range set {
		if !found {
			t.Errorf("no %s", name)
		}
	}
}

// fields notes of every field below v whether it is set somewhere.
func fields(v reflect.Value, set map[string]bool) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			fields(v.Elem(), set)
		}
	case reflect.Slice:
		for i := range v.Len() {
			fields(v.Index(i), set)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.Tag.Get("json") == "" {
				return // it has a spelling of its own
			}
			name := v.Type().Name() + "." + f.Name
			set[name] = set[name] || !v.Field(i).IsZero()
			fields(v.Field(i), set)
		}
	}
}
