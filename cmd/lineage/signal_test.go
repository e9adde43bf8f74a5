//go:build unix

package main

import (
	"bytes"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/record"
)

// long is an input that no machine hashes within the time of a test. It takes no
// room on the disk.
const long = "truncate -s 256G long"

// running is a run under way, in a process group of its own.
type running struct {
	*site
	cmd    *exec.Cmd
	stderr bytes.Buffer
	done   chan struct{}
	got    ended
}

// start starts a run, and waits until its command has made the file "ready".
func (s *site) start(args ...string) *running {
	s.Helper()
	r := &running{site: s, cmd: s.lineage(append([]string{"run"}, args...)...), done: make(chan struct{})}
	r.cmd.Stderr, r.cmd.SysProcAttr = &r.stderr, &syscall.SysProcAttr{Setpgid: true}
	if err := r.cmd.Start(); err != nil {
		s.Fatal(err)
	}
	go func() {
		defer close(r.done)
		err := r.cmd.Wait()
		r.got = ended{stderr: r.stderr.String(), status: s.status(err)}
	}()
	eventually(s, "the command is ready", func() bool { return s.exists("ready") })
	return r
}

// signal sends a signal to the wrapper alone, or to its group.
func (r *running) signal(s syscall.Signal, group bool) {
	r.Helper()
	pid := r.cmd.Process.Pid
	if group {
		pid = -pid
	}
	if err := syscall.Kill(pid, s); err != nil && err != syscall.ESRCH { // it has ended
		r.Fatal(err)
	}
}

func (r *running) wait() ended {
	r.Helper()
	select {
	case <-r.done:
	case <-time.After(time.Minute):
		r.Fatal("it goes on and on")
	}
	return r.got
}

// goesOn tells whether it has not ended after a while.
func (r *running) goesOn(d time.Duration) bool {
	select {
	case <-r.done:
		return false
	case <-time.After(d):
		return true
	}
}

// train waits for a signal as a training does: "ready" says that it can come.
func train(onSignal string) []string {
	return []string{"--output", "m", "--", "sh", "-c", onSignal + `; echo 1 >m; : >ready; while :; do sleep 0.01; done`}
}

// interruptions are the ways in which a training is asked to stop.
var interruptions = map[string]struct {
	signal syscall.Signal
	group  bool
	trap   string
	want   record.Outcome
	status int
}{
	"SIGINT":               {syscall.SIGINT, false, ":", record.Outcome{Status: record.Interrupted, Signal: "SIGINT"}, 130},
	"SIGINT to the group":  {syscall.SIGINT, true, ":", record.Outcome{Status: record.Interrupted, Signal: "SIGINT"}, 130},
	"SIGTERM":              {syscall.SIGTERM, false, ":", record.Outcome{Status: record.Interrupted, Signal: "SIGTERM"}, 143},
	"SIGTERM to the group": {syscall.SIGTERM, true, ":", record.Outcome{Status: record.Interrupted, Signal: "SIGTERM"}, 143},
	"SIGHUP":               {syscall.SIGHUP, false, ":", record.Outcome{Status: record.Interrupted, Signal: "SIGHUP"}, 129},
	"a checkpoint":         {syscall.SIGTERM, false, "trap 'sleep 0.3; echo 2 >m; exit 0' TERM", record.Outcome{Status: record.Interrupted, ExitCode: new(int64(0))}, 0},
	"a checkpoint, group":  {syscall.SIGTERM, true, "trap 'sleep 0.3; echo 2 >m; exit 0' TERM", record.Outcome{Status: record.Interrupted, ExitCode: new(int64(0))}, 0},
	"a code of its own":    {syscall.SIGINT, true, "trap 'sleep 0.3; exit 3' INT", record.Outcome{Status: record.Interrupted, ExitCode: new(int64(3))}, 3},
	"another signal":       {syscall.SIGUSR1, false, "trap 'exit 0' USR1", record.Outcome{Status: record.Succeeded, ExitCode: new(int64(0))}, 0},
	"one that it ignores":  {syscall.SIGTERM, false, "trap '' TERM; (while [ ! -e stop ]; do sleep 0.01; done; kill -KILL $$) & :", record.Outcome{Status: record.Killed, Signal: "SIGKILL"}, 137},
}

