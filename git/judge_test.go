package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
)

func TestTreeOfACleanRepository(t *testing.T) {
	f := newFixture(t)
	f.link("a.py", "link")
	f.commit("link")
	tree := f.wantTree(Clean)
	digest := func(s string) hashing.FileDigest { return hashing.Bytes([]byte(s)) }
	want := []File{
		{"a.py", ModeFile, digest("print('a')\n"), 11, true},
		{"pkg/b.py", ModeFile, digest("B = 1\n"), 6, true},
		{"run.sh", ModeExecutable, digest("#!/bin/sh\n"), 10, true},
	}
	if d := cmp.Diff(want, tree.Files); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]Link{{"link", "a.py", true}}, tree.Links); d != "" {
		t.Errorf("links (-want +got):\n%s", d)
	}
	if tree.Commit != f.head() || tree.Manifest.Len() != 3 || len(tree.Omitted) > 0 {
		t.Errorf("tree %+v", tree)
	}
}

func TestDifferences(t *testing.T) {
	f := newFixture(t)
	f.link("a.py", "link")
	f.commit("link")
	f.write("a.py", "changed\n")
	f.remove("pkg/b.py")
	f.remove("link")
	f.link("run.sh", "link")
	f.write("staged.txt", "first\n")
	f.git("add", "staged.txt")
	f.write("staged.txt", "second\n")
	f.write("gone.txt", "gone\n")
	f.git("add", "gone.txt")
	f.remove("gone.txt")
	f.git("rm", "-q", "--cached", "run.sh")
	digest := func(s string) hashing.FileDigest { return hashing.Bytes([]byte(s)) }
	want := []Difference{
		{Path: "a.py", Kind: KindModified, Was: ModeFile, Mode: ModeFile, Digest: digest("changed\n"), Size: 8, Kept: true},
		{Path: "gone.txt", Kind: KindStaged, Staged: &StagedFile{Mode: ModeFile, Digest: digest("gone\n"), Size: 5, Kept: true}},
		{Path: "link", Kind: KindModified, Was: ModeSymlink, Mode: ModeSymlink, Target: "run.sh"},
		{Path: "pkg/b.py", Kind: KindDeleted, Was: ModeFile},
		{Path: "run.sh", Kind: KindStaged, Was: ModeExecutable, Mode: ModeExecutable, Digest: digest("#!/bin/sh\n"), Size: 10, Staged: &StagedFile{}},
		{
			Path: "staged.txt", Kind: KindAdded, Mode: ModeFile, Digest: digest("second\n"), Size: 7, Kept: true,
			Staged: &StagedFile{Mode: ModeFile, Digest: digest("first\n"), Size: 6, Kept: true},
		},
	}
	tree, kept := f.judge()
	if d := cmp.Diff(want, tree.Differences); d != "" {
		t.Errorf("differences (-want +got):\n%s", d)
	}
	var content []string
	for _, c := range kept {
		content = append(content, c)
	}
	slices.Sort(content)
	if d := cmp.Diff([]string{"changed\n", "first\n", "gone\n", "second\n"}, content); d != "" {
		t.Errorf("kept (-want +got):\n%s", d)
	}
}

func TestStagedMergeAndSubmodule(t *testing.T) {
	f := newFixture(t)
	f.submodule("sub")
	f.git("checkout", "-q", "-b", "side")
	f.write("a.py", "side\n")
	f.commit("side")
	f.git("checkout", "-q", "main")
	f.write("a.py", "main\n")
	f.commit("main")
	if _, err := f.try(nil, "merge", "-q", "side"); err == nil {
		t.Fatal("there is no conflict")
	}
	sub := f.at(f.path("sub"))
	sub.write("a.py", "newer\n")
	newer := sub.commit("newer")
	f.git("add", "sub")
	tree := f.wantTree(Dirty, "modified a.py", "modified sub")
	if s := tree.Differences[0].Staged; s == nil || s.Omitted == "" {
		t.Errorf("the merge is not told: %+v", s)
	}
	if s := tree.Differences[1].Staged; s == nil || s.Mode != ModeSubmodule || s.Target != string(newer) {
		t.Errorf("the staged commit is not told: %+v", s)
	}
	tree, kept := f.judge()
	f.wantRestored(tree, kept)
}

func TestBrokenIndex(t *testing.T) {
	f := newFixture(t)
	f.write(".git/index", "garbage")
	f.write("a.py", "evil\n")
	tree := f.wantTree(Dirty, "modified a.py")
	if len(tree.Omitted) != 1 || tree.Omitted[0].Path != ".git/index" {
		t.Errorf("omitted %+v", tree.Omitted)
	}
}

