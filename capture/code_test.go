//go:build unix

package capture_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lineage-audit/lineage/capture"
	"github.com/lineage-audit/lineage/record"
)

// touched is what may happen to code while a run goes on.
var touched = map[string]struct {
	before, script string
	gaps           []string
}{
	"a commit":            {script: "echo 2 >new.py; git add new.py; git commit -q -m later"},
	"an empty commit":     {script: "git commit -q --allow-empty -m later"},
	"an amended commit":   {script: "git commit -q --amend -m other"},
	"another branch":      {script: "git checkout -q -b other; git commit -q --allow-empty -m later"},
	"detached":            {script: "git checkout -q --detach; git commit -q --allow-empty -m later"},
	"a reset":             {before: "git commit -q --allow-empty -m second", script: "git reset -q --hard HEAD~1"},
	"a commit of an edit": {script: "echo 2 >>train.py; git commit -q -am later", gaps: []string{"code-changed repo:train.py"}},
	"a branch of other code": {
		before: "git branch other; echo 2 >>train.py; git commit -q -am second", script: "git checkout -q other",
		gaps: []string{"code-changed repo:train.py"},
	},
	"edited":                        {script: "echo 2 >>train.py", gaps: []string{"code-changed repo:train.py"}},
	"edited, hidden":                {script: "git update-index --assume-unchanged train.py; echo 2 >>train.py", gaps: []string{"code-changed repo:train.py"}},
	"edited, times restored":        {script: "touch -r train.py ../r; sed -i s/1/2/ train.py; touch -r ../r train.py", gaps: []string{"code-changed repo:train.py"}},
	"replaced":                      {script: "cp train.py new; mv new train.py", gaps: []string{"code-changed repo:train.py"}},
	"made executable":               {script: "chmod +x train.py", gaps: []string{"code-changed repo:train.py"}},
	"deleted, not source":           {before: "echo 1 >params.json; git add params.json; git commit -q -m params", script: "rm params.json", gaps: []string{"code-changed repo:params.json"}},
	"a link, not source":            {before: "ln -s train.py latest; git add latest; git commit -q -m link", script: "ln -sf lib.py latest", gaps: []string{"code-changed repo:latest"}},
	"deleted":                       {script: "rm train.py", gaps: []string{"code-changed repo:train.py"}},
	"a link now":                    {script: "mv train.py ../x; ln -s ../x train.py", gaps: []string{"code-changed repo:train.py"}},
	"a link before":                 {before: "mv train.py ../x; ln -s ../x train.py; git add train.py; git commit -q -m link", script: ":", gaps: []string{"code-not-captured train.py"}},
	"untracked, made":               {script: "echo 1 >new.py"},
	"untracked, edited":             {before: "echo 1 >new.py", script: "echo 1 >>new.py", gaps: []string{"code-changed repo:new.py"}},
	"untracked, removed":            {before: "echo 1 >new.py", script: "rm new.py", gaps: []string{"code-changed repo:new.py"}},
	"a tracker's files":             {before: "mkdir mlruns; echo 1 >mlruns/x; echo 1 >mlflow.db; echo 1 >mlflow.db-wal", script: "echo 2 >>mlruns/x; echo 2 >>mlflow.db; rm mlflow.db-wal"},
	"a tracker's files, code":       {before: "mkdir wandb; echo 1 >wandb/x.py; git add wandb; git commit -q -m tracked", script: "echo 2 >>wandb/x.py", gaps: []string{"code-changed repo:wandb/x.py"}},
	"the sidecar of the last run":   {before: "echo 1 >m.lineage.intoto.json", script: "echo 2 >m.lineage.intoto.json"},
	"ignored, not code":             {before: "echo '*.log' >.gitignore; git add .gitignore; git commit -q -m ignore; echo 1 >a.log", script: "echo 2 >>a.log"},
	"ignored code":                  {before: "echo gen.py >.gitignore; git add .gitignore; git commit -q -m ignore; echo 1 >gen.py", script: "echo 2 >>gen.py", gaps: []string{"code-changed repo:gen.py"}},
	"the index alone":               {before: "echo 1 >new.py", script: "git add new.py"},
	"a file of another kind is odd": {script: "mkfifo pipe"},
}

