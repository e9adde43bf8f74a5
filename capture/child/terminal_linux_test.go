package child_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/creack/pty"

	"github.com/lineage-audit/lineage/capture/child"
)

// terminal is a terminal with a program that leads its session.
type terminal struct {
	*os.File
	cmd *exec.Cmd

	mutex sync.Mutex
	shown strings.Builder
}

func openTerminal(t *testing.T, argv ...string) *terminal {
	t.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "PS1=", "LC_ALL=C", "TERM=dumb", "HISTFILE=")
	cmd.Dir = t.TempDir()
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 200})
	if err != nil {
		t.Fatal(err)
	}
	term := &terminal{File: file, cmd: cmd}
	done := make(chan struct{})
	t.Cleanup(func() {
		killSession(cmd.Process.Pid)
		_ = cmd.Wait()
		file.Close()
		<-done
		if t.Failed() {
			t.Logf("the terminal showed:\n%s", term.text())
		}
	})
	go func() {
		defer close(done)
		room := make([]byte, 4096)
		for {
			n, err := file.Read(room)
			if err != nil {
				return
			}
			term.mutex.Lock()
			term.shown.Write(room[:n])
			term.mutex.Unlock()
		}
	}()
	return term
}

// killSession ends all that a terminal's first process has left.
func killSession(session int) {
	for pid, fields := range stats() {
		if fields[3] == strconv.Itoa(session) {
			_ = syscall.Kill(pid, syscall.SIGKILL) // it may have ended
		}
	}
}

func (term *terminal) text() string {
	term.mutex.Lock()
	defer term.mutex.Unlock()
	return strings.ReplaceAll(term.shown.String(), "\r\n", "\n")
}

