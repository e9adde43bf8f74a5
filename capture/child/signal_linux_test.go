package child_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/capture/child"
)

// wrapped is a wrapper with its command, the leader of a group of its own.
type wrapped struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner
	file  string
	child int
}

func newWrapped(cmd *exec.Cmd, stdout io.Reader, file string) *wrapped {
	return &wrapped{cmd: cmd, lines: bufio.NewScanner(stdout), file: file}
}

// startWrapped starts a command that says "ready", and waits until it has done so
// and the wrapper is settled.
func startWrapped(t *testing.T, launcher []string, command ...string) *wrapped {
	t.Helper()
	file := outcomeFile(t)
	argv := append(append(append([]string{}, launcher...), wrap(t), file), command...)
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		_ = cmd.Wait() // unless that was done
	})
	w := newWrapped(cmd, stdout, file)
	w.expect(t, "ready")
	w.child = w.settle(t)
	return w
}

// settle waits until the wrapper has a probe, and gives the number of the command.
func (w *wrapped) settle(t *testing.T) (pid int) {
	t.Helper()
	eventually(t, "there is a probe", func() (probe bool) {
		pid, probe = command(w.cmd.Process.Pid)
		return probe && pid != 0
	})
	return pid
}

// command is the command of a wrapper; probe tells whether there is a probe as
// well, which stands traced, and that was not signalled.
func command(wrapper int) (pid int, probe bool) {
	for child, state := range childrenOf(wrapper) {
		switch {
		case state != "t":
			pid = child
		case strings.Contains(status(child), "\nShdPnd:\t0000000000000000\n"):
			probe = true
		}
	}
	return pid, probe
}

func status(pid int) string {
	raw, _ := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status") // it may end
	return string(raw)
}

// childrenOf are the processes with a parent, and their states.
func childrenOf(parent int) map[int]string {
	found := make(map[int]string)
	for pid, fields := range stats() {
		if fields[1] == strconv.Itoa(parent) {
			found[pid] = fields[0]
		}
	}
	return found
}

// stats are the states, parents, groups and sessions of all processes, and so on.
func stats() map[int][]string {
	found := make(map[int][]string)
	paths, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			continue // it has ended
		}
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		found[pid] = strings.Fields(string(raw[strings.LastIndex(string(raw), ")")+1:]))
	}
	return found
}

func (w *wrapped) expect(t *testing.T, line string) {
	t.Helper()
	if !w.lines.Scan() || w.lines.Text() != line {
		t.Fatalf("got line %q, %v; want %q", w.lines.Text(), w.lines.Err(), line)
	}
}

// finish ends the command by a SIGUSR2 of its own, and gives what it said since.
func (w *wrapped) finish(t *testing.T) (said []string, out child.Outcome) {
	t.Helper()
	if err := syscall.Kill(w.child, syscall.SIGUSR2); err != nil {
		t.Fatal(err)
	}
	for w.lines.Scan() && w.lines.Text() != "got SIGUSR2" {
		said = append(said, w.lines.Text())
	}
	_ = w.cmd.Wait() // the outcome says how it ended
	return said, outcome(t, w.file)
}

// A signal reaches the command once, whomever it was sent to.
func TestSignalsReachTheCommandOnce(t *testing.T) {
	senders := map[string]func(w *wrapped, s syscall.Signal) error{
		"to us":        func(w *wrapped, s syscall.Signal) error { return syscall.Kill(w.cmd.Process.Pid, s) },
		"to the group": func(w *wrapped, s syscall.Signal) error { return syscall.Kill(-w.cmd.Process.Pid, s) },
		"to each": func(w *wrapped, s syscall.Signal) error {
			for pid := range childrenOf(w.cmd.Process.Pid) {
				if err := syscall.Kill(pid, s); err != nil && err != syscall.ESRCH { // the last probe
					return err
				}
			}
			return syscall.Kill(w.cmd.Process.Pid, s)
		},
	}
	for to, send := range senders {
		for _, s := range []syscall.Signal{
			syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGUSR1,
			syscall.SIGALRM, syscall.SIGWINCH, syscall.SIGCONT,
		} {
			t.Run(to+"/"+child.Signal(s).String(), func(t *testing.T) {
				w := startWrapped(t, nil, self(t), "echo")
				for range 3 { // each time it counts afresh
					if err := send(w, s); err != nil {
						t.Fatal(err)
					}
					w.expect(t, "got "+child.Signal(s).String())
					w.settle(t)
				}
				said, out := w.finish(t)
				if diff := cmp.Diff([]string(nil), said); diff != "" {
					t.Errorf("it was signalled again: %v", said)
				}
				status, by := child.Completed, child.Signal(0)
				if s <= syscall.SIGQUIT || s == syscall.SIGTERM {
					status, by = child.Interrupted, child.Signal(s)
				}
				if out.Status != status || out.InterruptedBy != by || out.ExitCode != 0 {
					t.Errorf("got %+v", out)
				}
			})
		}
	}
}

