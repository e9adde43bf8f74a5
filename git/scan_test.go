package git

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTooManyFiles(t *testing.T) {
	f := newFixture(t)
	for i := range 60 {
		f.write(fmt.Sprintf("many/%d.txt", i), "x")
		f.write(fmt.Sprintf("deep/a/b/c/%d.txt", i%5), "x")
	}
	f.commit("many")
	f.write("many/evil.txt", "x")
	f.write("deep/a/b/c/0.txt", "changed")
	s := f.scan(ScanOptions{MaxFiles: 50})
	tree, err := s.Judge(t.Context(), JudgeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]Omitted{{"many", reasonTooFull}}, tree.Omitted); d != "" {
		t.Errorf("omitted (-want +got):\n%s", d)
	}
	// The commit's own files are judged all the same.
	if d := cmp.Diff([]string{"modified deep/a/b/c/0.txt"}, kinds(tree)); d != "" || tree.Manifest.Len() != 68 {
		t.Errorf("%d files (-want +got):\n%s", tree.Manifest.Len(), d)
	}
	if changes, err := s.Changed(t.Context()); err != nil || len(changes) > 0 {
		t.Errorf("changed %v %v", changes, err)
	}
	tree, err = f.scan(ScanOptions{MaxFiles: 8}).Judge(t.Context(), JudgeOptions{})
	if err != nil || len(tree.Omitted) == 0 || tree.Manifest.Len() != 68 {
		t.Errorf("%v %+v", err, tree.Omitted)
	}
}

// TestManyDataFiles: a large data set is no gap in the code if it is ignored, or
// recorded as data.
func TestManyDataFiles(t *testing.T) {
	f := newFixture(t)
	f.write(".gitignore", "ignored/\n")
	f.commit("ignore")
	for i := range 60 {
		f.write(fmt.Sprintf("ignored/%d.jpg", i), "x")
		f.write(fmt.Sprintf("data/%d.jpg", i), "x")
	}
	f.write("ignored/evil.py", "x")
	tree, err := f.scan(ScanOptions{MaxFiles: 50}).Judge(t.Context(), JudgeOptions{Apart: func(p string) bool { return within(p, "data") }})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"ignored ignored/evil.py"}, kinds(tree)); d != "" || len(tree.Omitted) > 0 {
		t.Errorf("omitted %v, (-want +got):\n%s", tree.Omitted, d)
	}
}

