package store_test

import (
	"context"
	"errors"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/store"
)

func digestsOf(contents ...string) (all []hashing.FileDigest) {
	for _, c := range contents {
		all = append(all, hashing.Bytes([]byte(c)))
	}
	return all
}

func TestMakers(t *testing.T) {
	made := run(t, 1, 1, recordtest.Output("repo:a", "made"), recordtest.OutputTree("repo:t", recordtest.Files{"x": "in a tree", "e": ""}))
	failed := run(t, 2, 2, recordtest.Output("repo:f", "by a failed run"), recordtest.Exited(3))
	copied := run(t, 3, 3, recordtest.Input(record.RoleData, "repo:in", "copied"), recordtest.Output("repo:out", "copied"))
	read := run(t, 4, 4, recordtest.Input(record.RoleData, "repo:r", "only read"))
	for name, backend := range map[string]store.Backend{"memory": &store.Memory{}, "dir": store.NewDir(t.TempDir())} {
		s, err := store.Open(t.Context(), backend)
		if err != nil {
			t.Fatal(err)
		}
		put(t, s, made, failed, copied, read)
		got, err := s.Makers(t.Context(), digestsOf("made", "in a tree", "by a failed run", "copied", "only read", "of nobody", ""))
		want := map[hashing.FileDigest]record.ID{}
		for content, r := range map[string]*record.Record{"made": made, "in a tree": made, "by a failed run": failed} {
			want[hashing.Bytes([]byte(content))] = r.ID()
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Makers(ctx, digestsOf("of nobody")); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: cancelled: %v", name, err)
		}
		if got, err := s.Makers(ctx, nil); err != nil || len(got) > 0 {
			t.Errorf("%s: nothing was asked for: %v, %v", name, got, err)
		}
	}
}

// What was put last is read first, and nothing more once all is found.
func TestMakersNewestFirst(t *testing.T) {
	dir := store.NewDir(t.TempDir())
	s, err := store.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	old, now := run(t, 1, 1, recordtest.Output("repo:a", "same")), run(t, 2, 2, recordtest.Output("repo:a", "same"))
	put(t, s, old, now)
	for _, newer := range []*record.Record{old, now} {
		for _, r := range []*record.Record{old, now} {
			at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			if r == newer {
				at = at.Add(time.Hour)
			}
			if err := os.Chtimes(dir.Path()+"/"+keyOf(r.ID()), at, at); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Makers(t.Context(), digestsOf("same"))
		if ids := slices.Collect(maps.Values(got)); err != nil || len(ids) != 1 || ids[0] != newer.ID() {
			t.Errorf("found %v, %v, want %s", ids, err, newer.ID())
		}
	}
}

// A damaged record may have named what was asked for: that is said, unless all was found.
func TestMakersDamaged(t *testing.T) {
	s, m := open(t)
	r := run(t, 1, 1, recordtest.Output("repo:a", "made"))
	put(t, s, r)
	other := run(t, 2, 2, recordtest.Output("repo:b", "lost"))
	plant(t, m, keyOf(other.ID()), append(other.Bytes(), ' '))
	got, err := s.Makers(t.Context(), digestsOf("made", "lost"))
	var damage *store.DamageError
	if !errors.As(err, &damage) || len(got) != 1 {
		t.Errorf("%v, %v", got, err)
	}
}
