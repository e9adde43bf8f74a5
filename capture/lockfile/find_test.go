package lockfile_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/capture/lockfile"
)

func write(t *testing.T, root string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Locks of the run's folder and of those above it are found, and no others. What
// only has the name of one is left out.
func TestFind(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{
		"go.sum": "", "sub/Cargo.lock": "version = 4\n", "sub/deep/renv.lock": "{", "sub/deep/Manifest.toml": "[app]\n", "sub/other/yarn.lock": "x", "node_modules/a/yarn.lock": "x",
		"sub/deep/notes.txt": "x", "sub/deep/go.mod/x": "x",
	})
	if err := os.Symlink("nowhere", filepath.Join(root, "bun.lock")); err != nil {
		t.Fatal(err)
	}
	files, err := lockfile.Find(t.Context(), root, filepath.Join(root, "sub", "deep"), nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		line := f.Lock.Name + " " + string(f.Lock.Format)
		switch {
		case errors.Is(f.Err, lockfile.ErrLock):
			line += " is none"
		case f.Err != nil:
			line += " cannot be read"
		}
		got = append(got, line)
	}
	want := []string{"bun.lock bun cannot be read", "go.sum go-sum", "sub/Cargo.lock cargo", "sub/deep/renv.lock renv is none"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestFindNothing(t *testing.T) {
	root := t.TempDir()
	write(t, root, map[string]string{"go.sum": ""})
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, c := range map[string]struct {
		ctx context.Context
		dir string
	}{
		"ended":     {ended, root},
		"outside":   {t.Context(), filepath.Dir(root)},
		"not there": {t.Context(), filepath.Join(root, "sub")},
	} {
		if files, err := lockfile.Find(c.ctx, root, c.dir, nil); err == nil || files != nil || !strings.HasPrefix(err.Error(), "looking for lock files") {
			t.Errorf("%s: got %v, %v", name, files, err)
		}
	}
}
