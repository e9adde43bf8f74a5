//go:build unix

package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func putString(t *testing.T, d *Dir, key, content string) {
	t.Helper()
	if err := d.Put(t.Context(), key, strings.NewReader(content)); err != nil {
		t.Fatal(err)
	}
}

// names are all paths below root, with their modes.
func names(t *testing.T, root string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := e.Info()
		below, _ := filepath.Rel(root, path)
		found[filepath.ToSlash(below)] = info.Mode().String()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestDirLayout(t *testing.T) {
	root := filepath.Join(t.TempDir(), "data", ".lineage")
	d := NewDir(root + "/")
	putString(t, d, "a/b", "1")
	want := map[string]string{
		".": "drwx------", ".gitignore": "-r--r--r--", ".tmp": "drwxr-xr-x", "a": "drwxr-xr-x", "a/b": "-r--r--r--",
	}
	mask := syscall.Umask(0)
	syscall.Umask(mask)
	got := names(t, root)
	if mask != 0o22 { // then only what is always so
		for _, m := range []map[string]string{want, got} {
			for name := range m {
				if name != "." {
					m[name] = ""
				}
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if raw, err := os.ReadFile(filepath.Join(root, ".gitignore")); err != nil || string(raw) != "*\n" {
		t.Errorf(".gitignore is %q, %v", raw, err)
	}
	if d.Path() != root {
		t.Errorf("the path is %q", d.Path())
	}
}

func TestDirKeepsModesAndGitignoreOfTheUser(t *testing.T) {
	root := t.TempDir()
	if err := errors.Join(os.Chmod(root, 0o750), os.WriteFile(filepath.Join(root, ".gitignore"), []byte("records\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	putString(t, NewDir(root), "a", "1")
	found := names(t, root)
	raw, err := os.ReadFile(filepath.Join(root, ".gitignore"))
	if err != nil || string(raw) != "records\n" || found["."] != "drwxr-x---" || found[".gitignore"] != "-rw-------" {
		t.Errorf(".gitignore is %q, %v; modes are %v", raw, err, found)
	}
}

func TestDirLeavesNoTemp(t *testing.T) {
	root := t.TempDir()
	d := NewDir(root)
	putString(t, d, "a", "1")
	putString(t, d, "a", "1")
	content := []struct {
		key     string
		content string
	}{{"a", "2"}, {"b", "fails"}, {"a", "fails"}}
	for _, c := range content {
		r := iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(c.content)))
		if err := d.Put(t.Context(), c.key, r); err == nil {
			t.Errorf("%q was put", c.key)
		}
	}
	entries, err := os.ReadDir(filepath.Join(root, tempFolder))
	if err != nil || len(entries) != 0 {
		t.Errorf("there is %v, %v", entries, err)
	}
}

func TestDirSweepsOldTemps(t *testing.T) {
	root := t.TempDir()
	putString(t, NewDir(root), "a", "1")
	temp := func(name string) string { return filepath.Join(root, tempFolder, name) }
	for name, age := range map[string]time.Duration{"old": tempAge + time.Hour, "young": tempAge - time.Hour, "future": -time.Hour} {
		if err := os.WriteFile(temp(name), []byte("part"), 0o600); err != nil {
			t.Fatal(err)
		}
		at := time.Now().Add(-age)
		if err := os.Chtimes(temp(name), at, at); err != nil {
			t.Fatal(err)
		}
	}
	putString(t, NewDir(root), "b", "1")
	got := names(t, filepath.Join(root, tempFolder))
	delete(got, ".")
	if diff := cmp.Diff(map[string]string{"young": "-rw-------", "future": "-rw-------"}, got); diff != "" {
		t.Error(diff)
	}
	for key, err := range NewDir(root).List(t.Context(), "") {
		if err != nil || key != "a" && key != "b" {
			t.Errorf("listed %q, %v", key, err)
		}
	}
}

// Somebody may clean the work tree while a run goes on.
func TestDirIsMadeAgain(t *testing.T) {
	root := filepath.Join(t.TempDir(), ".lineage")
	d := NewDir(root)
	putString(t, d, "a/b", "1")
	if err := os.RemoveAll(root); err != nil {
		t.Fatal(err)
	}
	putString(t, d, "a/c", "1")
	for _, name := range []string{".gitignore", "a/c"} {
		if _, err := os.Stat(filepath.Join(root, name)); err != nil {
			t.Error(err)
		}
	}
}

// Some file systems have no hard links.
func TestDirWithoutLinks(t *testing.T) {
	root := t.TempDir()
	d := NewDir(root)
	d.link = func(string, string) error { return syscall.EPERM }
	putString(t, d, "a/b", "1")
	putString(t, d, "a/b", "1")
	if err := d.Put(t.Context(), "a/b", strings.NewReader("2")); !errors.Is(err, ErrExists) {
		t.Errorf("putting other bytes: %v", err)
	}
	d.link = func(old, new string) error { // another writer is quicker
		return errors.Join(os.WriteFile(new, []byte("other"), 0o600), syscall.EPERM)
	}
	if err := d.Put(t.Context(), "a/c", strings.NewReader("1")); !errors.Is(err, ErrExists) {
		t.Errorf("putting after another writer: %v", err)
	}
	if raw, err := os.ReadFile(filepath.Join(root, "a/c")); err != nil || string(raw) != "other" {
		t.Errorf("there is %q, %v", raw, err)
	}
	if got := names(t, filepath.Join(root, tempFolder)); len(got) != 1 {
		t.Errorf("there is %v", got)
	}
}

// What is no key of ours does not show up, and what is no file does not block.
func TestDirWithForeignThings(t *testing.T) {
	root := t.TempDir()
	d := NewDir(root)
	putString(t, d, "a/b", "1")
	for _, name := range []string{"a/.nfs0001", "a/B~", "a/b (copy)", ".DS_Store", "README.TXT"} {
		if err := os.WriteFile(filepath.Join(root, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	err := errors.Join(syscall.Mkfifo(filepath.Join(root, "a/fifo"), 0o600), os.Symlink("nowhere", filepath.Join(root, "a/dangling")), os.Symlink("b", filepath.Join(root, "a/link")))
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for key, err := range d.List(t.Context(), "") {
		if err != nil {
			t.Error(err)
		}
		keys = append(keys, key)
	}
	if diff := cmp.Diff([]string{"a/b", "a/dangling", "a/fifo", "a/link"}, keys); diff != "" {
		t.Error(diff)
	}
	if _, err := d.Get(t.Context(), "a/fifo"); err == nil || !strings.Contains(err.Error(), "not a regular file") {
		t.Errorf("getting a FIFO: %v", err)
	}
	if err := d.Put(t.Context(), "a/fifo", strings.NewReader("1")); err == nil {
		t.Error("a FIFO was put into")
	}
	if err := d.Put(t.Context(), "a/dangling", strings.NewReader("1")); err == nil {
		t.Error("a dangling link was put into")
	}
	if _, err := os.Lstat(filepath.Join(root, "nowhere")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the link's target: %v", err)
	}
}

func TestDirReadOnly(t *testing.T) {
	root := t.TempDir()
	putString(t, NewDir(root), "a/b", "1")
	for _, name := range []string{"a", "."} {
		path := filepath.Join(root, name)
		if err := os.Chmod(path, 0o555); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.Chmod(path, 0o755) })
	}
	before := names(t, root)
	d := NewDir(root)
	r, err := d.Get(t.Context(), "a/b")
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	for key, err := range d.List(t.Context(), "") {
		if key != "a/b" || err != nil {
			t.Errorf("listed %q, %v", key, err)
		}
	}
	if diff := cmp.Diff(before, names(t, root)); diff != "" {
		t.Errorf("reading changed something:\n%s", diff)
	}
}

func TestDirWhereNoneCanBe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	dangling := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink("nowhere", dangling); err != nil {
		t.Fatal(err)
	}
	for _, root := range []string{file, filepath.Join(file, "below"), dangling, filepath.Join(dangling, "below")} {
		d := NewDir(root)
		if err := d.Put(t.Context(), "a", strings.NewReader("")); err == nil {
			t.Errorf("there is a store in %q", root)
		}
		if _, err := d.Get(t.Context(), "a"); !errors.Is(err, ErrNotFound) {
			t.Errorf("getting from %q: %v", root, err)
		}
		for key, err := range d.List(t.Context(), "") {
			t.Errorf("listed %q, %v", key, err)
		}
	}
}