func TestLimits(t *testing.T) {
	f := newFixture(t)
	f.write("big.txt", strings.Repeat("x", 101))
	f.write("huge.txt", strings.Repeat("x", 1001))
	f.write("one.txt", strings.Repeat("1", 60))
	f.write("two.txt", strings.Repeat("2", 60))
	f.write("too.txt", strings.Repeat("2", 60)) // the same content costs nothing
	tree, _ := f.judge(func(o *JudgeOptions) { o.MaxKeepFile, o.MaxKeepTotal, o.MaxUntracked = 100, 130, 1000 })
	got := map[string]string{}
	for _, d := range tree.Differences {
		got[d.Path] = fmt.Sprintf("%v %s %v", d.Kept, d.Omitted, d.Digest.IsZero())
	}
	want := map[string]string{
		"big.txt": "false " + reasonLarge + " false", "huge.txt": "false " + reasonLarge + " true",
		"one.txt": "true  false", "too.txt": "true  false", "two.txt": "true  false",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if _, ok := tree.Manifest.Lookup("huge.txt"); ok || len(tree.Omitted) != 1 || tree.Omitted[0].Path != "huge.txt" {
		t.Errorf("what is too large to read: omitted %+v", tree.Omitted)
	}
	tree, _ = f.judge(func(o *JudgeOptions) { o.MaxKeepTotal = 100 })
	if d := tree.Differences[4]; d.Path != "two.txt" || d.Kept || d.Omitted != reasonTotal || d.Digest.IsZero() {
		t.Errorf("beyond the total: %+v", d)
	}
}

func TestWithheld(t *testing.T) {
	f := newFixture(t)
	f.submodule("sub")
	f.write("a.py", "token = 'secret'\n")
	f.write(".env", "secret\n")
	f.write("sub/.env", "secret\n")
	f.write("huge.txt", "secret"+strings.Repeat("x", 1000))
	f.git("add", "a.py")
	var asked []string
	tree, kept := f.judge(func(o *JudgeOptions) {
		o.MaxKeepFile = 100
		o.Withhold = func(path string, content []byte) string {
			asked = append(asked, path)
			if strings.Contains(string(content), "secret") {
				return "a secret"
			}
			return ""
		}
	})
	if len(kept) > 0 {
		t.Errorf("kept %v", kept)
	}
	if !slices.Contains(asked, "sub/.env") {
		t.Errorf("asked for %v", asked)
	}
	all := slices.Concat(tree.Differences, tree.Submodules[0].Tree.Differences)
	for _, d := range all {
		if d.Mode == ModeFile && (d.Withheld == "" || !d.Digest.IsZero() || d.Kept) {
			t.Errorf("not withheld: %+v", d)
		}
		if s := d.Staged; s != nil && s.Mode == ModeFile && (s.Withheld == "" || !s.Digest.IsZero()) {
			t.Errorf("not withheld: %+v", s)
		}
	}
	for _, secret := range []string{"token = 'secret'\n", "secret\n"} {
		if text := hashing.Bytes([]byte(secret)).String(); strings.Contains(string(tree.Patch().Bytes())+string(tree.Manifest.Bytes()), text) {
			t.Errorf("the digest of %q is given away", secret)
		}
	}
}

func TestWatched(t *testing.T) {
	f := newFixture(t)
	f.write(".gitignore", "ignored*\n")
	f.commit("ignore")
	for _, name := range []string{"used.txt", "unused.txt", "ignored.dat", "ignored.py", "ignored-unused.py", "__pycache__/used.py", "staged.txt", "data/used.csv"} {
		f.write(name, name)
	}
	f.git("add", "staged.txt")
	tree, _ := f.judge(func(o *JudgeOptions) {
		o.Watched = true
		o.Used = []string{"a.py", "used.txt", "ignored.dat", "ignored.py", "__pycache__/used.py", "data/used.csv", "../outside", "gone.txt"}
		o.Apart = func(path string) bool { return strings.HasPrefix(path, "data/") }
	})
	want := []string{"ignored __pycache__/used.py", "ignored ignored.dat", "ignored ignored.py", "added staged.txt", "untracked used.txt"}
	if d := cmp.Diff(want, kinds(tree)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestApart(t *testing.T) {
	f := newFixture(t)
	f.write("model.pkl", "x")
	f.write("a.py", "changed\n")
	tree, _ := f.judge(func(o *JudgeOptions) { o.Apart = func(string) bool { return true } })
	if d := cmp.Diff([]string{"modified a.py"}, kinds(tree)); d != "" {
		t.Errorf("(-want +got):\n%s", d)
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

func TestUnreadable(t *testing.T) {
	f := newFixture(t)
	f.write("dir/x.py", "x\n")
	f.chmod("a.py", 0)
	f.chmod("dir", 0)
	t.Cleanup(func() { f.chmod("dir", 0o755) })
	tree, _ := f.judge()
	if os.Geteuid() == 0 { // reads all the same
		if tree.State != Dirty {
			t.Errorf("state %q", tree.State)
		}
		return
	}
	if len(tree.Omitted) != 1 || tree.Omitted[0].Path != "dir" || tree.Differences[0].Path != "a.py" || tree.Differences[0].Omitted == "" {
		t.Errorf("omitted %+v, differences %+v", tree.Omitted, tree.Differences)
	}
}

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

func TestKeepFails(t *testing.T) {
	f := newFixture(t)
	f.write("a.py", "dirty\n")
	full := errors.New("disk full")
	_, err := f.scan(ScanOptions{}).Judge(t.Context(), JudgeOptions{Keep: func(hashing.FileDigest, []byte) error { return full }})
	if !errors.Is(err, full) {
		t.Errorf("error %v, want %v", err, full)
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
