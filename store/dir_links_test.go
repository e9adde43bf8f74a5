//go:build unix

package store_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
)

// everything is the content of all files below a folder.
func everything(t *testing.T, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	must(t, filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		raw, err := os.ReadFile(path)
		found[strings.TrimPrefix(path, dir)] = string(raw)
		return err
	}))
	return found
}

// What a link in a store leads to is another's: it is not listed, read, written to
// or removed, wherever it leads, and nothing else is removed while it stands there.
func TestLinksWithinAStore(t *testing.T) {
	other := newCheckedStore(t)
	for _, kind := range []store.Kind{store.KindRecord, store.KindIntent, store.KindBlob, store.KindAttachment} {
		key := other.keys[kind]
		for name := key; name != "."; name = filepath.Dir(name) {
			for where, target := range map[string]string{"outside": other.path(name), "inside": "moved"} {
				t.Run(where+" "+name, func(t *testing.T) { linked(t, other, name, target, key) })
			}
		}
	}
}

func linked(t *testing.T, other *checkedStore, name, target, key string) {
	dir := t.TempDir()
	d := store.NewDir(dir)
	must(t, d.Put(t.Context(), "format", strings.NewReader(store.Format)))
	must(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o777))
	if target == "moved" {
		must(t, os.CopyFS(filepath.Join(dir, "elsewhere"), os.DirFS(other.path("."))))
		must(t, os.Rename(filepath.Join(dir, "elsewhere", name), filepath.Join(dir, "moved")))
		target = filepath.Join(dir, "moved")
	}
	must(t, os.Symlink(target, filepath.Join(dir, name)))
	before := []map[string]string{everything(t, dir), everything(t, other.path("."))}

	if r, err := d.Get(t.Context(), key); err == nil || errors.Is(err, store.ErrNotFound) {
		t.Errorf("got %v, %v", r, err)
	}
	if stat, err := d.Stat(t.Context(), key); err == nil || errors.Is(err, store.ErrNotFound) {
		t.Errorf("there is %+v, %v", stat, err)
	}
	if err := d.Put(t.Context(), key, strings.NewReader("x")); err == nil || errors.Is(err, store.ErrExists) {
		t.Errorf("put: %v", err)
	}
	for found, err := range d.List(t.Context(), strings.SplitAfter(key, "/")[0]) {
		if err == nil && found != name {
			t.Errorf("listed %s", found)
		}
	}
	if removed, err := d.Remove(t.Context(), time.Now().Add(time.Hour), key); err == nil || len(removed) > 0 {
		t.Errorf("removed %q, %v", removed, err)
	}
	s, err := store.Open(t.Context(), d)
	must(t, err)
	for _, despite := range []bool{false, true} {
		o := store.SweepOptions{Grace: time.Nanosecond, DespiteDamage: despite, Alive: func(record.Process) (bool, error) { return false, nil }}
		var damage *store.DamageError
		if plan, err := s.PlanSweep(t.Context(), o); !errors.As(err, &damage) || damage.Key != name || !strings.Contains(err.Error(), "a symbolic link") {
			t.Errorf("a plan of %+v, %v", plan, err)
		}
	}
	checked, err := s.Check(t.Context(), store.CheckOptions{Alive: func(record.Process) (bool, error) { return false, nil }})
	must(t, err)
	if checked.Sound() {
		t.Errorf("found %v", checked.Findings)
	}
	if diff := cmp.Diff(before, []map[string]string{everything(t, dir), everything(t, other.path("."))}); diff != "" {
		t.Error(diff)
	}
}

// The store's folder may be a link.
func TestLinkToAStore(t *testing.T) {
	other := newCheckedStore(t)
	link := filepath.Join(t.TempDir(), ".lineage")
	must(t, os.Symlink(other.path("."), link))
	d := store.NewDir(link)
	s, err := store.Open(t.Context(), d)
	must(t, err)
	checked, err := s.Check(t.Context(), store.CheckOptions{Alive: func(record.Process) (bool, error) { return false, nil }})
	if err != nil || checked.Objects[store.KindRecord] == 0 {
		t.Errorf("%+v, %v", checked, err)
	}
	if _, err := s.PlanSweep(t.Context(), store.SweepOptions{Alive: func(record.Process) (bool, error) { return false, nil }}); err != nil {
		t.Error(err)
	}
	key := other.keys[store.KindRecord]
	must(t, d.Put(t.Context(), "blobs/x", strings.NewReader("x")))
	if removed, err := d.Remove(t.Context(), time.Now().Add(time.Hour), key, "blobs/x"); err != nil || len(removed) != 2 {
		t.Errorf("removed %q, %v", removed, err)
	}
}

// Neither is anything removed where a file or a pipe stands for a folder, nor through
// a link for the temps.
func TestNoSweepWithoutFolders(t *testing.T) {
	plan := func(c *checkedStore) error {
		s, err := store.Open(t.Context(), store.NewDir(c.path(".")))
		must(t, err)
		_, err = s.PlanSweep(t.Context(), store.SweepOptions{Grace: time.Nanosecond, Alive: func(record.Process) (bool, error) { return false, nil }})
		return err
	}
	for _, folder := range []string{"records", "intents", "blobs", "attachments", ".tmp"} {
		for what, make := range map[string]func(string) error{
			"pipe": func(path string) error { return syscall.Mkfifo(path, 0o600) },
			"file": func(path string) error { return os.WriteFile(path, nil, 0o600) },
			"link": func(path string) error { return os.Symlink(t.TempDir(), path) },
		} {
			c := newCheckedStore(t)
			if err := plan(c); err != nil {
				t.Fatal(err)
			}
			must(t, os.RemoveAll(c.path(folder)))
			must(t, make(c.path(folder)))
			if err := plan(c); err == nil {
				t.Errorf("a %s for %s keeps nothing", what, folder)
			}
		}
	}
}
