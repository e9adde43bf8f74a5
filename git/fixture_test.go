package git

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
)

// fixture is a repository made by git itself, with a home of its own.
type fixture struct {
	t       *testing.T
	home    string
	root    string
	environ []string // set for the code under test, too
}

// newFixture makes a repository with one commit: a.py, pkg/b.py and run.sh.
func newFixture(t *testing.T, init ...string) *fixture {
	t.Helper()
	f := bareFixture(t, init...)
	f.write("a.py", "print('a')\n")
	f.write("pkg/b.py", "B = 1\n")
	f.write("run.sh", "#!/bin/sh\n")
	f.chmod("run.sh", 0o755)
	f.commit("one")
	return f
}

// bareFixture makes a repository without a commit.
func bareFixture(t *testing.T, init ...string) *fixture {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{t: t, home: filepath.Join(dir, "home"), root: filepath.Join(dir, "tree")}
	for _, d := range []string{f.home, f.root} {
		if err := os.MkdirAll(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	f.git(append([]string{"init", "-q", "-b", "main"}, init...)...)
	return f
}

// at is the same home with another work tree.
func (f *fixture) at(root string) *fixture {
	g := *f
	g.root = root
	return &g
}

// env is a user's environment, nothing of the machine's but the way to git.
func (f *fixture) env(more ...string) []string {
	return append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + f.home, "XDG_CONFIG_HOME=" + f.home + "/.config",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.com",
		"GIT_COMMITTER_NAME=C", "GIT_COMMITTER_EMAIL=c@example.com",
		"GIT_AUTHOR_DATE=1700000000 +0100", "GIT_COMMITTER_DATE=1700000060 -0230", "LC_ALL=C",
	}, more...)
}

func (f *fixture) options() Options {
	return Options{Env: f.env(f.environ...), TempDir: filepath.Dir(f.home)}
}

// git runs plain git as a user does.
func (f *fixture) git(args ...string) string {
	f.t.Helper()
	out, err := f.try(nil, args...)
	if err != nil {
		f.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimRight(out, "\n")
}

func (f *fixture) try(env []string, args ...string) (string, error) {
	cmd := exec.Command("git", append([]string{"-c", "protocol.file.allow=always"}, args...)...)
	cmd.Dir, cmd.Env = f.root, f.env(env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (f *fixture) path(name string) string { return filepath.Join(f.root, filepath.FromSlash(name)) }

func (f *fixture) write(name, content string) {
	f.t.Helper()
	if err := os.MkdirAll(filepath.Dir(f.path(name)), 0o755); err != nil {
		f.t.Fatal(err)
	}
	if err := os.WriteFile(f.path(name), []byte(content), 0o644); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) script(name, body string) string {
	f.t.Helper()
	f.write(name, "#!/bin/sh\n"+body+"\n")
	f.chmod(name, 0o755)
	return f.path(name)
}

func (f *fixture) chmod(name string, mode os.FileMode) {
	f.t.Helper()
	if err := os.Chmod(f.path(name), mode); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) remove(name string) {
	f.t.Helper()
	if err := os.RemoveAll(f.path(name)); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) link(target, name string) {
	f.t.Helper()
	if err := os.Symlink(target, f.path(name)); err != nil {
		f.t.Fatal(err)
	}
}

// commit adds all that git would add, and commits.
func (f *fixture) commit(message string) ObjectID {
	f.t.Helper()
	f.git("add", "-A")
	f.git("commit", "-q", "--allow-empty", "-m", message)
	return f.head()
}

func (f *fixture) head() ObjectID { return ObjectID(f.git("rev-parse", "HEAD")) }

func (f *fixture) open() *Repo {
	f.t.Helper()
	r, err := Open(context.Background(), f.root, f.options())
	if err != nil {
		f.t.Fatal(err)
	}
	return r
}

func (f *fixture) scan(o ScanOptions) *Scan {
	f.t.Helper()
	s, err := f.open().Scan(context.Background(), o)
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

// blobs is content that was kept.
type blobs map[hashing.FileDigest]string

func (b blobs) keep(d hashing.FileDigest, content []byte) error {
	b[d] = string(content)
	return nil
}

// judge scans and judges, and keeps what is to be kept.
func (f *fixture) judge(options ...func(*JudgeOptions)) (Tree, blobs) {
	f.t.Helper()
	kept := blobs{}
	o := JudgeOptions{Keep: kept.keep}
	for _, set := range options {
		set(&o)
	}
	tree, err := f.scan(ScanOptions{}).Judge(context.Background(), o)
	if err != nil {
		f.t.Fatal(err)
	}
	return tree, kept
}

// kinds is what differs, as "kind path".
func kinds(t Tree) []string {
	var list []string
	for _, d := range t.Differences {
		list = append(list, string(d.Kind)+" "+d.Path)
	}
	for _, s := range t.Submodules {
		for _, k := range kinds(s.Tree) {
			list = append(list, s.Path+": "+k)
		}
	}
	return list
}

func (f *fixture) wantTree(state TreeState, want ...string) Tree {
	f.t.Helper()
	tree, _ := f.judge()
	if tree.State != state {
		f.t.Errorf("state %q, want %q", tree.State, state)
	}
	slices.Sort(want)
	got := kinds(tree)
	slices.Sort(got)
	if d := cmp.Diff(want, got); d != "" {
		f.t.Errorf("differences (-want +got):\n%s", d)
	}
	return tree
}
