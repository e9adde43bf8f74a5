package store

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/lineage-audit/lineage/record"
)

// The head that is found without decoding is that of the decoded record, however
// the record is spelled.
func TestParseHead(t *testing.T) {
	paths, err := filepath.Glob("../testdata/records/v1/good/*.intoto.json")
	if err != nil || len(paths) < 20 {
		t.Fatalf("found %d vectors: %v", len(paths), err)
	}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		checkHead(t, raw)
	}
}

func checkHead(t *testing.T, raw []byte) {
	r, err := record.Decode(raw)
	if err != nil {
		return
	}
	h, err := parseHead(raw)
	if err != nil || h.run != r.Invocation() || !h.started.Equal(r.Metadata().StartedOn.Time) {
		t.Errorf("got the head %+v, %v of\n%s", h, err, raw)
	}
	for _, o := range r.Outputs() {
		if d := o.Digest; d.SHA256 != nil && !holdsAny(raw, map[string]bool{d.SHA256.String(): true}) {
			t.Errorf("%v is not found in\n%s", d.SHA256, raw)
		}
	}
}

func FuzzParseHead(f *testing.F) {
	paths, _ := filepath.Glob("../testdata/records/v1/*/*.intoto.json")
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) { checkHead(t, raw) })
}
