package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/store"
)

// slow is a backend whose records come when they are no longer wanted.
type slow struct{ store.Memory }

func (s *slow) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	if strings.HasPrefix(key, "records/") {
		<-ctx.Done()
	}
	return s.Memory.Get(ctx, key)
}

// seek looks for who made a file, in a store that has a run which made "made".
func seek(t *testing.T, b store.Backend, content string, over <-chan time.Time) (names []string, doubt string) {
	t.Helper()
	s, err := store.Open(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.PutRecord(t.Context(), recordtest.Record(t, recordtest.Output("repo:x", "made"))); err != nil {
		t.Fatal(err)
	}
	k := &seeker{store: s}
	k.hashed(t.Context())([]record.Resource{recordtest.File(record.RoleData, recordtest.Location("abs:/mnt/x"), content)}, map[hashing.TreeDigest][]byte{})
	f := k.found(over)
	for _, in := range f.Unsourced {
		names = append(names, in.Resource.Name)
	}
	return names, f.Doubt
}

func TestSeeker(t *testing.T) {
	never, at := make(chan time.Time), make(chan time.Time)
	close(at)
	if names, doubt := seek(t, &store.Memory{}, "made", never); len(names) > 0 || doubt != "" {
		t.Errorf("what a run has made: %q, %q", names, doubt)
	}
	if names, doubt := seek(t, &store.Memory{}, "other", never); len(names) != 1 || doubt != "" {
		t.Errorf("what nobody has made: %q, %q", names, doubt)
	}
	if names, doubt := seek(t, &slow{}, "made", at); len(names) != 1 || doubt != notAll {
		t.Errorf("what was not found in time: %q, %q", names, doubt)
	}
	var idle seeker
	idle.hashed(t.Context())([]record.Resource{recordtest.File(record.RoleCode, recordtest.Location("repo:x.py"), "x")}, nil)
	if idle.done != nil {
		t.Error("without an input something is looked for")
	}
	if f := idle.found(never); len(f.Unsourced) > 0 {
		t.Errorf("%+v", f)
	}
}

// A record that cannot be read may have made what is looked for.
func TestSeekerDamage(t *testing.T) {
	if got := sourcingOf(nil, errors.New("damaged")); got.Doubt != "" {
		t.Errorf("nothing is left, and in doubt: %q", got.Doubt)
	}
	b := &store.Memory{}
	key := "records/ab/ab" + strings.Repeat("0", 62) + ".intoto.json"
	if err := b.Put(t.Context(), key, strings.NewReader(`"`+hashing.Bytes([]byte("lost")).String()+`"`)); err != nil {
		t.Fatal(err)
	}
	if names, doubt := seek(t, b, "lost", make(chan time.Time)); len(names) != 1 || !strings.Contains(doubt, "cannot be read") {
		t.Errorf("%q, %q", names, doubt)
	}
}
