package compare

import (
	"os"
	"path/filepath"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lineage-audit/lineage/record"
)

// TestVectors compares all records of the specification with each other: nothing that
// a record can say is too much, and each pair is the same both ways round.
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
	for i, a := range all {
		for j, b := range all[:i+1] {
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
