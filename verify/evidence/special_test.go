//go:build unix

package evidence_test

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/verify"
	"github.com/lineage-audit/lineage/verify/evidence"
)

// Nobody writes to these FIFOs: whoever opens one as a file waits for ever.
func TestFIFOs(t *testing.T) {
	dir := lay(t, t.TempDir(), map[string]string{"folder/a": "1", "m": "weights", "data/train.csv": "1"})
	for _, name := range []string{"fifo", "folder/fifo", "m" + evidence.SidecarSuffix} {
		if err := syscall.Mkfifo(filepath.Join(dir, name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"fifo", "folder"} {
		p := evidence.Path{Path: filepath.Join(dir, name)}
		r, err := p.Resolve(t.Context())
		if err != nil {
			t.Errorf("Resolve(%s): %v", name, err)
		}
		if c, err := p.Content(t.Context(), r); !errors.Is(err, hashing.ErrSpecial) || errors.Is(err, verify.ErrNotFound) || c != (verify.Content{}) {
			t.Errorf("Content(%s) = %+v, %v; want ErrSpecial", name, c, err)
		}
	}
	if r, err := (evidence.Path{Path: filepath.Join(dir, "m")}).Resolve(t.Context()); err == nil || errors.Is(err, verify.ErrNotFound) {
		t.Errorf("Resolve with a FIFO for a sidecar = %+v, %v", r, err)
	}
	if _, err := (evidence.Path{Path: dir}).Open(t.Context(), verify.Resolved{}, "folder/fifo"); !errors.Is(err, hashing.ErrSpecial) {
		t.Errorf("Open of a FIFO: %v", err)
	}
	in := verify.Input{Location: record.Location{Root: record.RootRepo, Path: "fifo"}}
	for _, place := range []verify.Place{
		evidence.DataRoot{Folder: dir},
		evidence.Recorded{Path: func(record.Location) string { return filepath.Join(dir, "fifo") }},
	} {
		if found, err := place.Look(t.Context(), in); !errors.Is(err, hashing.ErrSpecial) || found != nil {
			t.Errorf("%T: Look = %v, %v; want ErrSpecial", place, found, err)
		}
	}
}

// A folder that may not be read is not one without files. Root may read them all.
func TestUnreadableFolder(t *testing.T) {
	if os.Geteuid() == 0 {
		return
	}
	dir := lay(t, t.TempDir(), map[string]string{"m/closed/a": "1"})
	closed := filepath.Join(dir, "m", "closed")
	if err := os.Chmod(closed, 0); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = os.Chmod(closed, 0o700) }()
	if c, err := (evidence.Path{Path: filepath.Join(dir, "m")}).Content(t.Context(), verify.Resolved{}); !errors.Is(err, os.ErrPermission) || errors.Is(err, verify.ErrNotFound) {
		t.Errorf("Content = %+v, %v; want ErrPermission", c, err)
	}
}