// What was there at the start counts: the run's commit is that of its start, and
// code that changes while it goes on is named.
func TestCodeThatChanges(t *testing.T) {
	t.Parallel()
	for name, c := range touched {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newRepo(t, files{"lib.py": "1"})
			p.shell(c.before + "\n:")
			head, branch := p.shell("git rev-parse HEAD"), p.shell("git symbolic-ref --short HEAD")
			r := p.trained(c.script, capture.Declared{})
			var maybe []string
			if name == "a link now" { // it may be one already when the tree is judged
				maybe = []string{"code-not-captured train.py"}
			}
			wantGaps(t, r, c.gaps, maybe)
			commit := r.Dependencies(record.RoleCommit)[0]
			if got := string(commit.Digest.GitCommit); got != head || commit.Annotations.Commit.Branch != branch {
				t.Errorf("got commit %s on %q, want %s on %q", got, commit.Annotations.Commit.Branch, head, branch)
			}
		})
	}
}

// An output that the commit has is no change of the code. If the run wrote it before
// the tree was read, then nobody knows what the tree was, and that is a gap.
func TestTrackedOutputs(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{"at once": "echo 2 >metrics.json; echo 2 >out/a", "removed": "rm metrics.json; echo 1 >out/a; echo 1 >metrics.json", "late": "sleep 1; echo 2 >metrics.json; echo 2 >out/a"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newRepo(t, files{"metrics.json": "1", "out/a": "1"})
			r := p.trained(script, outputs("metrics.json", "out"))
			if clean := r.Dependencies(record.RoleCommit)[0].Annotations.Commit.State == record.TreeClean; !clean && len(r.Gaps()) == 0 {
				t.Error("the tree was clean at the start, is dirty in the record, and there is no gap")
			}
			wantGaps(t, r, nil, []string{"code-changed repo:metrics.json", "code-changed repo:out/a"})
		})
	}
}

// A repository that is taken away while the run goes on leaves a record all the
// same: of what was there, or with a gap.
func TestRepositoryThatGoes(t *testing.T) {
	t.Parallel()
	p := newRepo(t, nil)
	r := p.trained("rm -rf .git", capture.Declared{})
	if len(r.Gaps()) == 0 && len(r.Dependencies(record.RoleCommit)) != 1 {
		t.Error("there is neither a commit nor a gap")
	}
}

// Without git the code's own bytes are the code, and --source declares a commit.
func TestWithoutGit(t *testing.T) {
	t.Parallel()
	p := newFolder(t, files{"lib/a.py": "1"})
	o := p.options(".", "true", capture.Declared{})
	o.Source = "https://ada:secret@git.example.com/team/model@0123456789abcdef0123456789abcdef01234567"
	r := p.run(o).Record
	code, commit := r.Dependencies(record.RoleCode), r.Dependencies(record.RoleCommit)
	if len(code) != 1 || code[0].Annotations.Tree.Files != 2 {
		t.Errorf("the code is %+v", code)
	}
	if len(commit) != 1 || !commit[0].Annotations.Commit.Declared || commit[0].Annotations.Commit.State != record.TreeUnknown {
		t.Errorf("the commit is %+v", commit)
	}
	if strings.Contains(string(r.Bytes()), "secret") {
		t.Error("the record holds the password")
	}
	wantGaps(t, r, nil, nil)
	o.Source = "main"
	wantGaps(t, p.run(o).Record, []string{"code-not-captured commit"}, nil)
}

