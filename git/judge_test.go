package git

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

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

func TestKeepFails(t *testing.T) {
	f := newFixture(t)
	f.write("a.py", "dirty\n")
	full := errors.New("disk full")
	_, err := f.scan(ScanOptions{}).Judge(t.Context(), JudgeOptions{Keep: func(hashing.FileDigest, []byte) error { return full }})
	if !errors.Is(err, full) {
		t.Errorf("error %v, want %v", err, full)
	}
}

// TestFileNamedDash: sha256sum would take it for its standard input.
func TestFileNamedDash(t *testing.T) {
	f := newFixture(t)
	f.submodule("sub")
	f.write("-", "x")
	f.write("d/-", "x")
	f.write("sub/-", "x")
	f.git("add", "--", "-")
	f.commit("dash")
	tree := f.wantTree(Dirty, "modified sub", "sub: untracked -")
	if _, ok := tree.Manifest.Lookup("d/-"); !ok || len(tree.Omitted) != 1 || tree.Omitted[0].Path != "-" {
		t.Errorf("omitted %+v", tree.Omitted)
	}
	tree, kept := f.judge()
	f.wantRestored(tree, kept)
	p := tree.Patch()
	if c, err := f.source(f.root).Explain(t.Context(), tree.Commit, tree.Manifest, &p); err != nil || len(c.Differ) > 0 {
		t.Errorf("%+v %v", c, err)
	}
}

func TestMisleadingConfig(t *testing.T) {
	for _, setting := range []string{"core.bare=true", "core.worktree=/nowhere", "core.worktree=..", "core.repositoryFormatVersion=0", "core.ignoreCase=true", "core.quotePath=false", "core.abbrev=4", "core.logAllRefUpdates=always", "color.ui=always", "core.symlinks=false"} {
		f := newFixture(t)
		key, value, _ := strings.Cut(setting, "=")
		f.git("config", key, value)
		tree, _ := f.judge()
		if tree.State != Clean || tree.Manifest.Len() != 3 {
			t.Errorf("%s: %q %v", setting, tree.State, kinds(tree))
		}
	}
}