func TestChanged(t *testing.T) {
	f := newFixture(t)
	f.submodule("sub")
	f.write(".gitignore", "*.log\nbuild/\n")
	f.write("build/kept.txt", "x")
	f.git("add", "-f", "build/kept.txt")
	f.commit("ignore")
	f.write("out.log", "")
	f.write("ignored/.gitignore", "*")
	f.write("ignored/x.py", "x")
	s := f.scan(ScanOptions{})
	if changes, err := s.Changed(t.Context()); err != nil || len(changes) > 0 {
		t.Fatalf("nothing was done: %v %v", changes, err)
	}
	unnoticed(f, "a.py", "print('b')\n") // size and mtime as before
	f.chmod("run.sh", 0o644)
	f.remove("pkg/b.py")
	f.write("new.py", "new")
	f.write("out.log", "more")
	f.write("build/kept.txt", "y")
	f.write("sub/a.py", "y")
	f.remove("ignored/x.py")
	f.commit("a commit made meanwhile")
	changes, err := s.Changed(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []Change{
		{"a.py", Changed}, {"build/kept.txt", Changed}, {"ignored/x.py", Removed}, {"new.py", Added},
		{"pkg/b.py", Removed}, {"run.sh", Changed}, {"sub/a.py", Changed},
	}
	if d := cmp.Diff(want, changes); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

// TestCommitDuringRun: what counts is the HEAD of the scan.
func TestCommitDuringRun(t *testing.T) {
	f := newFixture(t)
	before := f.head()
	f.write("a.py", "dirty\n")
	s := f.scan(ScanOptions{})
	f.commit("meanwhile")
	tree, err := s.Judge(t.Context(), JudgeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	state, err := s.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if tree.Commit != before || state.Commit != before || tree.State != Dirty || s.Head().Commit != before {
		t.Errorf("commit %s, state %q", tree.Commit, tree.State)
	}
}

func TestPathsNarrow(t *testing.T) {
	f := newFixture(t)
	f.write("team/x.py", "x\n")
	f.write("teams/y.py", "y\n")
	f.submodule("team/sub")
	f.commit("teams")
	f.write("a.py", "changed\n")
	f.write("teams/y.py", "changed\n")
	f.write("team/x.py", "changed\n")
	f.write("team/new.py", "new\n")
	f.write("team/sub/a.py", "changed\n")
	f.git("add", "teams")
	for _, test := range []struct {
		paths    []string
		want     []string
		manifest int
	}{
		{[]string{"team"}, []string{"untracked team/new.py", "modified team/sub", "modified team/x.py", "team/sub: modified a.py"}, 5},
		{[]string{"team/x.py", "pkg"}, []string{"modified team/x.py"}, 2},
		{[]string{"team/sub/pkg"}, nil, 1},
		{[]string{"none"}, nil, 0},
		{[]string{"."}, []string{"modified a.py", "untracked team/new.py", "modified team/sub", "modified team/x.py", "modified teams/y.py", "team/sub: modified a.py"}, 10},
	} {
		s := f.scan(ScanOptions{Paths: test.paths})
		kept := blobs{}
		tree, err := s.Judge(t.Context(), JudgeOptions{Keep: kept.keep})
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(test.want, kinds(tree)); d != "" || tree.Manifest.Len() != test.manifest {
			t.Errorf("%v: %d files (-want +got):\n%s", test.paths, tree.Manifest.Len(), d)
		}
		if changes, err := s.Changed(t.Context()); err != nil || len(changes) > 0 {
			t.Errorf("%v: changed %v %v", test.paths, changes, err)
		}
		src := f.source(f.root)
		dst := filepath.Join(t.TempDir(), "out")
		if err := Restore(t.Context(), src, tree.Patch(), dst, RestoreOptions{Blob: kept.open}); err != nil {
			t.Errorf("%v: %v", test.paths, err)
		}
		p := tree.Patch()
		if c, err := src.Explain(t.Context(), tree.Commit, tree.Manifest, &p); err != nil || len(c.Differ) > 0 {
			t.Errorf("%v: %+v %v", test.paths, c, err)
		}
	}
	for _, bad := range []string{"", "/abs", "..", "../x", "a/../b", "a/", "./a"} {
		if _, err := f.open().Scan(t.Context(), ScanOptions{Paths: []string{bad}}); err == nil {
			t.Errorf("path %q was taken", bad)
		}
	}
}

func TestNested(t *testing.T) {
	f := newFixture(t)
	inner := f.at(f.path("vendor/inner"))
	f.git("init", "-q", "vendor/inner")
	inner.write("x.py", "x\n")
	inner.write(".gitignore", "*.log\n")
	inner.write("x.log", "")
	commit := inner.commit("inner")
	inner.git("remote", "add", "origin", "https://tok@example.com/inner")
	tree := f.wantTree(Dirty, "untracked vendor/inner/.gitignore", "untracked vendor/inner/x.py")
	if d := cmp.Diff([]Nested{{"vendor/inner", "https://example.com/inner", commit}}, tree.Nested); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestScanFolder(t *testing.T) {
	dir := t.TempDir()
	f := &fixture{t: t, home: dir, root: dir}
	for _, name := range []string{"train.py", "conf.yaml", "data.csv", "model.pkl", "pkg/x.py", ".venv/pyvenv.cfg", ".venv/bin/x.py", "__pycache__/x.py", "hidden/y.py", "hidden/z.yaml"} {
		f.write(name, name)
	}
	f.write(".gitignore", "hidden/\n")
	f.link("train.py", "link.py")
	s, err := ScanFolder(t.Context(), dir, ScanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := s.Judge(t.Context(), JudgeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range tree.Manifest.Entries() {
		names = append(names, e.Path)
	}
	want := []string{".gitignore", "conf.yaml", "hidden/y.py", "pkg/x.py", "train.py"}
	if d := cmp.Diff(want, names); d != "" || tree.State != NoRepository || len(tree.Differences) > 0 || len(tree.Links) != 1 {
		t.Errorf("%+v (-want +got):\n%s", tree, d)
	}
	if d := cmp.Diff([]Omitted{{".venv", "virtual environment"}, {"__pycache__", "cache"}}, tree.Skipped); d != "" {
		t.Errorf("skipped (-want +got):\n%s", d)
	}
	f.write("train.py", "changed")
	if changes, err := s.Changed(t.Context()); err != nil || len(changes) != 1 || changes[0].Path != "train.py" {
		t.Errorf("changed %v %v", changes, err)
	}
	if state, err := s.State(t.Context()); err != nil || state.Commit != "" {
		t.Errorf("state %+v %v", state, err)
	}
	if _, err := ScanFolder(t.Context(), filepath.Join(dir, "none"), ScanOptions{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("error %v", err)
	}
}
