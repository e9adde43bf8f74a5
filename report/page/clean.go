package page

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/lineage-audit/lineage/report"
)

// cleaned is a copy of v in which every text passed report.Clean. So no template
// has to remember it. Types that keep their fields to themselves are copied as they
// are: digests, ids, times.
func cleaned[T any](v T) T {
	clean := reflect.New(reflect.TypeFor[T]()).Elem()
	clean.Set(reflect.ValueOf(&v).Elem())
	cleanValue(clean)
	return clean.Interface().(T)
}

// cleanValue cleans what can be set, and makes copies of what is shared.
func cleanValue(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(report.Clean(v.String()))
	case reflect.Pointer:
		if !v.IsNil() {
			own := reflect.New(v.Type().Elem())
			own.Elem().Set(v.Elem())
			cleanValue(own.Elem())
			v.Set(own)
		}
	case reflect.Slice:
		if v.IsNil() {
			return
		}
		own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(own, v)
		v.Set(own)
		fallthrough
	case reflect.Array:
		for i := range v.Len() {
			cleanValue(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && v.Field(i).CanSet() {
				cleanValue(v.Field(i))
			}
		}
	}
}

// cell is a text that begins a cell of a table. One that a spreadsheet would take
// for a formula, if the table is copied there, stands in quotes.
func cell(word any) string {
	text := fmt.Sprint(word)
	if text == "" || !strings.ContainsAny(text[:1], "=+-@") {
		return text
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return text
	}
	return `"` + text + `"`
}
