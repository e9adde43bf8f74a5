package git

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
)

// history is a repository with a branch beside main, and commits that no branch
// holds.
type history struct {
	*fixture
	first, main, side, tagged, tracked, loose ObjectID
}

func newHistory(t *testing.T) history {
	f := newFixture(t)
	h := history{fixture: f, first: f.head()}
	away := func(message string) ObjectID {
		f.git("checkout", "-q", "--detach", string(h.first))
		f.write(message+".py", message+"\n")
		return f.commit(message)
	}
	h.side = away("side")
	f.git("update-ref", "refs/heads/release/1", string(h.side))
	h.tagged = away("tagged")
	f.git("update-ref", "refs/tags/v1", string(h.tagged))
	h.tracked = away("tracked")
	f.git("update-ref", "refs/remotes/origin/main", string(h.tracked))
	h.loose = away("loose")
	f.git("checkout", "-q", "main")
	f.write("a.py", "two\n")
	h.main = f.commit("two")
	return h
}

// ssh stands for a server: it runs what it is told to on this machine. An old
// one speaks the protocol in which only branches can be asked for.
func (f *fixture) ssh(old bool) string {
	name, body := "ssh", `for last; do :; done; eval "exec $last"`
	if old {
		name, body = "old-ssh", "unset GIT_PROTOCOL; "+body
	}
	return f.at(f.home).script(name, body)
}

func (f *fixture) source(location string, env ...string) *Source {
	f.t.Helper()
	o := f.options()
	o.Env, o.TempDir = append(o.Env, env...), f.t.TempDir()
	src, err := OpenSource(f.t.Context(), location, o)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() {
		if err := src.Close(); err != nil {
			f.t.Error(err)
		}
		if left, _ := os.ReadDir(o.TempDir); len(left) > 0 {
			f.t.Errorf("left behind: %v", left)
		}
	})
	return src
}

func TestReachable(t *testing.T) {
	h := newHistory(t)
	bare := h.at(filepath.Join(h.home, "bare.git"))
	h.git("clone", "-q", "--mirror", h.root, bare.root)
	worktree := filepath.Join(h.home, "linked")
	h.git("worktree", "add", "-q", "--detach", worktree)
	unknown := ObjectID(strings.Repeat("1", 40))
	forgeGraft(h)

	tests := []struct {
		name     string
		commit   ObjectID
		branches []string
		refs     []string
		err      error
		old      error // of a server that gives out only what its branches hold
	}{
		{name: "tip", commit: h.main, refs: []string{"refs/heads/main"}},
		{name: "both", commit: h.first, refs: []string{"refs/heads/main", "refs/heads/release/1"}},
		{name: "one that counts", commit: h.first, branches: []string{"main"}, refs: []string{"refs/heads/main"}},
		{name: "full name", commit: h.first, branches: []string{"refs/heads/main"}, refs: []string{"refs/heads/main"}},
		{name: "pattern", commit: h.side, branches: []string{"main", "release/*"}, refs: []string{"refs/heads/release/1"}},
		{name: "a star is one part", commit: h.side, branches: []string{"*"}},
		{name: "branch that does not count", commit: h.side, branches: []string{"main"}},
		{name: "branch that is not there", commit: h.main, branches: []string{"other"}},
		{name: "tag", commit: h.tagged},
		{name: "remote-tracking", commit: h.tracked},
		{name: "loose, and grafted", commit: h.loose, old: ErrNoCommit},
		{name: "unknown", commit: unknown, err: ErrNoCommit, old: ErrNoCommit},
	}
	newer, older := "GIT_SSH_COMMAND="+h.ssh(false), "GIT_SSH_COMMAND="+h.ssh(true)
	sources := map[string]*Source{
		"folder": h.source(h.root), "below": h.source(h.path("pkg")), "bare": h.source(bare.root), "git": h.source(h.path(".git")),
		"worktree": h.source(worktree), "file": h.source("file://" + bare.root),
		"ssh": h.source("ssh://host"+bare.root, newer), "scp": h.source("git@host:"+bare.root, newer), "old": h.source("ssh://host"+bare.root, older),
	}
	for name, src := range sources {
		for _, test := range tests {
			t.Run(name+"/"+test.name, func(t *testing.T) {
				want := test.err
				if name == "old" {
					want = test.old
				}
				r, err := src.Reachable(t.Context(), test.commit, test.branches)
				if !errors.Is(err, want) || (err == nil) != (want == nil) {
					t.Fatalf("error %v, want %v", err, want)
				}
				if d := cmp.Diff(test.refs, r.Refs); d != "" || r.Reachable != (len(test.refs) > 0) {
					t.Errorf("reachable %v, refs (-want +got):\n%s", r.Reachable, d)
				}
			})
		}
	}
}