// The first signal of a group kill does not make the next one to us alone get lost.
func TestSignalsMixed(t *testing.T) {
	w := startWrapped(t, nil, self(t), "echo")
	for range 3 {
		for _, pid := range []int{w.cmd.Process.Pid, -w.cmd.Process.Pid} {
			if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			w.expect(t, "got SIGTERM")
			w.settle(t)
		}
	}
	if said, out := w.finish(t); len(said) > 0 || out.Status != child.Interrupted {
		t.Errorf("got %v, %+v", said, out)
	}
}

// A command that is in a group of its own is not reached by signals to ours.
func TestSignalsToOtherGroup(t *testing.T) {
	w := startWrapped(t, nil, "setsid", self(t), "echo")
	if err := syscall.Kill(-w.cmd.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	w.expect(t, "got SIGINT")
	if said, _ := w.finish(t); len(said) > 0 {
		t.Errorf("it was signalled again: %v", said)
	}
}

// timeout(1) signals its child, and then its group.
func TestTimeout(t *testing.T) {
	const script = "trap 'n=$((n+1)); echo $n' TERM; while [ ! $n ]; do sleep 0.01; done; sleep 0.05; exit 0"
	for name, flags := range map[string][]string{"the group": {}, "us alone": {"--foreground"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := outcomeFile(t)
			got, code := output(t, exec.Command("timeout", append(flags, "1", wrap(t), file, "sh", "-c", script)...))
			if got != "1\n" || code != 124 {
				t.Errorf("got %q and %d", got, code)
			}
			eventually(t, "the wrapper is done", func() bool { _, err := os.Stat(file); return err == nil })
			if out := outcome(t, file); out.Status != child.Interrupted || out.ExitCode != 0 {
				t.Errorf("got %+v", out)
			}
		})
	}
}

// What the command ignores does not interrupt it; what it was to ignore still
// reaches one that sets up a handler.
func TestIgnoredSignals(t *testing.T) {
	nohup := []string{"sh", "-c", `trap '' HUP; exec "$@"`, "sh"}
	tests := map[string]struct {
		command string
		said    []string
		want    child.Outcome
	}{
		"left ignored": {"idle", nil, child.Outcome{Status: child.Completed}},
		"handled": {"echo", []string{"got SIGHUP"},
			child.Outcome{Status: child.Interrupted, InterruptedBy: child.Signal(syscall.SIGHUP)}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := startWrapped(t, nohup, self(t), test.command)
			if err := syscall.Kill(w.cmd.Process.Pid, syscall.SIGHUP); err != nil {
				t.Fatal(err)
			}
			for _, line := range test.said {
				w.expect(t, line)
			}
			// It goes the same way, and later.
			if err := syscall.Kill(w.cmd.Process.Pid, syscall.SIGUSR2); err != nil {
				t.Fatal(err)
			}
			w.expect(t, "got SIGUSR2")
			_ = w.cmd.Wait()
			out := outcome(t, w.file)
			if out.Status != test.want.Status || out.InterruptedBy != test.want.InterruptedBy {
				t.Errorf("got %+v", out)
			}
		})
	}
}

// Where tracing is not allowed there is no probe, and signals are passed on.
func TestWithoutProbe(t *testing.T) {
	t.Setenv("WRAP_NO_PTRACE", "1")
	file := outcomeFile(t)
	const script = "trap 'echo got; exit 3' TERM; echo ready; while :; do sleep 0.01; done"
	cmd := exec.Command(wrap(t), file, "sh", "-c", script)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w := newWrapped(cmd, stdout, file)
	w.expect(t, "ready")
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	w.expect(t, "got")
	_ = cmd.Wait()
	if out := outcome(t, file); out.Status != child.Interrupted || out.ExitCode != 3 {
		t.Errorf("got %+v", out)
	}
}

// Killing us leaves the command alone, and the probe dies with us.
func TestKilledWrapper(t *testing.T) {
	w := startWrapped(t, nil, self(t), "echo")
	var probe int
	for pid := range childrenOf(w.cmd.Process.Pid) {
		if pid != w.child {
			probe = pid
		}
	}
	if err := w.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the probe is gone", func() bool { return syscall.Kill(probe, 0) == syscall.ESRCH })
	if err := syscall.Kill(w.child, syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	w.expect(t, "got SIGUSR1")
	if err := syscall.Kill(w.child, syscall.SIGUSR2); err != nil {
		t.Fatal(err)
	}
	w.expect(t, "got SIGUSR2")
}
