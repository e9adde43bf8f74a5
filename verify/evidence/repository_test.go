package evidence_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/verify"
	"github.com/lineage-audit/lineage/verify/evidence"
)

// gitEnv is a user's environment, with a home of his own.
func gitEnv(home string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@example.com",
	}
}

// repository is one with a commit on main, and another on a branch.
type repository struct {
	dir          string
	env          []string
	main, branch record.GitHash
}

func run(t *testing.T, r *repository, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = r.dir, r.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

const (
	crlf    = "a,b\r\n1,2\r\n"
	weights = "weights"
)

func newRepository(t *testing.T) *repository {
	t.Helper()
	r := &repository{dir: t.TempDir()}
	r.env = gitEnv(t.TempDir())
	run(t, r, "init", "-q", "-b", "main")
	lay(t, r.dir, map[string]string{
		".gitattributes": "*.csv text eol=crlf\n*.id ident\n*.bin filter=lfs -text\n",
		"train.py":       "import sklearn\n", "data/a.csv": crlf, "50%.csv": crlf, "v.id": "$Id$\n",
		"model.bin": "version https://git-lfs.github.com/spec/v1\noid sha256:" + hashing.Bytes([]byte(weights)).String() + "\nsize 7\n",
	})
	run(t, r, "add", "-A")
	run(t, r, "commit", "-q", "-m", "one")
	r.main = record.GitHash(run(t, r, "rev-parse", "HEAD"))
	run(t, r, "checkout", "-q", "-b", "feature/x")
	run(t, r, "commit", "-q", "--allow-empty", "-m", "two")
	r.branch = record.GitHash(run(t, r, "rev-parse", "HEAD"))
	run(t, r, "checkout", "-q", "main")
	return r
}

// open opens the repository as a verifier does.
func (r *repository) open(t *testing.T, url string, branches ...string) verify.Repository {
	t.Helper()
	all := &evidence.Repositories{Options: git.Options{Env: r.env, TempDir: t.TempDir()}}
	t.Cleanup(func() {
		if err := all.Close(); err != nil {
			t.Error(err)
		}
	})
	opened, err := all.Open(t.Context(), verify.RepositoryRef{URL: url, Branches: branches})
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

const noCommit = record.GitHash("3f786850e387550fdab836ed7e6dc881de23001b")

func TestReach(t *testing.T) {
	r := newRepository(t)
	for _, tt := range []struct {
		name     string
		commit   record.GitHash
		branches []string
		want     verify.Reach
	}{
		{"on main", r.main, []string{"main"}, verify.Reach{Known: true, Branch: "refs/heads/main"}},
		{"on a branch", r.branch, nil, verify.Reach{Known: true, Branch: "refs/heads/feature/x"}},
		{"on a branch that counts", r.branch, []string{"feature/*"}, verify.Reach{Known: true, Branch: "refs/heads/feature/x"}},
		{"on a branch that does not count", r.branch, []string{"main", "release/*"}, verify.Reach{Known: true}},
		{"no branch counts", r.main, []string{"nobody"}, verify.Reach{Known: true}},
		{"nowhere", noCommit, nil, verify.Reach{}},
	} {
		got, err := r.open(t, r.dir, tt.branches...).Reach(t.Context(), tt.commit)
		if err != nil || got != tt.want {
			t.Errorf("%s: Reach = %+v, %v; want %+v", tt.name, got, err, tt.want)
		}
	}
	if got, err := r.open(t, r.dir, "[").Reach(t.Context(), r.main); err == nil || got != (verify.Reach{}) {
		t.Errorf("a pattern that is none: %+v, %v", got, err)
	}
	if got, err := r.open(t, r.dir).Reach(t.Context(), "HEAD"); err == nil || got != (verify.Reach{}) {
		t.Errorf("a commit that is none: %+v, %v", got, err)
	}
}

// Behind the end of a shallow history there may be anything.
func TestReachInAShallowClone(t *testing.T) {
	r := newRepository(t)
	shallow := &repository{dir: filepath.Join(t.TempDir(), "shallow"), env: r.env}
	run(t, r, "clone", "-q", "--depth", "1", "--branch", "feature/x", "file://"+r.dir, shallow.dir)
	opened := shallow.open(t, shallow.dir)
	if got, err := opened.Reach(t.Context(), r.branch); err != nil || got.Branch != "refs/heads/feature/x" {
		t.Errorf("its tip: %+v, %v", got, err)
	}
	if got, err := opened.Reach(t.Context(), r.main); err == nil || errors.Is(err, verify.ErrNotFound) || got.Known {
		t.Errorf("the commit before: %+v, %v; want an error that does not say that it is not there", got, err)
	}
}

// Files are those of the commit; what git makes of them in a work tree is theirs, too.
func TestFiles(t *testing.T) {
	r := newRepository(t)
	blob := func(s string) hashing.FileDigest { return hashing.Bytes([]byte(s)) }
	id := "$Id: " + run(t, r, "rev-parse", "HEAD:v.id") + " $\n"
	lf := strings.ReplaceAll(crlf, "\r\n", "\n")
	pointer, err := os.ReadFile(filepath.Join(r.dir, "model.bin"))
	if err != nil {
		t.Fatal(err)
	}
	opened := r.open(t, r.dir)
	for _, tt := range []struct{ path, stands, form, instead string }{
		{"train.py", "import sklearn\n", "", ""},
		{"train.py", "import evil\n", "", "import sklearn\n"},
		{"train.py", "import sklearn\r\n", "crlf", ""}, // as core.autocrlf makes it
		{"data/a.csv", crlf, "crlf", ""},
		{"data/a.csv", lf, "", ""},
		{"data/a.csv", "a,b\r\n1,3\r\n", "", lf},
		{"50%.csv", crlf, "crlf", ""},
		{"v.id", id, "ident", ""},
		{"v.id", "$Id: 0 $\n", "", "$Id$\n"},
		{"model.bin", weights, "lfs", ""},
		{"model.bin", string(pointer), "", ""},
		{"model.bin", "others.", "", string(pointer)},
	} {
		want := verify.CommitFile{Path: tt.path, Digest: blob(tt.stands), Form: tt.form}
		if tt.instead != "" {
			want.Digest = blob(tt.instead)
		}
		got, err := opened.Files(t.Context(), r.main, []hashing.Entry{{Path: tt.path, Digest: blob(tt.stands)}})
		if diff := cmp.Diff([]verify.CommitFile{want}, got); diff != "" || err != nil {
			t.Errorf("%s as %q: %v (-want +got):\n%s", tt.path, tt.stands, err, diff)
		}
	}
	some := []hashing.Entry{{Path: "train.py", Digest: blob("x")}, {Path: "gone.py", Digest: blob("x")}, {Path: "data", Digest: blob("x")}}
	got, err := opened.Files(t.Context(), r.main, some)
	if err != nil || len(got) != 1 || got[0].Path != "train.py" {
		t.Errorf("Files = %v, %v; want those that the commit has", got, err)
	}
	if got, err := opened.Files(t.Context(), noCommit, some); !errors.Is(err, verify.ErrNotFound) || got != nil {
		t.Errorf("Files of an unknown commit = %v, %v", got, err)
	}
	if got, err := opened.Files(t.Context(), r.main, []hashing.Entry{{Path: "../x", Digest: blob("x")}}); err == nil || got != nil {
		t.Errorf("Files at a path that is none = %v, %v", got, err)
	}
}

func TestRepositoryContent(t *testing.T) {
	r := newRepository(t)
	opened := r.open(t, r.dir)
	got, err := opened.Content(t.Context(), r.main, "data/a.csv")
	if err != nil || string(got) != strings.ReplaceAll(crlf, "\r\n", "\n") {
		t.Errorf("Content = %q, %v; want the bytes as they are stored", got, err)
	}
	for _, tt := range []struct {
		commit record.GitHash
		path   string
	}{{r.main, "gone"}, {noCommit, "train.py"}} {
		if got, err := opened.Content(t.Context(), tt.commit, tt.path); !errors.Is(err, verify.ErrNotFound) || got != nil {
			t.Errorf("Content of %q at %s = %q, %v; want ErrNotFound", tt.path, tt.commit, got, err)
		}
	}
}

// What git's own settings make of a repository changes no answer.
func TestRepositoryIsNotTaken(t *testing.T) {
	r := newRepository(t)
	lay(t, r.dir, map[string]string{"train.py": "import evil\n"})
	run(t, r, "commit", "-q", "-a", "-m", "evil")
	evil := run(t, r, "rev-parse", "HEAD")
	run(t, r, "replace", string(r.main), evil)
	honest := hashing.Bytes([]byte("import sklearn\n"))
	got, err := r.open(t, r.dir).Files(t.Context(), r.main, []hashing.Entry{{Path: "train.py", Digest: honest}})
	if err != nil || len(got) != 1 || got[0].Digest != honest {
		t.Errorf("Files of a commit that is replaced = %v, %v", got, err)
	}
}

func TestOpenRepositories(t *testing.T) {
	r := newRepository(t)
	for _, url := range []string{r.dir, "file://" + r.dir, filepath.Join(r.dir, "data"), filepath.Join(r.dir, ".git")} {
		if got, err := r.open(t, url).Reach(t.Context(), r.main); err != nil || !got.Known {
			t.Errorf("%s: Reach = %+v, %v", url, got, err)
		}
	}
	all := &evidence.Repositories{Options: git.Options{Env: r.env, TempDir: t.TempDir()}}
	for _, url := range []string{t.TempDir(), filepath.Join(r.dir, "gone"), "file:///nowhere", ""} {
		if got, err := all.Open(t.Context(), verify.RepositoryRef{URL: url}); err == nil || got != nil {
			t.Errorf("Open(%q) = %v, %v; want an error", url, got, err)
		}
	}
	if err := all.Close(); err != nil {
		t.Error(err)
	}
}
