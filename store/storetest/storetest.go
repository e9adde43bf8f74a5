// Package storetest checks that a backend keeps its contract.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/store"
)

// Run checks backends that fresh makes, each of them empty.
func Run(t *testing.T, fresh func(t *testing.T) store.Backend) {
	for name, test := range map[string]func(*testing.T, store.Backend){
		"round trip":           roundTrip,
		"absent":               absent,
		"same bytes again":     sameAgain,
		"other bytes":          otherBytes,
		"keys":                 keys,
		"list":                 list,
		"list stops":           listStops,
		"failing content":      failingContent,
		"ended context":        endedContext,
		"writers of one key":   writersOfOneKey,
		"writers that differ":  writersThatDiffer,
		"content is not alias": notAlias,
		"removal":              removal,
		"removal and writers":  removalAndWriters,
	} {
		t.Run(name, func(t *testing.T) { test(t, fresh(t)) })
	}
}

func put(t *testing.T, b store.Backend, key, content string) {
	t.Helper()
	if err := b.Put(t.Context(), key, strings.NewReader(content)); err != nil {
		t.Fatalf("putting %q: %v", key, err)
	}
}

func get(t *testing.T, b store.Backend, key string) string {
	t.Helper()
	r, err := b.Get(t.Context(), key)
	if err != nil {
		t.Fatalf("getting %q: %v", key, err)
	}
	raw, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil {
		t.Fatalf("reading %q: %v", key, err)
	}
	return string(raw)
}

func listed(t *testing.T, b store.Backend, prefix string) (keys []string) {
	t.Helper()
	for key, err := range b.List(t.Context(), prefix) {
		if err != nil {
			t.Fatalf("listing %q: %v", prefix, err)
		}
		keys = append(keys, key)
	}
	return keys
}

func roundTrip(t *testing.T, b store.Backend) {
	for _, n := range []int{0, 1, 32<<10 - 1, 32 << 10, 32<<10 + 1, 3 << 20} {
		key, content := fmt.Sprintf("sizes/%d", n), strings.Repeat("x", n)
		put(t, b, key, content)
		if get(t, b, key) != content {
			t.Errorf("%q: other content came back", key)
		}
		for _, changed := range []string{content + "x", strings.Replace(content, "x", "y", 1), strings.TrimSuffix(content, "x")} {
			err := b.Put(t.Context(), key, strings.NewReader(changed))
			if changed != content && !errors.Is(err, store.ErrExists) {
				t.Errorf("%q: putting %d other bytes: %v", key, len(changed), err)
			}
		}
	}
}

func absent(t *testing.T, b store.Backend) {
	put(t, b, "a/b", "1")
	for _, key := range []string{"x", "a", "a/c", "a/b/c", "x/y/z"} {
		if _, err := b.Get(t.Context(), key); err == nil || key != "a" && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("getting %q: %v", key, err)
		}
	}
	for _, prefix := range []string{"x", "a/c", "a/b/c", "x/y/z"} {
		if found := listed(t, b, prefix); found != nil {
			t.Errorf("listing %q: %q", prefix, found)
		}
	}
}

func sameAgain(t *testing.T, b store.Backend) {
	put(t, b, "a/b", "content")
	if err := b.Put(t.Context(), "a/b", iotest.OneByteReader(strings.NewReader("content"))); err != nil {
		t.Error(err)
	}
}

func otherBytes(t *testing.T, b store.Backend) {
	put(t, b, "a/b", "content")
	for _, other := range []string{"", "conten", "contents", "CONTENT"} {
		if err := b.Put(t.Context(), "a/b", strings.NewReader(other)); !errors.Is(err, store.ErrExists) {
			t.Errorf("putting %q: %v", other, err)
		}
		if got := get(t, b, "a/b"); got != "content" {
			t.Errorf("after putting %q there is %q", other, got)
		}
	}
}

func keys(t *testing.T, b store.Backend) {
	for _, key := range []string{"a", "0", "a.b-c_d", "b/b/c/d/e", strings.Repeat("a", 200)} {
		put(t, b, key, key)
	}
	before := listed(t, b, "")
	for _, key := range []string{"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/.b", ".a", "A", "a b", "a\x00", "a\nb", `a\b`, "é", strings.Repeat("a", 201)} {
		if err := b.Put(t.Context(), key, strings.NewReader("")); err == nil {
			t.Errorf("%q was taken", key)
		}
		if _, err := b.Get(t.Context(), key); err == nil {
			t.Errorf("%q was given", key)
		}
	}
	if diff := cmp.Diff(before, listed(t, b, "")); diff != "" {
		t.Error(diff)
	}
}

