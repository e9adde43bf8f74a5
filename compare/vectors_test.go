package compare

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lineage-audit/lineage/record"
)

// TestVectors compares each record of the specification with itself, with the next and
// with the one that has everything: nothing that a record can say is too much, and each
// pair is the same both ways round.
func TestVectors(t *testing.T) {
	paths, err := filepath.Glob("../testdata/records/v1/good/*.intoto.json")
	if err != nil || len(paths) < 10 {
		t.Fatalf("%d vectors, %v", len(paths), err)
	}
	var all []*record.Record
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		r, err := record.Decode(raw)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all = append(all, r)
	}
	everything := slices.IndexFunc(paths, func(p string) bool { return strings.HasSuffix(p, "/everything.intoto.json") })
	for i, a := range all {
		for _, j := range []int{i, (i + 1) % len(all), max(everything, 0)} {
			b := all[j]
			there := compared(t, Run{Record: a}, Run{Record: b}, Options{})
			back := mirrored(compared(t, Run{Record: b}, Run{Record: a}, Options{}))
			if diff := gocmp.Diff(arranged(there), back, cmpopts.IgnoreUnexported(Area{})); diff != "" {
				t.Fatalf("%s and %s (-there +back):\n%s", paths[i], paths[j], diff)
			}
			if (i == j) != (there.Answer == SameRun) {
				t.Errorf("%s and %s: %s", paths[i], paths[j], there.Answer)
			}
		}
	}
}
