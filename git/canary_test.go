package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/hashing"
)

// canary is a program that leaves a trace of having run.
type canary struct {
	program string
	dir     string
}

func newCanary(f *fixture) canary {
	c := canary{filepath.Join(f.home, "canary"), filepath.Join(f.home, "sung")}
	if err := os.Mkdir(c.dir, 0o777); err != nil {
		f.t.Fatal(err)
	}
	f.at(f.home).script("canary", fmt.Sprintf("echo \"$0 $*\" > '%s'/$$\ncat >/dev/null </dev/null\nexit 0", c.dir))
	return c
}

// sung lists what ran, and forgets it.
func (c canary) sung(t *testing.T) []string {
	t.Helper()
	names, err := os.ReadDir(c.dir)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, n := range names {
		b, _ := os.ReadFile(filepath.Join(c.dir, n.Name()))
		list = append(list, strings.TrimSpace(string(b)))
		os.Remove(filepath.Join(c.dir, n.Name()))
	}
	return list
}

// programs are the settings by which git runs something; %s is the canary.
const programs = `
[core]
	fsmonitor = %[1]s
	fsmonitorHookVersion = 2
	hooksPath = %[2]s
	pager = %[1]s
	editor = %[1]s
	askPass = %[1]s
	sshCommand = %[1]s
	gitProxy = %[1]s
	alternateRefsCommand = %[1]s
	attributesFile = %[3]s
[alias]
	cat-file = !%[1]s
	rev-parse = !%[1]s
	ls-files = !%[1]s
	config = !%[1]s
	check-attr = !%[1]s
	for-each-ref = !%[1]s
	fetch = !%[1]s
[filter "canary"]
	clean = %[1]s
	smudge = %[1]s
	process = %[1]s
	required = true
[diff]
	external = %[1]s
[diff "canary"]
	textconv = %[1]s
	command = %[1]s
[merge "canary"]
	driver = %[1]s
[pager]
	cat-file = %[1]s
	config = %[1]s
	rev-parse = %[1]s
	for-each-ref = %[1]s
[sequence]
	editor = %[1]s
[credential]
	helper = !%[1]s
[gpg]
	program = %[1]s
[gpg "ssh"]
	program = %[1]s
[log]
	showSignature = true
[protocol]
	allow = always
[protocol "ext"]
	allow = always
[uploadpack]
	packObjectsHook = %[1]s
[interactive]
	diffFilter = %[1]s
[browser "canary"]
	cmd = %[1]s
[trailer "canary"]
	command = %[1]s
[remote "origin"]
	url = ext::%[1]s
	vcs = canary
	uploadpack = %[1]s
	receivepack = %[1]s
	fetch = +refs/heads/*:refs/remotes/origin/*
`

var hooks = []string{
	"applypatch-msg", "post-checkout", "post-commit", "post-index-change", "post-merge", "post-rewrite",
	"post-update", "pre-auto-gc", "pre-commit", "pre-push", "pre-receive", "proc-receive", "push-to-checkout",
	"reference-transaction", "sendemail-validate", "update", "fsmonitor-watchman",
}

// arm sets every canary: in a repository, which may also include it from
// elsewhere, and in the user's own configuration.
func (c canary) arm(f *fixture) {
	hooksDir := filepath.Join(f.home, "hooks")
	for _, h := range hooks {
		f.at(hooksDir).script(h, "exec "+c.program+" "+h)
		f.script(".git/hooks/"+h, "exec "+c.program+" "+h)
	}
	attributes := filepath.Join(f.home, "attributes")
	f.at(f.home).write("attributes", "* filter=canary diff=canary merge=canary\n")
	config := fmt.Sprintf(programs, c.program, hooksDir, attributes)
	f.at(f.home).write("included", config)
	f.at(f.home).write(".gitconfig", config)
	f.at(f.home).write(".config/git/config", config)
	f.write(".git/info/attributes", "* filter=canary diff=canary merge=canary\n")
	own := f.read(".git/config") + config + fmt.Sprintf(`
[include]
	path = %[1]s/included
[includeIf "gitdir:/**"]
	path = %[1]s/included
[includeIf "onbranch:**"]
	path = %[1]s/included
`, f.home)
	f.write(".git/config", own)
}

// environ names programs by variables.
func (c canary) environ() []string {
	var env []string
	for _, name := range []string{
		"GIT_EXTERNAL_DIFF", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_ASKPASS", "SSH_ASKPASS", "GIT_PAGER", "PAGER",
		"GIT_EDITOR", "GIT_SEQUENCE_EDITOR", "EDITOR", "VISUAL", "GIT_PROXY_COMMAND", "BROWSER", "LESSOPEN",
	} {
		env = append(env, name+"="+c.program)
	}
	return append(env, "GIT_ALLOW_PROTOCOL=ext:file:https", "GIT_CONFIG_COUNT=1",
		"GIT_CONFIG_KEY_0=core.fsmonitor", "GIT_CONFIG_VALUE_0="+c.program)
}

