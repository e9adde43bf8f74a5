//go:build unix

package store

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// aged is a backend with one object that was put a year ago.
func aged(t *testing.T) (d *Dir, path string) {
	t.Helper()
	d = NewDir(t.TempDir())
	putString(t, d, "a/b", "content")
	path = d.file("a/b")
	year := time.Now().AddDate(-1, 0, 0)
	if err := os.Chtimes(path, year, year); err != nil {
		t.Fatal(err)
	}
	return d, path
}

func TestPutAgainKeepsFromRemoval(t *testing.T) {
	d, _ := aged(t)
	yesterday := time.Now().AddDate(0, 0, -1)
	putString(t, d, "a/b", "content")
	if removed, err := d.Remove(t.Context(), yesterday, "a/b"); err != nil || removed != nil {
		t.Errorf("removed %q, %v", removed, err)
	}
	if raw, err := os.ReadFile(d.file("a/b")); err != nil || string(raw) != "content" {
		t.Errorf("%q, %v", raw, err)
	}
	if err := d.Put(t.Context(), "a/b", strings.NewReader("other")); !errors.Is(err, ErrExists) {
		t.Errorf("other bytes: %v", err)
	}
}

// What is removed while a Put compares it is written anew.
func TestRemovedWhileItIsCompared(t *testing.T) {
	d, path := aged(t)
	content := &hooked{Reader: strings.NewReader("content"), hook: func() {
		if removed, err := d.Remove(t.Context(), time.Now(), "a/b"); err != nil || len(removed) != 1 {
			t.Errorf("removed %q, %v", removed, err)
		}
	}}
	if err := d.Put(t.Context(), "a/b", content); err != nil {
		t.Fatal(err)
	}
	if raw, err := os.ReadFile(path); err != nil || string(raw) != "content" {
		t.Errorf("%q, %v", raw, err)
	}
}

type hooked struct {
	io.Reader
	hook func()
}

func (h *hooked) Read(b []byte) (int, error) {
	if h.hook != nil {
		h.hook()
		h.hook = nil
	}
	return h.Reader.Read(b)
}

// What is put again after the first look at it goes back to its place.
func TestPutBackAfterTheLastLook(t *testing.T) {
	for _, anew := range []bool{false, true} {
		d, path := aged(t)
		temp := filepath.Join(d.root, tempFolder, "taken")
		if err := os.Rename(path, temp); err != nil {
			t.Fatal(err)
		}
		if anew {
			putString(t, d, "a/b", "content")
		}
		if err := d.putBack(temp, path); err != nil {
			t.Fatal(err)
		}
		if raw, err := os.ReadFile(path); err != nil || string(raw) != "content" {
			t.Errorf("%q, %v", raw, err)
		}
		if left, err := os.ReadDir(filepath.Dir(temp)); err != nil || len(left) != 0 {
			t.Errorf("left: %v, %v", left, err)
		}
	}
}

// In a store that is shared, what somebody else put is replaced by the same bytes.
func TestPutAgainReplaces(t *testing.T) {
	d, path := aged(t)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := d.rewrite(f, d.replace, path); err != nil {
		t.Fatal(err)
	}
	stat, err := d.Stat(t.Context(), "a/b")
	if err != nil || stat.LastPut.Before(time.Now().AddDate(0, 0, -1)) || stat.Bytes != 7 {
		t.Errorf("%+v, %v", stat, err)
	}
}
