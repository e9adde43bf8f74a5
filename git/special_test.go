//go:build unix

package git

import (
	"context"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestSpecialFiles: nothing is opened that could block, and all is named.
func TestSpecialFiles(t *testing.T) {
	f := newFixture(t)
	for _, name := range []string{"fifo.py", ".gitignore", "pkg/.gitattributes"} {
		if err := syscall.Mkfifo(f.path(name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	f.remove("a.py")
	if err := syscall.Mkfifo(f.path("a.py"), 0o644); err != nil {
		t.Fatal(err)
	}
	f.write("pkg/b.py", "changed\n")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	s, err := f.open().Scan(ctx, ScanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := s.Judge(ctx, JudgeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"untracked .gitignore", "type a.py", "untracked fifo.py", "untracked pkg/.gitattributes", "modified pkg/b.py"}
	if d := cmp.Diff(want, kinds(tree)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	for _, d := range tree.Differences {
		if d.Mode == ModeOther && (d.Omitted == "" || !d.Digest.IsZero()) {
			t.Errorf("%+v", d)
		}
	}
}
