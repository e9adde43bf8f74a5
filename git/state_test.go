package git

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func (f *fixture) state() State {
	f.t.Helper()
	s, err := f.open().State(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	// A scan says the same, of the moment that it was made.
	scanned, err := f.scan(ScanOptions{}).State(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	if d := cmp.Diff(s, scanned, sameTime); d != "" {
		f.t.Errorf("state (-asked +scanned):\n%s", d)
	}
	return s
}

var sameTime = cmp.Comparer(func(a, b time.Time) bool { return a.Equal(b) && a.Format(time.RFC3339) == b.Format(time.RFC3339) })

func (f *fixture) wantState(want State) {
	f.t.Helper()
	if d := cmp.Diff(want, f.state(), sameTime); d != "" {
		f.t.Errorf("state (-want +got):\n%s", d)
	}
}

// ordinary is the state of a fixture's repository.
func (f *fixture) ordinary() State {
	f.t.Helper()
	return State{
		Head: Head{Commit: f.head(), Branch: "refs/heads/main"}, Root: f.root,
		CommitTree: ObjectID(f.git("rev-parse", "HEAD^{tree}")), ObjectFormat: "sha1",
		AuthorTime: time.Unix(1700000000, 0).In(time.FixedZone("", 3600)),
		CommitTime: time.Unix(1700000060, 0).In(time.FixedZone("", -9000)),
	}
}

func TestState(t *testing.T) {
	f := newFixture(t)
	f.wantState(f.ordinary())

	f.git("remote", "add", "origin", "https://user:secret@example.com/a.git?token=secret")
	f.git("remote", "add", "backup", "git@example.com:a.git")
	f.git("remote", "set-url", "--add", "origin", "https://other@example.com/")
	want := f.ordinary()
	want.Remotes = []Remote{{"backup", "git@example.com:a.git"}, {"origin", "https://example.com/a.git"}}
	f.wantState(want)
}

func TestStateFromBelow(t *testing.T) {
	f := newFixture(t)
	f.link(f.path("pkg"), "way")
	for _, dir := range []string{"pkg", "way", "."} {
		r, err := Open(t.Context(), f.path(dir), f.options())
		if err != nil {
			t.Fatal(err)
		}
		if r.Root() != f.root {
			t.Errorf("from %q the root is %q", dir, r.Root())
		}
	}
	t.Chdir(f.path("pkg"))
	if r, err := Open(t.Context(), ".", f.options()); err != nil || r.Root() != f.root {
		t.Errorf("from the current folder: %v", err)
	}
}

func TestStateDetached(t *testing.T) {
	f := newFixture(t)
	f.git("checkout", "-q", "--detach")
	want := f.ordinary()
	want.Branch, want.Detached = "", true
	f.wantState(want)
}

// TestStateAmbiguous: a branch named HEAD, or a tag named as the branch, leads
// nobody astray.
func TestStateAmbiguous(t *testing.T) {
	f := newFixture(t)
	f.commit("two")
	want, old := f.ordinary(), f.git("rev-parse", "HEAD~1")
	f.git("update-ref", "refs/heads/HEAD", old)
	f.git("update-ref", "refs/tags/HEAD", old)
	f.git("update-ref", "refs/tags/main", old)
	f.wantState(want)
}

func TestStateNoCommit(t *testing.T) {
	f := bareFixture(t)
	f.write("a.py", "a\n")
	f.wantState(State{Head: Head{Branch: "refs/heads/main", NoCommit: true}, Root: f.root, ObjectFormat: "sha1"})
	tree := f.wantTree(NoCommit, "untracked a.py")
	if tree.Manifest.Len() != 1 {
		t.Errorf("manifest %q", tree.Manifest.Bytes())
	}
	f.git("add", "a.py")
	f.wantTree(NoCommit, "added a.py")
}

func TestStateBrokenHead(t *testing.T) {
	f := newFixture(t)
	head := string(f.head())
	breaks := []func(){
		func() { f.write(".git/refs/heads/main", "garbage\n") },
		func() { f.write(".git/refs/heads/main", strings.Repeat("1", 40)+"\n") },
		func() { f.write(".git/HEAD", "garbage\n") },
		func() { f.write(".git/HEAD", strings.Repeat("1", 40)+"\n") },
		func() {
			f.write(".git/HEAD", "ref: refs/heads/main\n")
			f.write(".git/refs/heads/main", head+"\n")
			f.remove(".git/objects/" + head[:2] + "/" + head[2:])
		},
	}
	for i, do := range breaks {
		do()
		if s, err := f.open().State(t.Context()); err == nil {
			t.Errorf("%d: the state is %+v", i, s)
		}
		if s, err := f.open().Scan(t.Context(), ScanOptions{}); err == nil {
			t.Errorf("%d: the scan has %+v", i, s.Head())
		}
	}
}

func TestStateShallow(t *testing.T) {
	f := newFixture(t)
	f.write("a.py", "two\n")
	f.commit("two")
	dir := filepath.Join(f.home, "shallow")
	f.git("clone", "-q", "--depth=1", "file://"+f.root, dir)
	s := f.at(dir)
	want := s.ordinary()
	want.Shallow, want.Remotes = true, []Remote{{"origin", "file://" + f.root}}
	s.wantState(want)
	s.wantTree(Clean)
}

func TestStateLinkedWorktree(t *testing.T) {
	f := newFixture(t)
	linked := f.at(filepath.Join(f.home, "linked"))
	f.git("worktree", "add", "-q", "-b", "side", linked.root)
	linked.write("a.py", "side\n")
	linked.commit("side")
	want := linked.ordinary()
	want.Branch, want.LinkedWorktree = "refs/heads/side", true
	linked.wantState(want)
	linked.write("pkg/b.py", "evil\n")
	linked.wantTree(Dirty, "modified pkg/b.py")
	f.wantTree(Clean)
}

func TestStateSubmodule(t *testing.T) {
	f := newFixture(t)
	f.submodule("sub")
	sub := f.at(f.path("sub"))
	if !sub.state().Submodule || f.state().Submodule {
		t.Error("the submodule is not told from the repository around it")
	}
	sub.wantTree(Clean)
	tree := f.wantTree(Clean)
	want := []Submodule{{
		Path: "sub", URL: filepath.Join(filepath.Dir(f.root), "origin-of-sub"),
		Expected: sub.head(), Commit: sub.head(), Tree: tree.Submodules[0].Tree,
	}}
	if d := cmp.Diff(want, tree.Submodules, cmp.AllowUnexported(Tree{}.Manifest)); d != "" {
		t.Errorf("submodules (-want +got):\n%s", d)
	}
	if _, ok := tree.Manifest.Lookup("sub/pkg/b.py"); !ok {
		t.Error("the manifest lacks the submodule's files")
	}
	// An old layout keeps the repository in the tree.
	f.remove("sub/.git")
	if err := os.Rename(f.path(".git/modules/sub"), f.path("sub/.git")); err != nil {
		t.Fatal(err)
	}
	f.git("config", "-f", "sub/.git/config", "--unset", "core.worktree")
	if !sub.state().Submodule {
		t.Error("a submodule with a .git folder is not told as one")
	}
	f.wantTree(Clean)
}

func TestStateAbsentSubmodule(t *testing.T) {
	f := newFixture(t)
	f.submodule("sub")
	c := f.at(f.clone("fresh"))
	tree := c.wantTree(Clean)
	if len(tree.Submodules) != 1 || !tree.Submodules[0].Absent || tree.Submodules[0].Commit != "" {
		t.Errorf("submodules %+v", tree.Submodules)
	}
}

func TestStateSHA256(t *testing.T) {
	f := newFixture(t, "--object-format=sha256")
	want := f.ordinary()
	want.ObjectFormat = "sha256"
	f.wantState(want)
	f.wantTree(Clean)
	f.write("a.py", "evil\n")
	f.wantTree(Dirty, "modified a.py")
	tree, kept := f.judge()
	f.wantRestored(tree, kept)
	f.wantExplained(tree)
}

// TestStateForeignOwner: git itself refuses a repository of another user's. Who
// may not give files away says instead to be another user.
func TestStateForeignOwner(t *testing.T) {
	f := newFixture(t)
	want := f.ordinary()
	want.ForeignOwner = true
	o := f.options()
	o.extra = []string{"GIT_TEST_ASSUME_DIFFERENT_OWNER=1"}
	if os.Geteuid() == 0 {
		err := filepath.Walk(f.root, func(p string, _ os.FileInfo, err error) error {
			return errors.Join(err, os.Lchown(p, 54321, 54321))
		})
		if err != nil {
			t.Fatal(err)
		}
	} else {
		o.uid = os.Geteuid() + 1
	}
	if out, err := f.try(o.extra, "status"); err == nil || !strings.Contains(out, "dubious ownership") {
		t.Fatalf("git status: %v %s", err, out)
	}
	r, err := Open(t.Context(), f.root, o)
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want.Head = got.Head // git itself cannot say it here
	want.CommitTree = got.CommitTree
	if d := cmp.Diff(want, got, sameTime); d != "" || got.Commit == "" {
		t.Errorf("state (-want +got):\n%s", d)
	}
	s, err := r.Scan(t.Context(), ScanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if tree, err := s.Judge(t.Context(), JudgeOptions{}); err != nil || tree.State != Clean {
		t.Errorf("state %q: %v", tree.State, err)
	}
}

func TestOpenNothing(t *testing.T) {
	dir := t.TempDir()
	f := &fixture{t: t, home: dir, root: dir}
	tests := []struct {
		name string
		do   func()
		want error
	}{
		{"no repository", func() {}, ErrNoRepository},
		{"an empty .git folder", func() { f.write("x/.git/x", "") }, ErrNoRepository},
		{"a .git file that leads nowhere", func() { f.write("x/.git", "gitdir: /nowhere\n") }, nil},
		{"a .git file of something else", func() { f.write("x/.git", "something else\n") }, nil},
		{"a .git file that is empty", func() { f.write("x/.git", "") }, nil},
		{"no such folder", func() {}, os.ErrNotExist},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f.remove("x")
			if test.want != os.ErrNotExist {
				f.write("x/a.py", "")
			}
			test.do()
			_, err := Open(t.Context(), f.path("x"), f.options())
			if err == nil || test.want != nil && !errors.Is(err, test.want) || test.want == nil && errors.Is(err, ErrNoRepository) {
				t.Errorf("error %v, want %v", err, test.want)
			}
		})
	}
}

func TestOpenWithoutProgram(t *testing.T) {
	f := newFixture(t)
	for _, o := range []Options{{Env: []string{"PATH=/nowhere"}}, {Program: "/nowhere/git"}, {Program: f.path("a.py")}} {
		if _, err := Open(t.Context(), f.root, o); !errors.Is(err, ErrNoProgram) {
			t.Errorf("error %v, want %v", err, ErrNoProgram)
		}
	}
}

// TestContextEndsGit: a program that never answers keeps nobody.
func TestContextEndsGit(t *testing.T) {
	f := newFixture(t)
	o := f.options()
	o.Program = f.at(f.home).script("slow", "sleep 600 & wait")
	r, err := Open(t.Context(), f.root, o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := r.Scan(ctx, ScanOptions{}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want %v", err, context.DeadlineExceeded)
	}
	if _, err := r.State(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v, want %v", err, context.DeadlineExceeded)
	}
}

func TestLyingProgram(t *testing.T) {
	f := newFixture(t)
	for _, body := range []string{"", "exit 1", "echo false", `printf 'false\nsha1\n%040d\nHEAD\n' 0`, "yes", "kill -9 $$"} {
		o := f.options()
		o.Program = f.at(f.home).script("liar", body+" | head -c 1000000")
		r, err := Open(t.Context(), f.root, o)
		if err != nil {
			t.Fatal(err)
		}
		if s, err := r.Scan(t.Context(), ScanOptions{}); err == nil {
			t.Errorf("%q was believed: %+v", body, s.Head())
		}
	}
}

// TestUnreadableRepository is no folder outside git.
func TestUnreadableRepository(t *testing.T) {
	f := newFixture(t)
	f.chmod(".git", 0)
	t.Cleanup(func() { f.chmod(".git", 0o755) })
	_, err := Open(t.Context(), f.path("pkg"), f.options())
	if os.Geteuid() != 0 && (!errors.Is(err, os.ErrPermission) || errors.Is(err, ErrNoRepository)) || os.Geteuid() == 0 && err != nil {
		t.Errorf("error %v", err)
	}
}
