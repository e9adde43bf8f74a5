package record_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
)

func TestIntentRoundTrip(t *testing.T) {
	want := recordtest.Intent(recordtest.Invocation, recordtest.Started)
	raw, err := record.EncodeIntent(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := record.DecodeIntent(raw)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got, sameStatement); diff != "" {
		t.Error(diff)
	}
	if run := record.RunSubject(raw); *run.Digest.SHA256 != hashing.Bytes(raw) || run.Name != "run" {
		t.Errorf("the run's subject is %+v", run)
	}
}

func TestEncodeIntentCleansTexts(t *testing.T) {
	i := recordtest.Intent(recordtest.Invocation, recordtest.Started)
	i.Command = []string{"sh", "-c", "a\nb\xff"}
	raw, err := record.EncodeIntent(i)
	if err != nil {
		t.Fatal(err)
	}
	got, err := record.DecodeIntent(raw)
	if err != nil || got.Command[2] != "a; b%FF" {
		t.Errorf("the command is %q, %v", got.Command, err)
	}
}

func FuzzDecodeIntent(f *testing.F) {
	paths, err := filepath.Glob("../testdata/intents/v1/*/*.json")
	if err != nil || len(paths) == 0 {
		f.Fatalf("found %d vectors: %v", len(paths), err)
	}
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		i, err := record.DecodeIntent(raw)
		if err != nil {
			return
		}
		out, err := record.EncodeIntent(i)
		if err != nil {
			t.Fatalf("what was decoded cannot be encoded: %v", err)
		}
		again, err := record.DecodeIntent(out)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(i, again, sameStatement); diff != "" {
			t.Error(diff)
		}
	})
}