func TestReadingExecutesNothing(t *testing.T) {
	f := newFixture(t)
	f.submodule("sub")
	f.write(".gitattributes", "* filter=canary diff=canary merge=canary\n")
	f.git("add", ".gitattributes")
	f.git("commit", "-q", "-m", "attributes")
	c := newCanary(f)
	c.arm(f)
	f.write("a.py", "changed\n")
	f.write("new.py", "new\n")
	f.environ = c.environ()

	if f.try(nil, "diff"); len(c.sung(t)) == 0 {
		t.Fatal("the canary is not heard when git itself runs it")
	}
	f.write("a.py", "changed again\n")
	readAll(f)
	if sung := c.sung(t); len(sung) > 0 {
		t.Errorf("these ran: %q", sung)
	}
}

// readAll does everything that this package can do with a repository.
func readAll(f *fixture) {
	t, ctx := f.t, context.Background()
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	_, err := f.open().State(ctx)
	must(err)
	s := f.scan(ScanOptions{})
	_, err = s.State(ctx)
	must(err)
	kept := blobs{}
	tree, err := s.Judge(ctx, JudgeOptions{Keep: kept.keep})
	must(err)
	_, err = s.Changed(ctx)
	must(err)
	for _, location := range []string{f.root, f.path(".git"), "file://" + f.root} {
		src, err := OpenSource(ctx, location, f.options())
		must(err)
		_, err = src.Reachable(ctx, tree.Commit, nil)
		must(err)
		_, err = src.CommitManifest(ctx, tree.Commit)
		must(err)
		_, err = src.ReadFile(ctx, tree.Commit, "a.py", 1<<20)
		must(err)
		p := tree.Patch()
		_, err = src.Explain(ctx, tree.Commit, tree.Manifest, &p)
		must(err)
		_, err = src.Explain(ctx, tree.Commit, hashing.Manifest{}, nil)
		must(err)
		must(Restore(ctx, src, p, filepath.Join(t.TempDir(), "out"), RestoreOptions{
			Blob: kept.open,
			Submodule: func(context.Context, string, string) (*Source, error) {
				return OpenSource(ctx, f.path("sub"), f.options())
			},
		}))
		must(src.Close())
	}
}

// TestNoLazyFetch: the missing objects of a partial clone are fetched by a
// program that the repository names.
func TestNoLazyFetch(t *testing.T) {
	f := newFixture(t)
	f.git("config", "uploadpack.allowFilter", "true")
	c := newCanary(f)
	for _, filter := range []string{"blob:none", "tree:0"} {
		dir := filepath.Join(f.home, filter)
		f.git("clone", "-q", "--no-checkout", "--filter="+filter, "file://"+f.root, dir)
		partial := f.at(dir)
		partial.git("config", "remote.origin.uploadpack", c.program)
		partial.try(nil, "cat-file", "-p", "HEAD:a.py")
		if len(c.sung(t)) == 0 {
			t.Fatal("the canary is not heard when git itself fetches")
		}
		if _, err := partial.open().State(t.Context()); err != nil {
			t.Error(err)
		}
		s, err := partial.open().Scan(t.Context(), ScanOptions{})
		if err == nil {
			_, err = s.Judge(t.Context(), JudgeOptions{})
		}
		if missing := filter == "tree:0"; missing != errors.Is(err, ErrMissing) {
			t.Errorf("%s: error %v", filter, err)
		}
		src, err := OpenSource(t.Context(), dir, f.options())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := src.CommitManifest(t.Context(), f.head()); !errors.Is(err, ErrMissing) {
			t.Errorf("%s: error %v, want %v", filter, err, ErrMissing)
		}
		if _, err := src.Reachable(t.Context(), f.head(), nil); err != nil {
			t.Errorf("%s: %v", filter, err)
		}
		if sung := c.sung(t); len(sung) > 0 {
			t.Errorf("%s: these ran: %q", filter, sung)
		}
	}
}

// TestProgramIsNotTakenFromTheTree: a relative PATH would find the repository's.
func TestProgramIsNotTakenFromTheTree(t *testing.T) {
	f := newFixture(t)
	c := newCanary(f)
	f.script("git", "exec "+c.program)
	t.Chdir(f.root)
	for _, path := range []string{".:" + os.Getenv("PATH"), ":" + os.Getenv("PATH"), "bin::" + os.Getenv("PATH")} {
		o := Options{Env: append(f.env(), "PATH="+path)}
		if _, err := Open(t.Context(), ".", o); err != nil {
			t.Error(err)
		}
	}
	if _, err := Open(t.Context(), ".", Options{Env: []string{"PATH=."}}); !errors.Is(err, ErrNoProgram) {
		t.Errorf("error %v, want %v", err, ErrNoProgram)
	}
	if sung := c.sung(t); len(sung) > 0 {
		t.Errorf("these ran: %q", sung)
	}
}
