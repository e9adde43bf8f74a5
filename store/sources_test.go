package store_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/store"
)

func fetched(content, uri string, on time.Time) record.Fetched {
	return record.Fetched{Type: record.SourceType, Digest: hashing.Bytes([]byte(content)), Bytes: int64(len(content)), URI: uri, FetchedOn: record.At(on)}
}

// putSources puts n sources, two of each content, and gives the contents' digests.
func putSources(t *testing.T, s *store.Store, n int) (digests []hashing.FileDigest) {
	t.Helper()
	for i := range n {
		content := fmt.Sprint("content ", i)
		for j := range 2 {
			f := fetched(content, fmt.Sprintf("https://data.example/%d/%d", i, j), recordtest.Started.Add(time.Duration(j)*time.Hour))
			if err := s.PutSource(t.Context(), f); err != nil {
				t.Fatal(err)
			}
		}
		digests = append(digests, hashing.Bytes([]byte(content)))
	}
	return digests
}

// Asking for few and for many goes two ways, which agree: each is asked for alone here.
func TestSources(t *testing.T) {
	s, _ := open(t)
	all := putSources(t, s, 20)
	for _, n := range []int{0, 1, 4, 5, 20} {
		got, err := s.Sources(t.Context(), all[:n]...)
		if err != nil {
			t.Fatal(err)
		}
		want := map[hashing.FileDigest][]record.Fetched{}
		for i, d := range all[:n] {
			one, err := s.Sources(t.Context(), d)
			if err != nil || len(one[d]) != 2 || one[d][0].URI != fmt.Sprintf("https://data.example/%d/1", i) {
				t.Fatalf("of %d: %v, %v", i, one, err)
			}
			want[d] = one[d]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d digests (-alone +together):\n%s", n, diff)
		}
	}
}

func TestSourcesOfNothing(t *testing.T) {
	s, _ := open(t)
	if err := s.PutSource(t.Context(), fetched("", "https://data.example/empty", recordtest.Started)); err != nil {
		t.Fatal(err)
	}
	got, err := s.Sources(t.Context(), hashing.EmptyFile)
	if err != nil || len(got) != 0 {
		t.Errorf("an empty file has sources %v, %v", got, err)
	}
}

func TestSourcesDamaged(t *testing.T) {
	s, m := open(t)
	digests := putSources(t, s, 6)
	raw, err := record.EncodeFetched(fetched("other", "https://data.example/other", recordtest.Started))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{
		"sources/" + digests[0].String() + "/" + hashing.Bytes(raw).String(), // of other bytes
		"sources/" + digests[1].String() + "/" + digests[1].String(),         // not of its name
		"sources/" + digests[2].String() + "/notes",
		"sources/short/" + digests[2].String(),
	} {
		plant(t, m, key, raw)
	}
	got, err := s.Sources(t.Context(), digests...)
	var damage *store.DamageError
	if !errors.As(err, &damage) || strings.Count(err.Error(), "sources/") != 4 {
		t.Errorf("damage is %v", err)
	}
	for _, d := range digests {
		if len(got[d]) != 2 {
			t.Errorf("%s: %d sources, want the 2 that are whole", d, len(got[d]))
		}
	}
}
