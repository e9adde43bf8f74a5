package git

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// benchRepo makes a repository of n files of 4 KiB in folders of twenty.
func benchRepo(b *testing.B, n int) *Repo {
	b.Helper()
	dir := b.TempDir()
	f := &fixture{home: filepath.Join(dir, "home"), root: filepath.Join(dir, "tree")}
	if err := os.MkdirAll(f.root, 0o755); err != nil {
		b.Fatal(err)
	}
	random := rand.NewChaCha8([32]byte{1})
	content := make([]byte, 4<<10)
	for i := range n {
		random.Read(content)
		name := f.path(fmt.Sprintf("pkg%d/mod%d/file%d.py", i/400, i/20, i))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			b.Fatal(err)
		}
		if err := os.WriteFile(name, content, 0o644); err != nil {
			b.Fatal(err)
		}
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"commit", "-q", "-m", "x"}, {"gc", "-q"}} {
		if out, err := f.try(nil, args...); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
	}
	r, err := Open(context.Background(), f.root, f.options())
	if err != nil {
		b.Fatal(err)
	}
	return r
}

var sizes = []int{20, 5000}

func each(b *testing.B, do func(b *testing.B, r *Repo)) {
	for _, n := range sizes {
		b.Run(fmt.Sprintf("files=%d", n), func(b *testing.B) {
			r := benchRepo(b, n)
			b.ResetTimer()
			do(b, r)
		})
	}
}

// BenchmarkScan is what stands in front of a command.
func BenchmarkScan(b *testing.B) {
	each(b, func(b *testing.B, r *Repo) {
		for b.Loop() {
			if _, err := r.Scan(b.Context(), ScanOptions{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkState(b *testing.B) {
	each(b, func(b *testing.B, r *Repo) {
		for b.Loop() {
			if _, err := r.State(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkJudge(b *testing.B) {
	each(b, func(b *testing.B, r *Repo) {
		s, err := r.Scan(b.Context(), ScanOptions{})
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if tree, err := s.Judge(b.Context(), JudgeOptions{}); err != nil || tree.State != Clean {
				b.Fatal(tree.State, err)
			}
		}
	})
}

func BenchmarkChanged(b *testing.B) {
	each(b, func(b *testing.B, r *Repo) {
		s, err := r.Scan(b.Context(), ScanOptions{})
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if _, err := s.Changed(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkStatus is plain git status, for comparison.
func BenchmarkStatus(b *testing.B) {
	each(b, func(b *testing.B, r *Repo) {
		f := &fixture{home: r.place.root, root: r.place.root}
		for b.Loop() {
			if out, err := f.try(nil, "status", "--porcelain"); err != nil {
				b.Fatal(out, err)
			}
		}
	})
}
