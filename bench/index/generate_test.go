package main

import (
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/store/index"
)

// What is made is a store: every record can be read, is of its announced run, and
// hangs together with others as was said.
func TestGenerate(t *testing.T) {
	const n = 130
	dir := t.TempDir()
	known, err := generate(t.Context(), dir, n, func(int) {})
	if err != nil {
		t.Fatal(err)
	}
	s, err := store.Open(t.Context(), store.NewDir(dir))
	if err != nil {
		t.Fatal(err)
	}
	runs := 0
	for r, err := range s.Records(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		i, err := s.Intent(t.Context(), r.Invocation())
		if err != nil || i.Digest != *r.Statement().Subject[0].Digest.SHA256 {
			t.Errorf("record %s settles another intent: %v", r.ID(), err)
		}
		runs++
	}
	if runs != n {
		t.Errorf("%d runs, want %d", runs, n)
	}
	c := index.Scan(s)
	if problems, err := c.Problems(t.Context()); len(problems) > 0 || err != nil {
		t.Errorf("problems: %v, %v", problems, err)
	}
	for what, found := range map[string]struct {
		d    hashing.FileDigest
		side index.Side
		want int
	}{
		"maker of a model":   {known.Models[0], index.Made, 1},
		"reader of a model":  {known.Models[0], index.Read, 1},
		"maker of data":      {known.Data[0], index.Made, 1},
		"readers of data":    {known.Data[0], index.Read, perProject - 2},
		"reader of an image": {known.Images[0], index.Read, 1},
	} {
		got := 0
		for _, err := range c.ByDigest(t.Context(), index.OfFile(found.d), found.side) {
			if got++; err != nil {
				t.Fatal(err)
			}
		}
		if got != found.want {
			t.Errorf("%s: %d, want %d", what, got, found.want)
		}
	}
}

func TestMeasure(t *testing.T) {
	var out, progress strings.Builder
	if err := run(t.Context(), options{runs: 60, queries: 3}, &out, &progress); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"building the index", "trace a model", "log -n 20"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is not in\n%s", want, out.String())
		}
	}
}
