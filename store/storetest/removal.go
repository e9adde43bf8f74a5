package storetest

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/store"
)

// later is a time that everything was put before.
func later(t *testing.T, r store.Remover) time.Time {
	t.Helper()
	now, err := r.Now(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return now.Add(time.Hour)
}

// removal is for backends that can remove; others have nothing to keep.
func removal(t *testing.T, b store.Backend) {
	r, can := b.(store.Remover)
	if !can {
		return
	}
	for _, key := range []string{"a/b", "a/c", "d"} {
		put(t, b, key, key)
	}
	stat, err := r.Stat(t.Context(), "a/b")
	if now := later(t, r); err != nil || stat.Bytes != 3 || !stat.LastPut.Before(now) || stat.LastPut.Before(now.Add(-25*time.Hour)) {
		t.Errorf("a/b is %+v, %v", stat, err)
	}
	for _, key := range []string{"a", "x", "a/b/c"} {
		if _, err := r.Stat(t.Context(), key); err == nil || key != "a" && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", key, err)
		}
	}
	if removed, err := r.Remove(t.Context(), stat.LastPut, "a/b", "x"); err != nil || removed != nil {
		t.Errorf("what was put at that time is gone: %q, %v", removed, err)
	}
	removed, err := r.Remove(t.Context(), later(t, r), "d", "x", "a/b", "a/b")
	if diff := cmp.Diff([]string{"d", "a/b"}, removed); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if diff := cmp.Diff([]string{"a/c"}, listed(t, b, "")); diff != "" {
		t.Error(diff)
	}
	if _, err := r.Remove(t.Context(), later(t, r), "../a/c"); err == nil {
		t.Error("what is no key was taken")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if removed, err := r.Remove(ctx, later(t, r), "a/c"); removed != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %q, %v", removed, err)
	}
	put(t, b, "a/b", "other bytes") // an absent key is free
}

// removalAndWriters: what was put, and not removed since, is there; whoever wins.
func removalAndWriters(t *testing.T, b store.Backend) {
	r, can := b.(store.Remover)
	if !can {
		return
	}
	before := later(t, r)
	var wg sync.WaitGroup
	for i := range 4 {
		key := fmt.Sprintf("k/%d", i)
		wg.Go(func() {
			for range 50 {
				if err := b.Put(t.Context(), key, strings.NewReader(key)); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for range 50 {
				if _, err := r.Remove(t.Context(), before, key); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	for i := range 4 {
		key := fmt.Sprintf("k/%d", i)
		put(t, b, key, key)
		if got := get(t, b, key); got != key {
			t.Errorf("%q has %q", key, got)
		}
	}
}
