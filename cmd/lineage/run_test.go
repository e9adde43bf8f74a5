//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/capture/capturetest"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
)

// site is a repository in which the program is run as a process of its own.
type site struct {
	testing.TB
	dir string
	env []string
}

func newSite(t testing.TB) *site {
	t.Helper()
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t, filepath.Join(top, "work"), []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + filepath.Join(top, "home"), "TZ=UTC", "LANG=C.UTF-8", "TERM=xterm", "USER=ada", "GIT_CONFIG_NOSYSTEM=1", prompt,
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.org", imageOfTests,
	}}
	for _, dir := range []string{s.dir, filepath.Join(top, "home")} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s.shell("echo 'print(1)' >train.py; git init -q -b main; git add -A; git commit -q -m start")
	return s
}

// command is a process in the site that was not started yet.
func (s *site) command(argv ...string) *exec.Cmd {
	cmd := exec.CommandContext(s.Context(), argv[0], argv[1:]...)
	cmd.Dir, cmd.Env = s.dir, s.env
	return cmd
}

// lineage is the program with these arguments.
func (s *site) lineage(args ...string) *exec.Cmd {
	return s.command(append([]string{"lineage"}, args...)...)
}

// shell prepares the site.
func (s *site) shell(script string) {
	s.Helper()
	if out, err := s.command("sh", "-ec", script).CombinedOutput(); err != nil {
		s.Fatalf("%s: %v\n%s", script, err, out)
	}
}

// ended is how a process ended, with all that it printed.
type ended struct {
	stdout, stderr string
	status         int // as a shell has it
}

// run runs a process to its end.
func (s *site) run(cmd *exec.Cmd) ended {
	s.Helper()
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	status := s.status(cmd.Run())
	return ended{stdout.String(), stderr.String(), status}
}

func (s *site) status(err error) int {
	s.Helper()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case !errors.As(err, &exit):
		s.Fatal(err)
	}
	if ws := exit.Sys().(syscall.WaitStatus); ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return exit.ExitCode()
}

// check checks the store, and gives its records, the newest first.
func (s *site) check(unsettled int) []*record.Record {
	s.Helper()
	return capturetest.Check(s, store.NewDir(filepath.Join(s.dir, ".lineage")), unsettled)
}

// newest is the record of the last run.
func (s *site) newest() *record.Record {
	s.Helper()
	records := s.check(0)
	if len(records) == 0 {
		s.Fatal("there is no record")
	}
	return records[0]
}

func (s *site) exists(file string) bool {
	_, err := os.Lstat(filepath.Join(s.dir, file))
	return err == nil
}

// eventually waits until what is so.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(60 * time.Second); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// gapKinds are those of a record, each once.
func gapKinds(r *record.Record) map[string]bool {
	kinds := map[string]bool{}
	for _, g := range r.Gaps() {
		kinds[g.Kind] = true
	}
	return kinds
}

// Streams are the command's own: not a byte is added or held back.
func TestRunStreams(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	sent := bytes.Repeat([]byte("\x00\xff\n\r\x1b"), 100_000)
	cmd := s.lineage("run", "-q", "--", "sh", "-c", "cat; cat train.py >&2; exit 5")
	cmd.Stdin = bytes.NewReader(sent)
	got := s.run(cmd)
	if got.stdout != string(sent) || got.stderr != "print(1)\n" || got.status != 5 {
		t.Errorf("stdout has %d bytes, want %d; stderr %q; status %d", len(got.stdout), len(sent), got.stderr, got.status)
	}
	s.newest()
}

// Streams that are closed are no trouble.
func TestRunClosedStreams(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if got := s.run(s.command("sh", "-c", "lineage run -- sh -c 'exit 6' <&- >&- 2>&-")); got.status != 6 {
		t.Errorf("got %+v", got)
	}
	if got := s.newest().Metadata().Outcome; got.ExitCode == nil || *got.ExitCode != 6 {
		t.Errorf("got %+v", got)
	}
}

// Who reads stderr may leave before the summary comes: the status stays the
// command's own.
func TestRunWithoutAReader(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	read.Close()
	defer write.Close()
	cmd := s.lineage("run", "--", "sh", "-c", "exit 7")
	cmd.Stderr = write
	if status := s.status(cmd.Run()); status != 7 {
		t.Errorf("it ended with %d", status)
	}
	s.newest()
}

// A store that stands within an input belongs to the input as little as one in its
// own place does.
func TestRunWithItsStoreInAnInput(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.shell("mkdir data; echo 1 >data/a")
	for range 2 {
		if got := s.run(s.lineage("--store", "data/store", "run", "--strict", "--input", "data", "--preprocess", "none", "--output", "none", "--", "true")); got.status != 0 {
			t.Errorf("got %+v", got)
		}
	}
}

// What stands behind the command's name is the command's.
func TestRunArguments(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, c := range []struct{ args, want []string }{
		{[]string{"--", "printf", "%s|", "-q", "--help", "--", "--input", ""}, []string{"-q", "--help", "--", "--input", ""}},
		{[]string{"printf", "%s|", "-q", "--", "--output", "x"}, []string{"-q", "--", "--output", "x"}},
		{[]string{"--param", "a=b=c", "--", "printf", "%s|", "run", "--version"}, []string{"run", "--version"}},
		{[]string{"--param=x=", "printf", "%s|", "-"}, []string{"-"}},
	} {
		got := s.run(s.lineage(append([]string{"run", "-q"}, c.args...)...))
		if want := strings.Join(c.want, "|") + "|"; got.stdout != want || got.status != 0 || got.stderr != "" {
			t.Errorf("%q: got %+v, want %q", c.args, got, want)
		}
	}
	for _, name := range []string{"log", "--help", "-x", "help"} {
		if got := s.run(s.lineage("run", "-q", "--", name)); got.status != 127 || !strings.Contains(got.stderr, "not found") {
			t.Errorf("%q: got %+v, want that there is no such command", name, got)
		}
	}
	if got := s.run(s.lineage("run", "-q", "--", "")); got.status < 125 || got.stderr == "" {
		t.Errorf("got %+v for an empty name", got)
	}
	s.check(0)
}

