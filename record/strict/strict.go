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
	"bytes"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"
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
	d := decoder{json.NewDecoder(bytes.NewReader(raw))}
	d.UseNumber()
	if err := d.value(reflect.ValueOf(target).Elem(), ""); err != nil {
		return fmt.Errorf("%w: %w", ErrSyntax, err)
	}
	if tok, err := d.Token(); err != io.EOF {
		return fmt.Errorf("%w: data after the end: %v", ErrSyntax, tok)
	}
	return nil
}

type decoder struct{ *json.Decoder }

// value decodes the next value into v; at is its path, for messages.
func (d decoder) value(v reflect.Value, at string) error {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		return d.value(v.Elem(), at)
	}
	tok, err := d.Token()
	if err != nil {
		return fmt.Errorf("%s: %w", name(at), noEOF(err))
	}
	if text, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		s, ok := tok.(string)
		if !ok {
			return mismatch(at, "a string", tok)
		}
		if err := text.UnmarshalText([]byte(s)); err != nil {
			return fmt.Errorf("%s: %w", name(at), err)
		}
		return nil
	}
	switch v.Kind() {
	case reflect.Struct:
		if tok != json.Delim('{') {
			return mismatch(at, "an object", tok)
		}
		return d.object(v, at)
	case reflect.Slice:
		if tok != json.Delim('[') {
			return mismatch(at, "an array", tok)
		}
		return d.array(v, at)
	}
	return scalar(v, tok, at)
}

func (d decoder) object(v reflect.Value, at string) error {
	fields := fieldsOf(v.Type())
	seen := make(map[string]bool, len(fields))
	for d.More() {
		tok, err := d.Token()
		if err != nil {
			return fmt.Errorf("%s: %w", name(at), noEOF(err))
		}
		key := tok.(string)
		f, known := fields[key]
		if !known {
			return fmt.Errorf("%s: unknown key %q", name(at), key)
		}
		if seen[key] {
			return fmt.Errorf("%s: key %q stands twice", name(at), key)
		}
		seen[key] = true
		field := v.Field(f.index)
		if err := d.value(field, at+"."+key); err != nil {
			return err
		}
		if f.optional && isEmpty(field) {
			return fmt.Errorf("%s: optional, so it must be left out where it is empty", name(at+"."+key))
		}
	}
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("%s: %w", name(at), noEOF(err))
	}
	for key, f := range fields {
		if !f.optional && !seen[key] {
			return fmt.Errorf("%s: key %q is missing", name(at), key)
		}
	}
	return nil
}

func (d decoder) array(v reflect.Value, at string) error {
	v.Set(reflect.MakeSlice(v.Type(), 0, 0))
	for i := 0; d.More(); i++ {
		v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
		if err := d.value(v.Index(i), at+"["+strconv.Itoa(i)+"]"); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return fmt.Errorf("%s: %w", name(at), noEOF(err))
	}
	return nil
}

func scalar(v reflect.Value, tok json.Token, at string) error {
	switch v.Kind() {
	case reflect.String:
		s, ok := tok.(string)
		if !ok {
			return mismatch(at, "a string", tok)
		}
		v.SetString(s)
	case reflect.Bool:
		b, ok := tok.(bool)
		if !ok {
			return mismatch(at, "true or false", tok)
		}
		v.SetBool(b)
	case reflect.Int64:
		n, ok := tok.(json.Number)
		if !ok {
			return mismatch(at, "an integer", tok)
		}
		i, err := strconv.ParseInt(n.String(), 10, 64)
		if err != nil || strconv.FormatInt(i, 10) != n.String() {
			return fmt.Errorf("%s: number %s is not a plain 64-bit integer", name(at), n)
		}
		v.SetInt(i)
	default:
		panic("strict: no documents are decoded into " + v.Type().String())
	}
	return nil
}

type field struct {
	index    int
	optional bool
}

func fieldsOf(t reflect.Type) map[string]field {
	fields := make(map[string]field, t.NumField())
	for i := range t.NumField() {
		tag, options, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		fields[tag] = field{i, options == "omitempty"}
	}
	return fields
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

func mismatch(at, want string, got json.Token) error {
	if got == nil {
		return fmt.Errorf("%s: want %s, got null", name(at), want)
	}
	return fmt.Errorf("%s: want %s, got %.40q", name(at), want, fmt.Sprint(got))
}

func name(at string) string {
	if at == "" {
		return "document"
	}
	return strings.TrimPrefix(at, ".")
}

func noEOF(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// checkText refuses what encoding/json would silently replace by U+FFFD.
func checkText(raw []byte) error {
	if !utf8.Valid(raw) {
		return errors.New("invalid UTF-8")
	}
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			continue
		}
		unit, ok := codeUnit(raw[i:])
		switch {
		case !ok: // an escape of one character, or a syntax error found later
			i++
		case unit>>10 == 0xDC00>>10:
			return fmt.Errorf("escape at byte %d is half a surrogate pair", i)
		case unit>>10 == 0xD800>>10:
			if low, ok := codeUnit(raw[i+6:]); !ok || low>>10 != 0xDC00>>10 {
				return fmt.Errorf("escape at byte %d is half a surrogate pair", i)
			}
			i += 11
		default:
			i += 5
		}
	}
	return nil
}

// codeUnit reads a \uXXXX escape at the start of b.
func codeUnit(b []byte) (uint64, bool) {
	if len(b) < 6 || b[0] != '\\' || b[1] != 'u' {
		return 0, false
	}
	unit, err := strconv.ParseUint(string(b[2:6]), 16, 16)
	return unit, err == nil
}