func (term *terminal) typed(t *testing.T, text string) {
	t.Helper()
	if _, err := term.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

// expect waits until the terminal shows text in a line of its own, n times.
func (term *terminal) expect(t *testing.T, text string, n int) {
	t.Helper()
	eventually(t, "the terminal shows "+strconv.Quote(text), func() bool {
		return strings.Count("\n"+term.text(), "\n"+text) >= n
	})
}

// settle waits until the wrapper, which is the first process or its child, has a
// probe.
func (term *terminal) settle(t *testing.T) {
	t.Helper()
	eventually(t, "there is a probe", func() bool {
		_, probe := command(term.cmd.Process.Pid)
		for pid := range childrenOf(term.cmd.Process.Pid) {
			_, other := command(pid)
			probe = probe || other
		}
		return probe
	})
}

const (
	ctrlC         = "\x03"
	ctrlBackslash = "\x1c"
	ctrlZ         = "\x1a"
)

// The terminal is the command's own.
func TestTerminal(t *testing.T) {
	file := outcomeFile(t)
	term := openTerminal(t, wrap(t), file, "bash", "-c", `
		read -r pid comm state parent group session tty foreground rest < /proc/$$/stat
		[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && [ $group = $foreground ] && [ $group = $session ] && stty size && exec 2>&- && tty`)
	term.expect(t, "24 200", 1)
	term.expect(t, "/dev/pts/", 1)
	_ = term.cmd.Wait()
	if out := outcome(t, file); out.Status != child.Completed {
		t.Errorf("got %+v", out)
	}
}

// What is typed reaches the command once, with a probe and without one.
func TestTerminalSignals(t *testing.T) {
	for name, key := range map[string]struct {
		typed  string
		signal syscall.Signal
	}{
		"ctrl-c":         {ctrlC, syscall.SIGINT},
		"ctrl-backslash": {ctrlBackslash, syscall.SIGQUIT},
	} {
		for _, probe := range []bool{true, false} {
			t.Run(name+", probe "+strconv.FormatBool(probe), func(t *testing.T) {
				if !probe {
					t.Setenv("WRAP_NO_PTRACE", "1")
				}
				file := outcomeFile(t)
				term := openTerminal(t, wrap(t), file, self(t), "echo")
				term.expect(t, "ready", 1)
				for n := range 3 {
					if probe {
						term.settle(t)
					}
					term.typed(t, key.typed)
					term.expect(t, "^"+string(key.typed[0]+64)+"got "+child.Signal(key.signal).String(), n+1)
				}
				term.endEcho(t)
				if got := strings.Count(term.text(), "got "+child.Signal(key.signal).String()); got != 3 {
					t.Errorf("it was signalled %d times", got)
				}
				out := outcome(t, file)
				if out.Status != child.Interrupted || out.InterruptedBy != child.Signal(key.signal) {
					t.Errorf("got %+v", out)
				}
			})
		}
	}
}

// endEcho ends an echo, by a signal to the wrapper that stands last in its queue.
func (term *terminal) endEcho(t *testing.T) {
	t.Helper()
	if err := term.cmd.Process.Signal(syscall.SIGUSR2); err != nil {
		t.Fatal(err)
	}
	_ = term.cmd.Wait()
	term.expect(t, "got SIGUSR2", 1)
}

// A change of the window's size reaches the command once, as does a hang-up.
func TestTerminalChanges(t *testing.T) {
	file := outcomeFile(t)
	term := openTerminal(t, wrap(t), file, self(t), "echo")
	term.expect(t, "ready", 1)
	term.settle(t)
	if err := pty.Setsize(term.File, &pty.Winsize{Rows: 30, Cols: 100}); err != nil {
		t.Fatal(err)
	}
	term.expect(t, "got SIGWINCH", 1)
	term.settle(t)
	term.endEcho(t)
	if got := strings.Count(term.text(), "got SIGWINCH"); got != 1 {
		t.Errorf("it was signalled %d times", got)
	}
	if out := outcome(t, file); out.Status != child.Completed {
		t.Errorf("got %+v", out)
	}
}

// shell is bash with job control.
func shell(t *testing.T) *terminal {
	t.Helper()
	term := openTerminal(t, "bash", "--norc", "--noprofile", "-i")
	term.typed(t, "stty -echo; echo up\n")
	term.expect(t, "up", 1)
	return term
}

// Ctrl-Z stops the command and us, as the shell sees it; fg lets both go on.
func TestJobControl(t *testing.T) {
	commands := map[string]string{
		"stopped by the kernel": `echo ready; read -r x; echo "x=$x"; exit 3`,
		"stops itself":          `trap 'sleep 0.1; echo tidied; kill -STOP $$' TSTP; echo ready; while ! read -r x; do :; done; echo "x=$x"; exit 3`,
		"stops as others do":    `trap 'echo tidied; trap - TSTP; kill -TSTP $$' TSTP; echo ready; while ! read -r x; do :; done; echo "x=$x"; exit 3`,
	}
	for name, script := range commands {
		t.Run(name, func(t *testing.T) {
			term, file := shell(t), outcomeFile(t)
			term.typed(t, quoted(wrap(t), file, "bash", "-c", script)+"\n")
			term.expect(t, "ready", 1)
			for n := 1; n <= 3; n++ {
				term.typed(t, ctrlZ)
				term.expect(t, "[1]+  Stopped", n)
				term.typed(t, "echo status=$?\n")
				term.expect(t, "status=148", n)
				term.waitForState(t, "T")
				term.typed(t, "fg >/dev/null\n")
				term.waitForState(t, "S")
				if name != "stopped by the kernel" {
					break // the trap is one for once
				}
			}
			term.typed(t, "hello\n")
			term.expect(t, "x=hello", 1)
			term.typed(t, "echo status=$?\n")
			term.expect(t, "status=3", 1)
			if out := outcome(t, file); out.Status != child.Failed || out.ExitCode != 3 {
				t.Errorf("got %+v", out)
			}
		})
	}
}

// waitForState waits until the wrapper that a shell has started and the command,
// which is bash, are both in a state.
func (term *terminal) waitForState(t *testing.T, want string) {
	t.Helper()
	eventually(t, "wrapper and command are in state "+want, func() bool {
		for wrapper, state := range childrenOf(term.cmd.Process.Pid) {
			for command, inner := range childrenOf(wrapper) {
				exe, _ := os.Readlink(filepath.Join("/proc", strconv.Itoa(command), "exe"))
				if filepath.Base(exe) == "bash" {
					return state == want && inner == want
				}
			}
		}
		return false
	})
}

// A job in the background that reads is stopped, and reads when it is fetched.
func TestBackgroundRead(t *testing.T) {
	term, file := shell(t), outcomeFile(t)
	term.typed(t, quoted(wrap(t), file, "bash", "-c", `read -r x; echo "x=$x"`)+" &\n")
	term.waitForState(t, "T")
	term.typed(t, "fg >/dev/null\n")
	term.typed(t, "hello\n")
	term.expect(t, "x=hello", 1)
	term.typed(t, "echo status=$?\n")
	term.expect(t, "status=0", 1)
}

// A shell's kill %1 signals the group; bg and the command's end are as ever.
func TestBackgroundKill(t *testing.T) {
	term, file := shell(t), outcomeFile(t)
	term.typed(t, quoted(wrap(t), file, self(t), "echo")+"\n")
	term.expect(t, "ready", 1)
	term.settle(t)
	term.typed(t, ctrlZ)
	term.expect(t, "[1]+  Stopped", 1)
	term.typed(t, "bg >/dev/null\n")
	term.expect(t, "got SIGCONT", 1)
	term.typed(t, "kill %1; kill -USR1 %1\n")
	term.expect(t, "got SIGTERM", 1)
	term.expect(t, "got SIGUSR1", 1)
	term.typed(t, "kill -USR2 %1; wait %1; echo status=$?\n")
	term.expect(t, "status=0", 1)
	for _, s := range []string{"SIGTERM", "SIGUSR1", "SIGCONT"} {
		if got := strings.Count(term.text(), "got "+s); got != 1 {
			t.Errorf("%s came %d times", s, got)
		}
	}
}

// A hang-up of the terminal reaches the command once.
func TestHangup(t *testing.T) {
	said, file := filepath.Join(t.TempDir(), "said"), outcomeFile(t)
	cmd := exec.Command(wrap(t), file, "sh", "-c", "exec "+quoted(self(t), "echo")+" >"+said)
	term, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { killSession(cmd.Process.Pid) })
	read := func() string { raw, _ := os.ReadFile(said); return string(raw) }
	eventually(t, "it is ready", func() bool { return read() == "ready\n" })
	(&terminal{cmd: cmd}).settle(t)
	term.Close()
	eventually(t, "it hears of it", func() bool { return strings.Contains(read(), "SIGHUP") })
	if err := cmd.Process.Signal(syscall.SIGUSR2); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	got := strings.Replace(read(), "got SIGCONT\n", "", 1) // comes with it, in either order
	if got != "ready\ngot SIGHUP\ngot SIGUSR2\n" {
		t.Errorf("got %q", got)
	}
}