// A signal to the wrapper, or to both, stops the training, and the record says
// that it was interrupted. What it left is no output that could be promoted.
func TestRunInterrupted(t *testing.T) {
	t.Parallel()
	for name, c := range interruptions {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			r := s.start(append([]string{"--no-attach"}, train(c.trap)...)...)
			r.signal(c.signal, c.group)
			if c.status == 137 {
				s.shell(": >stop")
			}
			for c.signal == syscall.SIGUSR1 && r.goesOn(time.Second) { // as the command starts, it may go unheard
				r.signal(c.signal, c.group)
			}
			if got := r.wait(); got.status != c.status {
				t.Errorf("got %+v, want status %d", got, c.status)
			}
			rec := s.newest()
			if diff := cmp.Diff(c.want, rec.Metadata().Outcome); diff != "" {
				t.Error(diff)
			}
			if promotable := len(rec.Statement().Subject) > 1; promotable != (c.want.Status == record.Succeeded) || len(rec.Outputs()) != 1 {
				t.Errorf("it has %d subjects and %d outputs", len(rec.Statement().Subject), len(rec.Outputs()))
			}
			if c.want.Status != record.Succeeded && s.run(s.lineage("verify", "m")).status == 0 {
				t.Error("verify passes")
			}
		})
	}
}

// A command that gets the signal itself, and ends before the wrapper comes to its
// own, was interrupted all the same.
func TestRunInterruptedAtOnce(t *testing.T) {
	t.Parallel()
	for range 4 {
		s := newSite(t)
		r := s.start(append([]string{"--no-attach", "-q"}, train("trap 'exit 0' INT; echo $$ >pid")...)...)
		for range 100 { // with its probe the wrapper knows for sure; not everywhere has it one
			if s.command("pgrep", "-P", strconv.Itoa(r.cmd.Process.Pid), "-f", "signal probe").Run() == nil {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		r.signal(syscall.SIGSTOP, false)
		r.signal(syscall.SIGINT, true)
		eventually(t, "the command has ended", func() bool { return s.zombie("pid") })
		r.signal(syscall.SIGCONT, false)
		if got := r.wait(); got.status != 0 {
			t.Errorf("got %+v", got)
		}
		if got := s.newest().Metadata().Outcome; got.Status != record.Interrupted {
			t.Errorf("got %+v", got)
		}
	}
}

// zombie tells whether the process that a file names has ended, and nobody knows.
func (s *site) zombie(file string) bool {
	s.Helper()
	out, _ := s.command("sh", "-c", "ps -o stat= -p $(cat "+file+")").Output()
	return strings.HasPrefix(string(out), "Z")
}

// While data is hashed after the command has ended, a signal cuts that short: the
// record is written, says what is lacking, and never passes.
func TestRunHashingCutShort(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		signal  syscall.Signal
		trap    string // what the first signal, if any, makes the command do
		outcome record.Status
		status  int
	}{
		"of a run that succeeded": {syscall.SIGINT, "", record.Succeeded, 0},
		"SIGTERM":                 {syscall.SIGTERM, "", record.Succeeded, 0},
		"of an interrupted run":   {syscall.SIGINT, "trap 'sleep 0.3; exit 4' INT", record.Interrupted, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.shell(long)
			command := "echo 1 >m; : >ready"
			if c.trap != "" {
				command = c.trap + "; " + command + "; while :; do sleep 0.01; done"
			}
			r := s.start("--no-attach", "--input", "long", "--preprocess", "none", "--output", "m", "--", "sh", "-c", "echo $$ >pid; "+command)
			if c.trap != "" {
				r.signal(c.signal, true)
			}
			eventually(t, "the command has ended", func() bool { return !s.alive("pid") })
			for !r.over() { // one that comes in the very moment of the end may be the command's
				r.signal(c.signal, false)
				r.goesOn(2 * time.Second)
			}
			if got := r.wait(); got.status != c.status || !strings.Contains(got.stderr, "input-not-hashed") {
				t.Errorf("got %+v, want status %d", got, c.status)
			}
			rec := s.newest()
			got := rec.Metadata().Outcome.Status
			if got != c.outcome && got != record.Interrupted || !gapKinds(rec)[record.GapInput] || len(rec.Dependencies(record.RoleData)) > 0 {
				t.Errorf("the outcome is %s, the gaps are %+v", got, rec.Gaps())
			}
			if s.run(s.lineage("verify", "m")).status == 0 {
				t.Error("verify passes")
			}
		})
	}
}

func (r *running) over() bool { return !r.goesOn(0) }

// alive tells whether the process that a file names is there.
func (s *site) alive(file string) bool {
	s.Helper()
	out, err := s.command("sh", "-c", "kill -0 $(cat "+file+") 2>&1").Output()
	return err == nil && len(out) == 0
}
