// Package strict decodes JSON that an auditor may rely on.
//
// Go's encoding/json takes the last of two equal keys, matches keys in any case,
// skips unknown ones, replaces invalid UTF-8, rounds numbers, reads null as
// nothing and ignores what follows a value. Two programs that differ in one of
// these read different facts from the same signed bytes. Here each is an error:
//
//   - a key that stands twice, that the type does not have, or that differs in case;
//   - a key that is required (its tag has no omitempty) and absent;
//   - a key that is optional and present, but empty: absence has one spelling;
//   - null, anywhere;
//   - a number that is not the shortest decimal spelling of a 64-bit integer;
//   - invalid UTF-8, and escapes of half a surrogate pair;
//   - anything but white space after the value; a document larger than allowed.
//
// The types decoded into are structs of bool, string, int64, slices, pointers,
// structs, and types with UnmarshalText. Maps, interfaces and floats are refused:
// object keys are the format's alone.
package strict

import (
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
)

// ErrSyntax says that a document is not what its type asks for. Every error of
// [Unmarshal] about the document wraps it.
var ErrSyntax = errors.New("malformed document")

// Unmarshal decodes raw, of at most limit bytes, into the struct at target.
func Unmarshal(raw []byte, limit int, target any) error {
	if len(raw) > limit {
		return fmt.Errorf("%w: it has %d bytes; at most %d are read", ErrSyntax, len(raw), limit)
	}
	if err := checkText(raw); err != nil {
		return fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	d := decoder{scanner{rest: raw}}
	if err := d.value(reflect.ValueOf(target).Elem()); err != nil {
		return fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	if d.space(); len(d.rest) > 0 {
		return fmt.Errorf("%w: data after the end: %.40q", ErrSyntax, d.rest)
	}
	return nil
}

type decoder struct{ scanner }

// value decodes the next value into v.
func (d *decoder) value(v reflect.Value) error {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		return d.value(v.Elem())
	}
	if text, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		s, err := d.string()
		if err == nil {
			err = text.UnmarshalText([]byte(s))
		}
		return err
	}
	switch v.Kind() {
	case reflect.Struct:
		return d.object(v)
	case reflect.Slice:
		return d.array(v)
	}
	return d.scalar(v)
}

func (d *decoder) object(v reflect.Value) error {
	t := typeOf(v.Type())
	seen := make([]bool, len(t.fields))
	err := d.list('{', '}', "an object", func(int) error {
		key, err := d.key()
		if err != nil {
			return err
		}
		i, known := t.index[key]
		if !known {
			return fmt.Errorf("unknown key %q", key)
		}
		if seen[i] {
			return fmt.Errorf("key %q stands twice", key)
		}
		seen[i] = true
		if err := d.value(v.Field(i)); err != nil {
			return within("."+key, err)
		}
		if t.fields[i].optional && isEmpty(v.Field(i)) {
			return within("."+key, errors.New("optional, so it must be left out where it is empty"))
		}
		return nil
	})
	if err != nil {
		return err
	}
	for i, f := range t.fields {
		if !f.optional && !seen[i] {
			return fmt.Errorf("key %q is missing", f.key)
		}
	}
	return nil
}

func (d *decoder) array(v reflect.Value) error {
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	return d.list('[', ']', "an array", func(i int) error {
		v.Grow(1)
		v.SetLen(i + 1)
		return within("["+strconv.Itoa(i)+"]", d.value(v.Index(i)))
	})
}

func (d *decoder) scalar(v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		s, err := d.string()
		v.SetString(s)
		return err
	case reflect.Bool:
		b, err := d.bool()
		v.SetBool(b)
		return err
	case reflect.Int64:
		i, err := d.integer()
		v.SetInt(i)
		return err
	}
	panic("strict: no documents are decoded into " + v.Type().String())
}

// structType is what is known of a struct type: its fields, in order.
type structType struct {
	fields []field
	index  map[string]int
}

type field struct {
	key      string
	optional bool
}

var structTypes sync.Map // of *structType by reflect.Type

func typeOf(t reflect.Type) *structType {
	if known, ok := structTypes.Load(t); ok {
		return known.(*structType)
	}
	s := &structType{index: map[string]int{}}
	for i := range t.NumField() {
		key, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		s.fields = append(s.fields, field{key, options == "omitempty"})
		s.index[key] = i
	}
	structTypes.Store(t, s)
	return s
}

func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice:
		return v.Len() == 0
	case reflect.Pointer:
		return false
	}
	return v.IsZero()
}

// placed is an error with the place in the document where it came up.
type placed struct {
	at  string
	err error
}

func (p *placed) Error() string { return strings.TrimPrefix(p.at, ".") + ": " + p.err.Error() }
func (p *placed) Unwrap() error { return p.err }

// within puts a step before the place of an error.
func within(step string, err error) error {
	if err == nil {
		return nil
	}
	if p, ok := err.(*placed); ok {
		return &placed{step + p.at, p.err}
	}
	return &placed{step, err}
}