// A dirty tree is kept byte by byte: what differs stands in the record, and its
// content among the blobs (capturetest compares the two).
func TestDirtyTree(t *testing.T) {
	t.Parallel()
	p := newRepo(t, files{"gone.py": "1", "tool.sh": "1", "same.py": "1"})
	p.shell("echo 2 >>train.py; rm gone.py; chmod +x tool.sh; echo new >new.py; echo staged >s.py; git add s.py; echo unstaged >s.py")
	r := p.trained("true", capture.Declared{})
	wantGaps(t, r, nil, nil)
	facts := r.Dependencies(record.RoleCommit)[0].Annotations.Commit
	want := []record.Difference{{Path: "gone.py", Kind: "deleted"}, {Path: "new.py", Kind: "untracked"}, {Path: "s.py", Kind: "added"}, {Path: "tool.sh", Kind: "mode"}, {Path: "train.py", Kind: "modified"}}
	if diff := cmp.Diff(want, facts.Differences); diff != "" || facts.State != record.TreeDirty {
		t.Errorf("%s: %s", facts.State, diff)
	}
	if got := len(r.Byproducts(record.RoleContent)); got != 4 { // train.py, new.py, s.py twice
		t.Errorf("%d contents are kept", got)
	}
}

// Data and outputs that stand in the work tree are no code, tracked code is.
func TestDataIsNoCode(t *testing.T) {
	t.Parallel()
	p := newRepo(t, nil)
	p.shell("mkdir data out; echo 1 >data/a; echo 1 >out/m; ln -s work ../link")
	r := p.trained("echo 2 >out/m", capture.Declared{Inputs: []string{"../link/data"}, Outputs: []string{"out"}})
	if state := r.Dependencies(record.RoleCommit)[0].Annotations.Commit.State; state != record.TreeClean {
		t.Errorf("the tree is %s", state)
	}
	wantGaps(t, r, nil, nil)
}

// Code that cannot be listed is a gap, and keeps nobody from training.
func TestCodeThatIsNotCaptured(t *testing.T) {
	t.Parallel()
	p := newFolder(t, nil)
	if err := os.Remove(filepath.Join(p.dir, "train.py")); err != nil {
		t.Fatal(err)
	}
	wantGaps(t, p.trained("true", capture.Declared{}), []string{"code-not-captured code"}, nil)
}

// A repository that is damaged is a gap, and the code's bytes are known all the same.
func TestDamagedRepository(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]string{
		"no objects":       "rm -r .git/objects; mkdir .git/objects",
		"no trees":         "rm -f .git/objects/$(git rev-parse HEAD: | sed 's,^..,&/,')",
		"a branch of junk": "echo junk >.git/refs/heads/main",
		"a junk index":     "echo junk >.git/index",
		"a junk config":    "echo '[' >>.git/config",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newRepo(t, files{"lib.py": "1"})
			want := p.trained("true", capture.Declared{}).Dependencies(record.RoleCode)[0].Digest.Tree
			p.shell(before)
			r := p.trained("true", capture.Declared{})
			code := r.Dependencies(record.RoleCode)
			if len(code) != 1 || *code[0].Digest.Tree != *want {
				t.Errorf("the code is %+v, want %s", code, want)
			}
			if commit := r.Dependencies(record.RoleCommit); len(r.Gaps()) == 0 && (len(commit) != 1 || commit[0].Annotations.Commit.State != record.TreeClean) {
				t.Errorf("there is no gap, and the commit is %+v", commit)
			}
		})
	}
}

// `code:` in lineage.yaml narrows what counts as code, and the changes too.
func TestNarrowedCode(t *testing.T) {
	t.Parallel()
	p := newRepo(t, files{"lineage.yaml": "version: 1\ncode: [src]\n", "src/a.py": "1", "other/b.py": "1"})
	p.shell("echo 2 >>other/b.py")
	r := p.trained("echo 3 >>other/b.py; echo 3 >>src/a.py", capture.Declared{})
	wantGaps(t, r, []string{"code-changed repo:src/a.py"}, nil)
}

// FIFOs that bear the names of what is read never block.
func TestPipesNeverBlock(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"requirements.txt", "uv.lock", "train2.py", ".gitignore", ".gitattributes", ".gitmodules", "pyvenv.cfg"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newRepo(t, nil)
			p.shell("mkfifo " + name)
			r := p.trained("true", capture.Declared{})
			if diff := cmp.Diff([]string(nil), kinds(r.Gaps()), cmpopts.EquateEmpty()); diff == "" {
				t.Errorf("%s is not named", name)
			}
		})
	}
}
