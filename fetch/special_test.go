//go:build unix

package fetch_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/lineage-audit/lineage/fetch"
)

// A FIFO or device is refused without waiting for it.
func TestSpecialTargets(t *testing.T) {
	src := tree(t, t.TempDir(), map[string]string{"x": "1"})
	s := newShelf(t, content(1000))
	for _, name := range []string{"x", "x.lineage-part", "x.lineage-part.json"} {
		for _, force := range []bool{false, true} {
			at := fetch.Target{Path: filepath.Join(t.TempDir(), "x"), Force: force}
			fifo := filepath.Join(filepath.Dir(at.Path), name)
			if err := syscall.Mkfifo(fifo, 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := patient(fetch.Options{}).Get(t.Context(), parse(t, s.URL), at); err == nil {
				t.Errorf("%s: it was fetched", name)
			}
			if _, err := getFolder(t, src, at); err == nil && name != "x.lineage-part.json" {
				t.Errorf("%s: the folder was fetched", name)
			}
			if info, err := os.Lstat(fifo); err != nil || info.Mode().Type() != os.ModeNamedPipe {
				t.Errorf("%s: %v, %v", name, info, err)
			}
		}
	}
	for _, force := range []bool{false, true} {
		at := fetch.Target{Path: filepath.Join(t.TempDir(), "dst"), Force: force}
		tree(t, at.Path, nil)
		if err := errors.Join(os.Mkdir(at.Path, 0o777), syscall.Mkfifo(filepath.Join(at.Path, "x"), 0o600)); err != nil {
			t.Fatal(err)
		}
		if _, err := getFolder(t, src, at); err == nil {
			t.Error("a FIFO in the folder: it was fetched")
		}
		if _, err := patient(fetch.Options{}).Get(t.Context(), parse(t, s.URL), fetch.Target{Path: "/dev/null", Force: force}); !errors.Is(err, fetch.ErrExists) {
			t.Errorf("a device: %v", err)
		}
	}
}