// forgeGraft makes plain git believe that main descends from the loose commit.
func forgeGraft(h history) {
	h.t.Helper()
	h.write(".git/info/grafts", string(h.main)+" "+string(h.loose)+"\n")
	if out := h.git("for-each-ref", "--contains", string(h.loose), "refs/heads"); !strings.Contains(out, "refs/heads/main") {
		h.t.Fatalf("the graft deceives nobody: %q", out)
	}
}

func TestReachableNoReplacement(t *testing.T) {
	h := newHistory(t)
	h.git("replace", "--graft", string(h.main), string(h.loose))
	r, err := h.source(h.root).Reachable(t.Context(), h.loose, nil)
	if err != nil || r.Reachable {
		t.Errorf("a replacement deceives: %+v %v", r, err)
	}
}

func TestReachableShallow(t *testing.T) {
	h := newHistory(t)
	dir := filepath.Join(h.home, "shallow")
	h.git("clone", "-q", "--depth=1", "file://"+h.root, dir)
	src := h.source(dir)
	if r, err := src.Reachable(t.Context(), h.main, nil); err != nil || !r.Reachable {
		t.Errorf("tip: %+v %v", r, err)
	}
	if _, err := src.Reachable(t.Context(), h.first, nil); !errors.Is(err, ErrNoCommit) || !errors.Is(err, ErrShallow) {
		t.Errorf("error %v, want both %v and %v", err, ErrNoCommit, ErrShallow)
	}
	src = h.source("ssh://host"+dir, "GIT_SSH_COMMAND="+h.ssh(false))
	if _, err := src.Reachable(t.Context(), h.first, nil); !errors.Is(err, ErrShallow) {
		t.Errorf("a shallow server: error %v, want %v", err, ErrShallow)
	}
}

func TestReachableBadArguments(t *testing.T) {
	h := newHistory(t)
	src := h.source(h.root)
	for _, commit := range []ObjectID{"", "main", "HEAD", h.main[:39], h.main + "0", ObjectID(strings.ToUpper(string(h.main))), "--all"} {
		if _, err := src.Reachable(t.Context(), commit, nil); !errors.Is(err, ErrObjectID) {
			t.Errorf("%q: error %v, want %v", commit, err, ErrObjectID)
		}
	}
	if _, err := src.Reachable(t.Context(), h.main, []string{"[a"}); err == nil {
		t.Error("a broken pattern is no error")
	}
	tree := ObjectID(h.git("rev-parse", "HEAD^{tree}"))
	if r, err := src.Reachable(t.Context(), tree, nil); err == nil {
		t.Errorf("a tree is reachable as a commit: %+v", r)
	}
}

