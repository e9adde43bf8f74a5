package evidence_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/verify"
	"github.com/lineage-audit/lineage/verify/evidence"
)

// lay writes files below a folder.
func lay(t *testing.T, folder string, files map[string]string) string {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// content looks at a target once, and fails the test if that fails.
func content(t *testing.T, target verify.Target) verify.Content {
	t.Helper()
	r, err := target.Resolve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c, err := target.Content(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// is tells whether the content is that of these files, or of one file under "".
func is(c verify.Content, files map[string]string) bool {
	if single, ok := files[""]; ok {
		return c.Tree == nil && c.File != nil && *c.File == hashing.Bytes([]byte(single))
	}
	return c.File == nil && c.Tree != nil && c.Tree.Digest() == recordtest.Files(files).Manifest().Digest()
}

func TestPath(t *testing.T) {
	dir := lay(t, t.TempDir(), map[string]string{"m/a": "1", "m/deep/b": "", "m.pkl": "weights", "empty": ""})
	for _, link := range []string{"m", "m.pkl"} {
		if err := os.Symlink(link, filepath.Join(dir, "to-"+link)); err != nil {
			t.Fatal(err)
		}
	}
	folder := map[string]string{"a": "1", "deep/b": ""}
	for path, want := range map[string]map[string]string{
		"m": folder, "m/": folder, "m/.": folder, "to-m": folder, "m.pkl": {"": "weights"}, "to-m.pkl": {"": "weights"}, "empty": {"": ""},
	} {
		p := evidence.Path{Path: dir + "/" + path}
		r, err := p.Resolve(t.Context())
		if err != nil || r.Kind != verify.TargetPath || r.Path != p.Path || len(r.Claims) > 0 {
			t.Errorf("Resolve(%q) = %+v, %v", path, r, err)
		}
		if c := content(t, p); !is(c, want) {
			t.Errorf("Content(%q) = %+v; want %v", path, c, want)
		}
	}
	if err := os.MkdirAll(filepath.Join(dir, "hollow", "deep"), 0o755); err != nil {
		t.Fatal(err)
	}
	if c := content(t, evidence.Path{Path: filepath.Join(dir, "hollow")}); c.Tree == nil || c.Tree.Len() > 0 {
		t.Errorf("the content of a folder without files is %+v", c)
	}
}

// Every look is a look at the disk.
func TestPathIsReadAgain(t *testing.T) {
	p := evidence.Path{Path: filepath.Join(t.TempDir(), "m")}
	lay(t, p.Path, map[string]string{"a": "1"})
	content(t, p)
	lay(t, p.Path, map[string]string{"a": "2"})
	if c := content(t, p); !is(c, map[string]string{"a": "2"}) {
		t.Errorf("the second look saw %v", c.Tree.Entries())
	}
}

// The store, which every run writes to, belongs to no model and to no input.
func TestPathWithoutTheStore(t *testing.T) {
	dir := lay(t, t.TempDir(), map[string]string{"a": "1", ".lineage/format": "x", "deep/.lineage/mine": "y"})
	other := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink(dir, other); err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"a": "1", "deep/.lineage/mine": "y"}
	for _, path := range []string{dir, dir + "/deep/..", other} {
		if c := content(t, evidence.Path{Path: path, Store: filepath.Join(dir, ".lineage")}); !is(c, want) {
			t.Errorf("Content(%q) = %v", path, c.Tree.Entries())
		}
	}
	if c := content(t, evidence.Path{Path: dir, Store: t.TempDir()}); c.Tree.Len() != 3 {
		t.Errorf("with a store elsewhere: %v", c.Tree.Entries())
	}
	t.Chdir(dir)
	if c := content(t, evidence.Path{Path: ".", Store: ".lineage"}); !is(c, want) {
		t.Errorf("Content(.) = %v", c.Tree.Entries())
	}
}

func TestSidecar(t *testing.T) {
	dir := lay(t, t.TempDir(), map[string]string{"m/sub/a": "1", "m.pkl": "weights"})
	r := recordtest.Record(t)
	lay(t, dir, map[string]string{"m" + evidence.SidecarSuffix: string(r.Bytes()), "m.pkl" + evidence.SidecarSuffix: "not one"})
	t.Chdir(filepath.Join(dir, "m"))
	for path, want := range map[string]string{
		dir + "/m": string(r.Bytes()), dir + "/m/": string(r.Bytes()), dir + "/m//": string(r.Bytes()), dir + "/m/.": string(r.Bytes()),
		dir + "/m/sub/..": string(r.Bytes()), ".": string(r.Bytes()), "./": string(r.Bytes()), "sub/..": string(r.Bytes()), "../m": string(r.Bytes()),
		dir + "/m.pkl": "not one", dir + "/m/sub": "", "sub": "",
	} {
		got, err := evidence.Path{Path: path}.Resolve(t.Context())
		if err != nil {
			t.Errorf("Resolve(%q): %v", path, err)
			continue
		}
		switch {
		case want == "" && len(got.Claims) > 0, want != "" && len(got.Claims) != 1:
			t.Errorf("Resolve(%q) has %d claims", path, len(got.Claims))
		case want != "":
			c := got.Claims[0]
			if c.By != verify.BySidecar || !c.ID.IsZero() || string(c.Bytes) != want || !strings.HasSuffix(c.Where, evidence.SidecarSuffix) {
				t.Errorf("Resolve(%q) claims by %q, id %v, where %q, %d bytes", path, c.By, c.ID, c.Where, len(c.Bytes))
			}
		}
	}
}

// A sidecar that is there and cannot be read is not "no sidecar".
func TestSidecarThatCannotBeRead(t *testing.T) {
	dir := lay(t, t.TempDir(), map[string]string{"m": "weights"})
	p, sidecar := evidence.Path{Path: filepath.Join(dir, "m")}, filepath.Join(dir, "m"+evidence.SidecarSuffix)
	if err := os.Mkdir(sidecar, 0o755); err != nil {
		t.Fatal(err)
	}
	if r, err := p.Resolve(t.Context()); err == nil || errors.Is(err, verify.ErrNotFound) {
		t.Errorf("a folder: %+v, %v", r, err)
	}
	if err := os.Remove(sidecar); err != nil {
		t.Fatal(err)
	}
	large, err := os.Create(sidecar)
	if err == nil {
		err = errors.Join(large.Truncate(65<<20), large.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	if r, err := p.Resolve(t.Context()); err == nil || errors.Is(err, verify.ErrNotFound) {
		t.Errorf("one of 65 MiB: %+v, %v", r, err)
	}
}

func TestPathAbsentOrNotLookedAt(t *testing.T) {
	dir := lay(t, t.TempDir(), map[string]string{"m/a": "1", "broken/a": "1"})
	for name, target := range map[string]string{"broken/link": "nowhere", "dangling": "nowhere", "m/loop": "."} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	gone := evidence.Path{Path: filepath.Join(dir, "gone")}
	if _, err := gone.Resolve(t.Context()); !errors.Is(err, verify.ErrNotFound) {
		t.Errorf("Resolve of what is not there: %v", err)
	}
	if _, err := gone.Content(t.Context(), verify.Resolved{}); !errors.Is(err, verify.ErrNotFound) {
		t.Errorf("Content of what is not there: %v", err)
	}
	for _, name := range []string{"broken", "m"} { // with a link to nothing, and in a circle
		c, err := evidence.Path{Path: filepath.Join(dir, name)}.Content(t.Context(), verify.Resolved{})
		if err == nil || errors.Is(err, verify.ErrNotFound) || c != (verify.Content{}) {
			t.Errorf("Content(%s) = %+v, %v; want an error that does not say that nothing is there", name, c, err)
		}
	}
	if _, err := (evidence.Path{Path: filepath.Join(dir, "dangling")}).Resolve(t.Context()); err == nil || errors.Is(err, verify.ErrNotFound) {
		t.Errorf("Resolve of a link to nothing: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if c, err := (evidence.Path{Path: dir}).Content(ctx, verify.Resolved{}); !errors.Is(err, context.Canceled) || c != (verify.Content{}) {
		t.Errorf("Content that is cancelled = %+v, %v", c, err)
	}
}

func TestPathOpen(t *testing.T) {
	p := evidence.Path{Path: lay(t, t.TempDir(), map[string]string{"deep/a": "1"})}
	f, err := p.Open(t.Context(), verify.Resolved{}, "deep/a")
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(f)
	if err := errors.Join(err, f.Close()); err != nil || !bytes.Equal(got, []byte("1")) {
		t.Errorf("Open = %q, %v", got, err)
	}
	if _, err := p.Open(t.Context(), verify.Resolved{}, "gone"); !errors.Is(err, verify.ErrNotFound) {
		t.Errorf("Open of what is not there: %v", err)
	}
	if _, err := p.Open(t.Context(), verify.Resolved{}, "deep"); !errors.Is(err, hashing.ErrSpecial) {
		t.Errorf("Open of a folder: %v", err)
	}
}
