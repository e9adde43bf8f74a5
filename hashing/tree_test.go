//go:build unix

package hashing_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
)

func TestTree(t *testing.T) {
	dir := t.TempDir()
	outside := filepath.Join(t.TempDir(), "blob")
	write(t, outside, "outside")
	write(t, filepath.Join(dir, "tree/a"), "a")
	write(t, filepath.Join(dir, "tree/sub/b"), strings.Repeat("b", 1<<20))
	link(t, outside, filepath.Join(dir, "tree/far"))
	link(t, "sub", filepath.Join(dir, "tree/twin"))
	link(t, "../a", filepath.Join(dir, "tree/sub/near"))

	var read atomic.Int64
	tree := hash(t, filepath.Join(dir, "tree"), hashing.Options{Progress: func(n int64) { read.Add(n) }})
	m, err := tree.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	want := ""
	for _, e := range []struct{ path, content string }{
		{"a", "a"}, {"far", "outside"}, {"sub/b", strings.Repeat("b", 1<<20)}, {"sub/near", "a"}, {"twin/b", strings.Repeat("b", 1<<20)}, {"twin/near", "a"},
	} {
		want += hashing.Bytes([]byte(e.content)).String() + "  " + e.path + "\n"
	}
	if diff := cmp.Diff(want, string(m.Bytes())); diff != "" {
		t.Error(diff)
	}
	wantLinks := []hashing.Link{{Path: "far", Target: outside, Outside: true}, {Path: "sub/near", Target: "../a"}, {Path: "twin", Target: "sub"}, {Path: "twin/near", Target: "../a"}}
	if diff := cmp.Diff(wantLinks, tree.Links); diff != "" {
		t.Error(diff)
	}
	if read.Load() != tree.Bytes() || !tree.IsDir {
		t.Errorf("read %d of %d bytes", read.Load(), tree.Bytes())
	}
}

func TestFileAndLinkToFile(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a"), "a")
	link(t, "a", filepath.Join(dir, "l"))
	for _, name := range []string{"a", "l"} {
		tree := hash(t, filepath.Join(dir, name), hashing.Options{})
		if len(tree.Hashed) != 1 || tree.IsDir || tree.Hashed[0].Path != "." || tree.Hashed[0].Digest != hashing.Bytes([]byte("a")) {
			t.Errorf("%s: %+v", name, tree)
		}
		if wantLinks := map[string]int{"a": 0, "l": 1}[name]; len(tree.Links) != wantLinks {
			t.Errorf("%s: links %v", name, tree.Links)
		}
		f, err := hashing.HashFile(t.Context(), filepath.Join(dir, name), hashing.Options{})
		if err != nil || f.Digest != hashing.Bytes([]byte("a")) {
			t.Errorf("%s: %+v %v", name, f, err)
		}
	}
}

// The sizes stand around every boundary of the buffer and of SHA-256's blocks.
func TestSizes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	for _, n := range []int{0, 1, 55, 56, 63, 64, 65, 256<<10 - 1, 256 << 10, 256<<10 + 1, 1<<20 + 7} {
		content := bytes.Repeat([]byte("x"), n)
		write(t, path, string(content))
		if f, err := hashing.HashFile(t.Context(), path, hashing.Options{}); err != nil || f.Digest != hashing.Bytes(content) {
			t.Errorf("%d bytes: %v %v", n, f, err)
		}
		if d, got, err := hashing.Reader(t.Context(), bytes.NewReader(content)); err != nil || d != hashing.Bytes(content) || got != int64(n) {
			t.Errorf("%d bytes: reader: %v %v", n, d, err)
		}
	}
}

func TestScanRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		make func(dir string) error
		want error
		says string
	}{
		"nothing":        {func(dir string) error { return os.Remove(dir) }, fs.ErrNotExist, "no such file"},
		"FIFO":           {func(dir string) error { return syscall.Mkfifo(filepath.Join(dir, "p"), 0o600) }, hashing.ErrSpecial, "FIFO"},
		"device":         {func(dir string) error { return os.Symlink("/dev/null", filepath.Join(dir, "n")) }, hashing.ErrSpecial, "device"},
		"cycle":          {func(dir string) error { return os.Symlink(".", filepath.Join(dir, "me")) }, hashing.ErrCycle, `me"`},
		"cycle through":  {func(dir string) error { return os.Symlink("..", filepath.Join(dir, "up")) }, hashing.ErrCycle, `"`},
		"dangling":       {func(dir string) error { return os.Symlink("gone", filepath.Join(dir, "d")) }, nil, `leads to "gone", which does not exist`},
		"link to itself": {func(dir string) error { return os.Symlink("s", filepath.Join(dir, "s")) }, nil, "symbolic links"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "parent", "tree")
			if err := errors.Join(os.MkdirAll(dir, 0o700), tc.make(dir)); err != nil {
				t.Fatal(err)
			}
			_, err := hashing.Scan(t.Context(), dir, hashing.ScanOptions{})
			if err == nil || tc.want != nil && !errors.Is(err, tc.want) || !strings.Contains(err.Error(), tc.says) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestSocketIsRefused(t *testing.T) {
	dir := t.TempDir()
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(fd)
	if err := syscall.Bind(fd, &syscall.SockaddrUnix{Name: filepath.Join(dir, "s")}); err != nil {
		t.Fatal(err)
	}
	if _, err := hashing.Scan(t.Context(), dir, hashing.ScanOptions{}); !errors.Is(err, hashing.ErrSpecial) {
		t.Errorf("got %v", err)
	}
}

// A FIFO that takes a file's place between scan and hash must not block.
func TestHashNoticesWhatChanged(t *testing.T) {
	for name, change := range map[string]func(path string) error{
		"grown":   func(p string) error { return os.WriteFile(p, []byte("aa"), 0o600) },
		"gone":    os.Remove,
		"touched": func(p string) error { return os.Chtimes(p, time.Unix(1, 0), time.Unix(1, 0)) },
		"FIFO":    func(p string) error { return errors.Join(os.Remove(p), syscall.Mkfifo(p, 0o600)) },
		"rewritten with its time restored": func(p string) error {
			info, err := os.Stat(p)
			if err != nil {
				return err
			}
			time.Sleep(20 * time.Millisecond) // a tick of the kernel's clock, so that ctime moves
			return errors.Join(os.WriteFile(p, []byte("b"), 0o600), os.Chtimes(p, info.ModTime(), info.ModTime()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "a"), "a")
			write(t, filepath.Join(dir, "same"), "same")
			l := scan(t, dir)
			if changed, err := l.Changed(t.Context()); err != nil || len(changed) > 0 {
				t.Fatalf("at rest: %v %v", changed, err)
			}
			if err := change(filepath.Join(dir, "a")); err != nil {
				t.Fatal(err)
			}
			if _, err := l.Hash(t.Context(), hashing.Options{}); err == nil || !strings.Contains(err.Error(), `a`) {
				t.Errorf("hashing gives %v", err)
			}
			if changed, err := l.Changed(t.Context()); name == "FIFO" != (err != nil) || err == nil && cmp.Diff([]string{"a"}, changed) != "" {
				t.Errorf("changed: %v %v", changed, err)
			}
		})
	}
}

func TestChangedNamesWhatWasAddedAndReplaced(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "old"), "x")
	write(t, filepath.Join(dir, "b"), "x")
	l := scan(t, dir)
	write(t, filepath.Join(dir, "new"), "x")
	if err := os.Rename(filepath.Join(dir, "b"), filepath.Join(dir, "c")); err != nil {
		t.Fatal(err)
	}
	changed, err := l.Changed(t.Context())
	if err != nil || cmp.Diff([]string{"b", "c", "new"}, changed) != "" {
		t.Errorf("got %v %v", changed, err)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if changed, err := l.Changed(t.Context()); err != nil || cmp.Diff([]string{"."}, changed) != "" {
		t.Errorf("gone: %v %v", changed, err)
	}
}

func TestExclude(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a"), "a")
	write(t, filepath.Join(dir, ".lineage/records/x"), "x")
	l, err := hashing.Scan(t.Context(), dir, hashing.ScanOptions{Exclude: []string{filepath.Join(dir, ".lineage")}})
	if err != nil || len(l.Files) != 1 {
		t.Errorf("got %+v %v", l.Files, err)
	}
}

func TestHashEndsWithItsContext(t *testing.T) {
	dir := t.TempDir()
	for i := range 100 {
		write(t, filepath.Join(dir, fmt.Sprint(i)), "x")
	}
	l := scan(t, dir)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Hash(ctx, hashing.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := hashing.Scan(ctx, dir, hashing.ScanOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A great many failures must neither hang nor flood.
func TestHashWithManyFailures(t *testing.T) {
	dir := t.TempDir()
	for i := range 500 {
		write(t, filepath.Join(dir, fmt.Sprint(i)), "x")
	}
	l := scan(t, dir)
	for i := range 500 {
		write(t, filepath.Join(dir, fmt.Sprint(i)), "yy")
	}
	_, err := l.Hash(t.Context(), hashing.Options{})
	if !errors.Is(err, hashing.ErrChanged) || strings.Count(err.Error(), "\n") > 20 {
		t.Errorf("got %v", err)
	}
}

func BenchmarkHash(b *testing.B) {
	dir := b.TempDir()
	for i := range 1000 {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), make([]byte, 10_000), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(1000 * 10_000)
	for b.Loop() {
		l, err := hashing.Scan(b.Context(), dir, hashing.ScanOptions{})
		if err != nil {
			b.Fatal(err)
		}
		if _, err := l.Hash(b.Context(), hashing.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func scan(t *testing.T, path string) hashing.Listing {
	t.Helper()
	l, err := hashing.Scan(t.Context(), path, hashing.ScanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func hash(t *testing.T, path string, opts hashing.Options) hashing.Tree {
	t.Helper()
	tree, err := scan(t, path).Hash(t.Context(), opts)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o600)); err != nil {
		t.Fatal(err)
	}
}

func link(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}