// Runs at once, in a repository without a store, do not get into each other's way.
func TestRunsAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.shell("echo 1 >data.csv; echo 'model*' >.gitignore; git add -A; git commit -q -m data")
	const runs = 20
	var group sync.WaitGroup
	for i := range runs {
		group.Go(func() {
			name := "model" + string(rune('a'+i))
			got := s.run(s.lineage("run", "-q", "--input", "data.csv", "--preprocess", "none", "--output", name, "--", "sh", "-c", "echo $$ >"+name))
			if got != (ended{}) {
				t.Errorf("got %+v", got)
			}
		})
	}
	group.Wait()
	records := s.check(0)
	if len(records) != runs {
		t.Errorf("%d records are there, want %d", len(records), runs)
	}
	for _, r := range records {
		if len(r.Gaps()) > 0 || len(r.Outputs()) != 1 || r.Dependencies(record.RoleCommit)[0].Annotations.Commit.State != record.TreeClean {
			t.Errorf("%s: gaps %+v, outputs %d, %+v", r.ID().Short(), r.Gaps(), len(r.Outputs()), r.Dependencies(record.RoleCommit)[0].Annotations.Commit)
		}
	}
}

// A store that cannot be written to keeps the command from starting: 125.
func TestRunWithoutAStore(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{
		"in a file":       "lineage --store train.py/store run -- touch started",
		"no such device":  "lineage --store /dev/null run -- touch started",
		"no room":         "ulimit -f 0; lineage run -- touch started",
		"a file":          "echo 1 >.lineage; lineage run -- touch started",
		"not in a folder": "mkdir gone; cd gone; rmdir ../gone; lineage run -- touch " + "../started",
		"no home":         "cd ..; unset HOME; lineage run -- touch work/started",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			got := s.run(s.command("sh", "-c", script))
			if got.status != 125 || !strings.HasPrefix(got.stderr, "lineage: ") || got.stdout != "" {
				t.Errorf("got %+v", got)
			}
			if s.exists("started") {
				t.Error("the command has run")
			}
		})
	}
}

// A read-only store likewise, for who is bound by modes.
func TestRunWithAReadOnlyStore(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.run(s.lineage("run", "-q", "--", "true"))
	s.shell("chmod -R a-w .lineage")
	defer s.shell("chmod -R u+w .lineage")
	want := 125
	if os.Geteuid() == 0 {
		want = 0
	}
	if got := s.run(s.lineage("run", "-q", "--", "touch", "started")); got.status != want || s.exists("started") != (want == 0) {
		t.Errorf("got %+v", got)
	}
}

// HOME is not needed within a repository.
func TestRunWithoutHome(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if got := s.run(s.command("sh", "-c", "unset HOME; lineage run -q -- true")); got != (ended{}) {
		t.Errorf("got %+v", got)
	}
	if r := s.newest(); len(r.Gaps()) > 0 {
		t.Errorf("got %+v", r.Gaps())
	}
}

// When the store is lost while the run goes on, the status stays the command's own,
// the error is said, and the run shows as abandoned once the store is back.
func TestRunThatLosesItsStore(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	lose := `mv .lineage kept; until true 2>/dev/null >.lineage; do rm -rf .lineage; done; exit 7`
	got := s.run(s.lineage("run", "--output", "m", "--", "bash", "-c", lose))
	if got.status != 7 || !strings.Contains(got.stderr, "the run has no record") || strings.Contains(got.stderr, "kept in") {
		t.Errorf("got %+v", got)
	}
	s.shell("rm .lineage; mv kept .lineage")
	if states := s.states(); len(states) != 1 || states[0] != "abandoned" {
		t.Errorf("the log says %q", states)
	}
}

// states are those of the runs in the log, the newest first.
func (s *site) states() (states []string) {
	s.Helper()
	got := s.run(s.lineage("log", "--json"))
	var log struct {
		Runs []struct {
			Status string `json:"status"`
		} `json:"runs"`
	}
	if err := json.Unmarshal([]byte(got.stdout), &log); err != nil || got.status != 0 {
		s.Fatalf("%v: %+v", err, got)
	}
	for _, r := range log.Runs {
		states = append(states, r.Status)
	}
	return states
}

// A run whose wrapper was killed shows as running while it runs, and as abandoned
// afterwards; it never becomes a run that succeeded.
func TestRunThatIsAbandoned(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cmd := s.lineage("run", "--output", "m", "--", "sh", "-c", "echo $$ >pid.new; mv pid.new pid; sleep 0.1; exec sleep 600")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the command runs", func() bool { return s.exists("pid") })
	defer s.shell("kill $(cat pid)")
	if diff := cmp.Diff([]string{"running"}, s.states()); diff != "" {
		t.Error(diff)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if diff := cmp.Diff([]string{"abandoned"}, s.states()); diff != "" {
		t.Error(diff)
	}
	s.check(1)
}