func TestCommitManifest(t *testing.T) {
	h := newHistory(t)
	h.link("a.py", "link")
	h.write("x.bin", lfsPointer("weights"))
	h.submodule("sub")
	commit := h.head()
	tree, _ := h.judge()
	for _, old := range []bool{false, true} {
		for _, location := range []string{h.root, "ssh://host" + h.root} {
			src := h.source(location, "GIT_SSH_COMMAND="+h.ssh(old))
			got, err := src.CommitManifest(t.Context(), commit)
			if err != nil {
				t.Fatal(err)
			}
			var own []hashing.Entry
			for _, e := range tree.Manifest.Entries() {
				if !strings.HasPrefix(e.Path, "sub/") {
					own = append(own, e)
				}
			}
			if d := cmp.Diff(own, got.Manifest.Entries()); d != "" {
				t.Errorf("%s: manifest (-tree +commit):\n%s", location, d)
			}
			want := []CommitSubmodule{{"sub", filepath.Join(filepath.Dir(h.root), "origin-of-sub"), tree.Submodules[0].Commit}}
			if d := cmp.Diff(want, got.Submodules); d != "" {
				t.Errorf("submodules (-want +got):\n%s", d)
			}
			for _, f := range got.Files {
				if f.Path == "link" && (f.Target != "a.py" || f.Mode != ModeSymlink) || f.Path == "x.bin" && f.LFS != hashing.Bytes([]byte("weights")) {
					t.Errorf("file %+v", f)
				}
			}
			if _, err := src.CommitManifest(t.Context(), ObjectID(strings.Repeat("2", 40))); !errors.Is(err, ErrNoCommit) {
				t.Errorf("%s: error %v, want %v", location, err, ErrNoCommit)
			}
			// What the first answer fetched must not narrow the second.
			if _, err := src.CommitManifest(t.Context(), h.first); err != nil {
				t.Errorf("%s: %v", location, err)
			}
			if r, err := src.Reachable(t.Context(), h.first, []string{"main"}); err != nil || !r.Reachable {
				t.Errorf("%s: %+v %v", location, r, err)
			}
		}
	}
}

func TestReadAndFindFile(t *testing.T) {
	h := newHistory(t)
	h.link("a.py", "link")
	commit := h.commit("link")
	for _, location := range []string{h.root, "ssh://host" + h.root} {
		src := h.source(location, "GIT_SSH_COMMAND="+h.ssh(false))
		b, err := src.ReadFile(t.Context(), commit, "pkg/b.py", 6)
		if err != nil || string(b) != "B = 1\n" {
			t.Errorf("%q %v", b, err)
		}
		f, err := src.FindFile(t.Context(), commit, "run.sh")
		want := CommitFile{Path: "run.sh", Mode: ModeExecutable, Blob: ObjectID(h.git("rev-parse", "HEAD:run.sh")), Digest: hashing.Bytes([]byte("#!/bin/sh\n")), Size: 10}
		if d := cmp.Diff(want, f); d != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, d)
		}
		if _, err := src.ReadFile(t.Context(), commit, "pkg/b.py", 5); err == nil {
			t.Error("a file above the limit was read")
		}
		for _, path := range []string{"", ".", "pkg", "pkg/", "link", "none", "a.py/x", "../a.py", "/a.py", "./a.py", "A.PY"} {
			if _, err := src.ReadFile(t.Context(), commit, path, 100); !errors.Is(err, ErrNoFile) {
				t.Errorf("%q: error %v, want %v", path, err, ErrNoFile)
			}
		}
		if _, err := src.FindFile(t.Context(), ObjectID(strings.Repeat("3", 40)), "a.py"); !errors.Is(err, ErrNoCommit) {
			t.Errorf("error %v, want %v", err, ErrNoCommit)
		}
	}
}

func TestSourceSHA256(t *testing.T) {
	f := newFixture(t, "--object-format=sha256")
	src := f.source("ssh://host"+f.root, "GIT_SSH_COMMAND="+f.ssh(false))
	if r, err := src.Reachable(t.Context(), f.head(), nil); err != nil || !r.Reachable {
		t.Errorf("%+v %v", r, err)
	}
	if tree, err := src.CommitManifest(t.Context(), f.head()); err != nil || tree.Manifest.Len() != 3 {
		t.Errorf("%+v %v", tree, err)
	}
	if _, err := f.source(f.root).Reachable(t.Context(), ObjectID(strings.Repeat("1", 40)), nil); !errors.Is(err, ErrNoCommit) {
		t.Errorf("a short id: %v", err)
	}
}

func TestOpenSourceRefuses(t *testing.T) {
	f := newFixture(t)
	c := newCanary(f)
	for _, location := range []string{
		"", "nowhere", f.home, "file:///nowhere", "file://" + f.home, "ext::" + c.program, "ext::sh -c " + c.program,
		"canary::x", "-oProxyCommand=" + c.program, "ssh://-oProxyCommand=" + c.program + "/x", "--upload-pack=" + c.program,
		"https://", "https:///x", "ftp://host/x", "https://host/a b", "host:\nx",
	} {
		src, err := OpenSource(t.Context(), location, f.options())
		if err == nil {
			_, err = src.Reachable(t.Context(), f.head(), nil)
			src.Close()
		}
		if err == nil {
			t.Errorf("%q was opened", location)
		}
	}
	if sung := c.sung(t); len(sung) > 0 {
		t.Errorf("these ran: %q", sung)
	}
}

