package verify_test

import (
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestTouchesNothing: the package imports nothing by which it could look at the
// outside itself.
func TestTouchesNothing(t *testing.T) {
	allowed := []string{
		"bytes", "context", "embed", "encoding/json", "errors", "fmt", "io", "maps", "path", "slices", "strings", "time", "unicode",
		"github.com/lineage-audit/lineage/hashing", "github.com/lineage-audit/lineage/record", "go.yaml.in/yaml/v3",
	}
	paths, err := filepath.Glob("*.go")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no source: %v", err)
	}
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range f.Imports {
			if name, err := strconv.Unquote(i.Path.Value); err != nil || !slices.Contains(allowed, name) {
				t.Errorf("%s imports %s", path, i.Path.Value)
			}
		}
	}
}
