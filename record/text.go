package record

import (
	"cmp"
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"
)

// isText tells whether s may stand in a document as it is. A control character
// would act on the terminal of whoever reads it, and what is not UTF-8 cannot
// stand in JSON.
func isText(s string) bool { return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl) }

// checkTexts checks every string in the document at p.
func checkTexts(p any) (err error) {
	walk(reflect.ValueOf(p), func(s reflect.Value) {
		if err == nil && !isText(s.String()) {
			err = fmt.Errorf("text %.60q holds control characters", s.String())
		}
	})
	return err
}

// walk calls f with every string below v.
func walk(v reflect.Value, f func(reflect.Value)) {
	switch v.Kind() {
	case reflect.String:
		f(v)
	case reflect.Pointer:
		if !v.IsNil() {
			walk(v.Elem(), f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walk(v.Index(i), f)
		}
	case reflect.Struct:
		if _, own := v.Interface().(interface{ MarshalText() ([]byte, error) }); own {
			return // it has its own spelling
		}
		for i := range v.NumField() {
			walk(v.Field(i), f)
		}
	}
}

// cleaned is a copy of v in which every string may stand in a document: one that
// came as it was found, and was to be encoded, must not cost the whole record.
func cleaned[T any](v T) T { return cleanedValue(reflect.ValueOf(v)).Interface().(T) }

func cleanedValue(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch _, own := v.Interface().(interface{ MarshalText() ([]byte, error) }); {
	case v.Kind() == reflect.String && !isText(v.String()):
		out.SetString(cmp.Or(EncodeText(v.String()), EncodePath(v.String())))
	case v.Kind() == reflect.Pointer && !v.IsNil():
		out.Set(reflect.New(v.Type().Elem()))
		out.Elem().Set(cleanedValue(v.Elem()))
	case v.Kind() == reflect.Slice && !v.IsNil():
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(cleanedValue(v.Index(i)))
		}
	case v.Kind() == reflect.Struct && !own:
		for i := range v.NumField() {
			out.Field(i).Set(cleanedValue(v.Field(i)))
		}
	default:
		out.Set(v)
	}
	return out
}