// TestSourceHidesCredentials, and does not take a server that is down for one
// without the commit.
func TestSourceHidesCredentials(t *testing.T) {
	f := newFixture(t)
	for _, location := range []string{
		"https://alice:s3cret@127.0.0.1:1/x.git", "https://s3cret@127.0.0.1:1/x.git", "http://127.0.0.1:1/x.git?token=s3cret",
		"https://alice:s3cret'quoted@127.0.0.1:1/x.git", "ssh://alice:s3cret@127.0.0.1:1/x.git",
	} {
		src := f.source(location, "GIT_SSH_COMMAND=false")
		if strings.Contains(src.Location(), "s3cret") {
			t.Errorf("location %q", src.Location())
		}
		_, reach := src.Reachable(t.Context(), f.head(), nil)
		_, manifest := src.CommitManifest(t.Context(), f.head())
		_, file := src.ReadFile(t.Context(), f.head(), "a.py", 100)
		for _, err := range []error{reach, manifest, file} {
			if err == nil || errors.Is(err, ErrNoCommit) || strings.Contains(err.Error(), "s3cret") {
				t.Errorf("%q: error %v", src.Location(), err)
			}
		}
	}
}

func TestSourceKeepsRepositoryOut(t *testing.T) {
	h := newHistory(t)
	c := newCanary(h.fixture)
	// Set in the repository in whose folder the verifier happens to be.
	h.git("config", "core.sshCommand", c.program)
	h.git("config", "url.ext::"+c.program+".insteadOf", "ssh://host")
	t.Chdir(h.root)
	src := h.source("ssh://host"+h.root, "GIT_SSH_COMMAND="+h.ssh(false), "GIT_DIR="+h.path(".git"), "GIT_EXTERNAL_DIFF="+c.program)
	if r, err := src.Reachable(t.Context(), h.main, nil); err != nil || !r.Reachable {
		t.Errorf("%+v %v", r, err)
	}
	if sung := c.sung(t); len(sung) > 0 {
		t.Errorf("these ran: %q", sung)
	}
	if _, err := os.Stat(h.path(".git/FETCH_HEAD")); err == nil {
		t.Error("something was fetched into the repository")
	}
}

func TestExplain(t *testing.T) {
	f := newFixture(t)
	f.submodule("sub")
	f.write("a.py", "dirty\n")
	f.remove("run.sh")
	f.write("new.py", "new\n")
	tree, _ := f.judge()
	p := tree.Patch()
	src := f.source(f.root)

	c, err := src.Explain(t.Context(), tree.Commit, tree.Manifest, &p)
	if err != nil || len(c.Differ) > 0 || len(c.Unlooked) != 1 || c.Holds() {
		t.Errorf("with the patch: %+v %v", c, err)
	}
	c, err = src.Explain(t.Context(), tree.Commit, tree.Manifest, nil)
	if err != nil {
		t.Fatal(err)
	}
	var differ []string
	for _, d := range c.Differ {
		differ = append(differ, d.Path)
	}
	if d := cmp.Diff([]string{"a.py", "new.py", "run.sh"}, differ); d != "" {
		t.Errorf("without the patch (-want +got):\n%s", d)
	}
	// One byte other than what the patch says is not excused by it.
	var lines []hashing.Entry
	for _, e := range tree.Manifest.Entries() {
		if e.Path == "new.py" {
			e.Digest[0]++
		}
		lines = append(lines, e)
	}
	m, err := hashing.NewManifest(lines)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = src.Explain(t.Context(), tree.Commit, m, &p); err != nil || len(c.Differ) != 1 || c.Differ[0].Path != "new.py" {
		t.Errorf("another byte: %+v %v", c, err)
	}
	p.Commit = ObjectID(strings.Repeat("1", 40))
	if _, err := src.Explain(t.Context(), tree.Commit, m, &p); err == nil {
		t.Error("a patch for another commit is taken")
	}
}
