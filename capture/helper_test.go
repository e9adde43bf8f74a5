//go:build unix

package capture_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lineage-audit/lineage/capture"
	"github.com/lineage-audit/lineage/capture/capturetest"
	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
)

// place is a folder for runs, and the store that they write to.
type place struct {
	testing.TB
	dir       string
	env       []string
	backend   store.Backend
	unsettled int // runs that leave no record
}

type files map[string]string

// newFolder is a place without git that holds the files.
func newFolder(t testing.TB, all files) *place {
	t.Helper()
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p := &place{TB: t, dir: filepath.Join(top, "work"), backend: &store.Memory{}, env: []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + filepath.Join(top, "home"), "TZ=UTC", "LANG=C.UTF-8", "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.org",
		"LINEAGE_IMAGE=sha256:" + strings.Repeat("1", 64), // wherever the tests run, they know their image
	}}
	if err := os.MkdirAll(filepath.Join(top, "home"), 0o755); err != nil {
		t.Fatal(err)
	}
	p.write(files{"train.py": "print(1)\n"})
	p.write(all)
	return p
}

// newRepo is a place with git, in which the files are committed.
func newRepo(t testing.TB, all files) *place {
	t.Helper()
	p := newFolder(t, all)
	p.shell("git init -q -b main && git add -A && git commit -q -m start")
	return p
}

func (p *place) write(all files) {
	p.Helper()
	for name, content := range all {
		path := filepath.Join(p.dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			p.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			p.Fatal(err)
		}
	}
}

// shell prepares the place, and gives what the script prints.
func (p *place) shell(script string) string {
	p.Helper()
	cmd := exec.Command("sh", "-ec", script)
	cmd.Dir, cmd.Env = p.dir, p.env
	out, err := cmd.CombinedOutput()
	if err != nil {
		p.Fatalf("%s: %v\n%s", script, err, out)
	}
	return strings.TrimSpace(string(out))
}

// options are those of a run of a shell's script in a folder of the place.
func (p *place) options(folder, script string, d capture.Declared) capture.Options {
	p.Helper()
	home, _ := strings.CutPrefix(p.env[1], "HOME=")
	found, err := capture.FindPlace(p.Context(), filepath.Join(p.dir, folder), home, git.Options{Env: p.env})
	if err != nil {
		p.Fatal(err)
	}
	s, err := store.Open(p.Context(), p.backend)
	if err != nil {
		p.Fatal(err)
	}
	return capture.Options{Place: found, Command: []string{"sh", "-c", script}, Env: p.env, Declared: d, Version: "test", Store: s, Now: time.Now}
}

// run runs what must start, and checks what it leaves.
func (p *place) run(o capture.Options) capture.Result {
	p.Helper()
	result, err := capture.Run(p.Context(), o)
	if err != nil {
		p.Fatal(err)
	}
	for _, r := range capturetest.Check(p, p.backend, p.unsettled) {
		for _, private := range []string{p.dir, strings.TrimPrefix(p.env[1], "HOME=")} {
			if bytes.Contains(r.Bytes(), []byte(private)) {
				p.Errorf("the record names the folder %s:\n%s", private, r.Bytes())
			}
		}
	}
	return result
}

// trained is the record of a shell's script that ended with 0.
func (p *place) trained(script string, d capture.Declared) *record.Record {
	p.Helper()
	result := p.run(p.options(".", script, d))
	if result.ExitStatus != 0 || result.Record.Metadata().Outcome.Status != record.Succeeded {
		p.Errorf("it ended with %d, %+v", result.ExitStatus, result.Record.Metadata().Outcome)
	}
	return result.Record
}

// refused checks that a run does not start, and says why.
func (p *place) refused(d capture.Declared, why string) error {
	p.Helper()
	result, err := capture.Run(p.Context(), p.options(".", "touch started", d))
	if !errors.Is(err, capture.ErrBeforeStart) || !strings.Contains(err.Error(), why) || result.Record != nil {
		p.Errorf("got %v, want an error that says %q", err, why)
	}
	if _, err := os.Lstat(filepath.Join(p.dir, "started")); err == nil {
		p.Error("the command has run")
	}
	capturetest.Check(p, p.backend, 0)
	return err
}

// names are those of resources, each with what it is.
func names(all []record.Resource) (found []string) {
	for _, r := range all {
		found = append(found, r.Name)
	}
	return found
}

// kinds are gaps as "kind what".
func kinds(gaps []record.Gap) (found []string) {
	for _, g := range gaps {
		found = append(found, g.Kind+" "+g.What)
	}
	return found
}

// wantGaps compares the gaps of a record; some may be there or not, as the
// command was faster than the hashing or slower.
func wantGaps(t testing.TB, r *record.Record, want, perhaps []string) {
	t.Helper()
	got := slices.DeleteFunc(kinds(r.Gaps()), func(s string) bool { return slices.Contains(perhaps, s) })
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("gaps (-want +got):\n%s%+v", diff, r.Gaps())
	}
}

func inputs(paths ...string) capture.Declared  { return capture.Declared{Inputs: paths} }
func outputs(paths ...string) capture.Declared { return capture.Declared{Outputs: paths} }

// place is what is found out of the place.
func (p *place) place() error {
	_, err := capture.FindPlace(p.Context(), p.dir, "", git.Options{Env: p.env})
	return err
}