func list(t *testing.T, b store.Backend) {
	all := []string{"a-b/1", "a.b", "a/1", "a/2/x", "a/2x", "a0", "b/aa/aabb", "b/aa/aacc", "b/ab/abcd", "c"}
	for _, i := range []int{3, 9, 0, 7, 1, 8, 2, 5, 4, 6} {
		put(t, b, all[i], all[i])
	}
	for _, prefix := range []string{"", "a", "a/", "a/2", "a/2/", "a-", "b/aa/aa", "b/aa/aab", "b/a", "c", "c/", "d", "../", "/", "a//", ".", "./a"} {
		var want []string
		for _, key := range all {
			if strings.HasPrefix(key, prefix) {
				want = append(want, key)
			}
		}
		if diff := cmp.Diff(want, listed(t, b, prefix)); diff != "" {
			t.Errorf("prefix %q:\n%s", prefix, diff)
		}
	}
}

func listStops(t *testing.T, b store.Backend) {
	for i := range 10 {
		put(t, b, fmt.Sprintf("a/%d/x", i), "")
	}
	n := 0
	for range b.List(t.Context(), "a/") {
		if n++; n == 3 {
			break
		}
	}
	if n != 3 {
		t.Errorf("got %d keys", n)
	}
}

func failingContent(t *testing.T, b store.Backend) {
	failure := errors.New("failure")
	failing := func(n int) io.Reader {
		return io.MultiReader(bytes.NewReader(make([]byte, n)), iotest.ErrReader(failure))
	}
	for _, n := range []int{0, 1, 100 << 10} {
		if err := b.Put(t.Context(), "a/b", failing(n)); !errors.Is(err, failure) {
			t.Errorf("got %v after %d bytes", err, n)
		}
	}
	if found := listed(t, b, ""); found != nil {
		t.Errorf("there is %q", found)
	}
	put(t, b, "a/b", "\x00")
	if err := b.Put(t.Context(), "a/b", failing(1)); !errors.Is(err, failure) {
		t.Errorf("got %v where the key is there", err)
	}
}

func endedContext(t *testing.T, b store.Backend) {
	put(t, b, "a/b", "1")
	ctx, cancel := context.WithCancel(t.Context())
	r, errOpen := b.Get(ctx, "a/b")
	cancel()
	if errOpen != nil {
		t.Fatal(errOpen)
	}
	defer r.Close()
	_, errRead := io.ReadAll(r)
	_, errGet := b.Get(ctx, "a/b")
	var errList error
	for _, errList = range b.List(ctx, "") {
	}
	for _, err := range []error{errRead, errGet, errList, b.Put(ctx, "a/c", strings.NewReader("1"))} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
	if diff := cmp.Diff([]string{"a/b"}, listed(t, b, "")); diff != "" {
		t.Error(diff)
	}
}

func together(n int, f func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = f(i) })
	}
	wg.Wait()
	return errs
}

func writersOfOneKey(t *testing.T, b store.Backend) {
	content := strings.Repeat("content", 10_000)
	for _, err := range together(16, func(int) error {
		return b.Put(t.Context(), "a/b/c", iotest.HalfReader(strings.NewReader(content)))
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	if get(t, b, "a/b/c") != content {
		t.Error("other content came back")
	}
}

func writersThatDiffer(t *testing.T, b store.Backend) {
	won := 0
	for _, err := range together(16, func(i int) error {
		return b.Put(t.Context(), "a/b/c", strings.NewReader(strings.Repeat(string(rune('a'+i)), 50_000)))
	}) {
		if err == nil {
			won++
		} else if !errors.Is(err, store.ErrExists) {
			t.Error(err)
		}
	}
	got := get(t, b, "a/b/c")
	if won != 1 || got != strings.Repeat(got[:1], 50_000) {
		t.Errorf("%d writers won; the content is %.10q…", won, got)
	}
}

func notAlias(t *testing.T, b store.Backend) {
	raw := []byte("content")
	if err := b.Put(t.Context(), "a", bytes.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
	raw[0] = 'X'
	if got := get(t, b, "a"); got != "content" {
		t.Errorf("got %q", got)
	}
}
