package record_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/record"
)

func documentation(t *testing.T) string {
	t.Helper()
	raw, err := os.ReadFile("../docs/record.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// Every key of the formats stands in docs/record.md, in backticks.
func TestEveryKeyIsDocumented(t *testing.T) {
	doc := documentation(t)
	seen := map[reflect.Type]bool{}
	for _, v := range []any{record.Statement{}, record.Intent{}, record.Attachment{}, record.Fetched{}} {
		for _, key := range keysOf(reflect.TypeOf(v), seen) {
			if !mentions(doc, key) {
				t.Errorf("docs/record.md does not have the key %q", key)
			}
		}
	}
}

// mentions tells whether a word stands within backticks.
func mentions(doc, word string) bool {
	for i, code := range strings.Split(doc, "`") {
		if i%2 == 0 {
			continue
		}
		for _, part := range strings.FieldsFunc(code, func(r rune) bool { return strings.ContainsRune("{}, ?.:", r) }) {
			if part == word {
				return true
			}
		}
	}
	return false
}

func keysOf(t reflect.Type, seen map[reflect.Type]bool) (keys []string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || seen[t] {
		return nil
	}
	seen[t] = true
	for i := range t.NumField() {
		if key, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); key != "" {
			keys = append(append(keys, key), keysOf(t.Field(i).Type, seen)...)
		}
	}
	return keys
}

// Every word of a closed list, and every kind of gap and note, is documented.
func TestEveryWordIsDocumented(t *testing.T) {
	doc := documentation(t)
	types := map[string]bool{"Role": true, "Status": true, "Root": true, "TreeState": true, "Coverage": true, "Place": true}
	words := constants(t, "*.go", func(name, typ string) bool { return types[typ] })
	kinds := constants(t, "gap.go", func(name, typ string) bool {
		return strings.HasPrefix(name, "Gap") || strings.HasPrefix(name, "Note")
	})
	if len(words) < 30 || len(kinds) < 20 {
		t.Fatalf("found only %d words and %d kinds", len(words), len(kinds))
	}
	for name, word := range words {
		if !mentions(doc, word) {
			t.Errorf("docs/record.md does not have %s, %q", name, word)
		}
	}
	for name, kind := range kinds {
		if !strings.Contains(doc, "\n| `"+kind+"` |") {
			t.Errorf("docs/record.md has no row for %s, %q", name, kind)
		}
	}
}

// constants are the string constants of the files that are wanted, by name.
func constants(t *testing.T, glob string, want func(name, typ string) bool) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(glob)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
				typ, _ := spec.Type.(*ast.Ident)
				value, _ := spec.Values[0].(*ast.BasicLit)
				if typ == nil {
					typ = &ast.Ident{}
				}
				if name := spec.Names[0].Name; value != nil && value.Kind == token.STRING && want(name, typ.Name) {
					found[name], _ = strconv.Unquote(value.Value)
				}
			}
			return true
		})
	}
	return found
}
