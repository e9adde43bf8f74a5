//go:build unix

package main

import (
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/creack/pty"

	"github.com/lineage-audit/lineage/record"
)

// terminal is a terminal, and the program that leads its session.
type terminal struct {
	*site
	file *os.File
	cmd  *exec.Cmd
	done chan struct{} // closed when all was shown

	mutex sync.Mutex
	shown strings.Builder
}

// terminal starts a program in a terminal of its own.
func (s *site) terminal(cmd *exec.Cmd) *terminal {
	s.Helper()
	file, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 24, Cols: 120})
	if err != nil {
		s.Fatal(err)
	}
	term := &terminal{site: s, file: file, cmd: cmd, done: make(chan struct{})}
	go term.read()
	s.Cleanup(func() {
		_ = cmd.Process.Kill() // it may have ended
		<-term.done
		file.Close()
		if s.Failed() {
			s.Logf("the terminal showed %q", term.text())
		}
	})
	return term
}

func (term *terminal) read() {
	defer close(term.done)
	room := make([]byte, 4096)
	for {
		n, err := term.file.Read(room)
		if err != nil { // nobody has it open any more
			return
		}
		term.mutex.Lock()
		term.shown.Write(room[:n])
		term.mutex.Unlock()
	}
}

func (term *terminal) text() string {
	term.mutex.Lock()
	defer term.mutex.Unlock()
	return term.shown.String()
}

func (term *terminal) typed(text string) {
	term.Helper()
	if _, err := term.file.WriteString(text); err != nil {
		term.Fatal(err)
	}
}

// expect waits until the terminal shows the text, n times.
func (term *terminal) expect(text string, n int) {
	term.Helper()
	eventually(term, "the terminal shows "+text, func() bool { return strings.Count(term.text(), text) >= n })
}

// end waits for the program's end and gives its status.
func (term *terminal) end() int {
	term.Helper()
	<-term.done
	return term.status(term.cmd.Wait())
}

const ctrlC, ctrlZ = "\x03", "\x1a"

// A terminal stays the command's terminal, in its size and with its keyboard.
func TestTerminalIsTheCommands(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	term := s.terminal(s.lineage("run", "-q", "--", "sh", "-c", "test -t 0 && test -t 1 && test -t 2 && stty size && read -r x && echo got-$x"))
	term.expect("24 120", 1)
	term.typed("hello\n")
	term.expect("got-hello", 1)
	if status := term.end(); status != 0 {
		t.Errorf("it ended with %d", status)
	}
	if shown := strings.ReplaceAll(term.text(), "\r\n", "\n"); shown != "24 120\nhello\ngot-hello\n" && shown != "hello\n24 120\ngot-hello\n" {
		t.Errorf("the terminal showed %q", shown)
	}
}

// Ctrl-C stops the training, and leaves a settled record that says so.
func TestTerminalCtrlC(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		trap   string
		status int
		want   func(record.Outcome) bool
	}{
		"that ends it":   {":", 130, func(o record.Outcome) bool { return o.Signal == "SIGINT" }},
		"that it counts": {`trap 'echo hit; sleep 0.3; exit 3' INT`, 3, func(o record.Outcome) bool { return o.ExitCode != nil && *o.ExitCode == 3 }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			term := s.terminal(s.lineage(append([]string{"run", "--no-attach"}, train(c.trap+"; echo up")...)...))
			eventually(t, "it is ready", func() bool { return s.exists("ready") })
			term.typed(ctrlC)
			if status := term.end(); status != c.status {
				t.Errorf("it ended with %d, want %d", status, c.status)
			}
			r := s.newest()
			if got := r.Metadata().Outcome; got.Status != record.Interrupted || !c.want(got) {
				t.Errorf("got %+v", got)
			}
			if !strings.Contains(term.text(), r.ID().String()) || len(r.Statement().Subject) != 1 {
				t.Error("the summary is not shown, or there are outputs that could be promoted")
			}
		})
	}
}

// Ctrl-Z stops the job as the shell sees it, and fg lets it go on to its end.
func TestTerminalJobControl(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.env = append(s.env, "PS1=$ ", "HISTFILE=", "TERM=dumb")
	term := s.terminal(s.command("bash", "--norc", "--noprofile", "-i"))
	term.typed("stty -echo; echo up\n")
	term.expect("\nup", 1)
	term.typed(`lineage run -q --no-attach -- sh -c 'echo begun; read -r x; echo "x=$x"; exit 3'` + "\n")
	term.expect("begun", 1)
	term.typed(ctrlZ)
	term.expect("Stopped", 1)
	term.typed("echo status=$?\n")
	term.expect("status=148", 1)
	term.typed("fg >/dev/null; echo back=$?\n")
	term.typed("hello\n")
	term.expect("x=hello", 1)
	term.expect("back=3", 1)
	if got := s.newest().Metadata().Outcome; got.Status != record.Failed || *got.ExitCode != 3 {
		t.Errorf("got %+v", got)
	}
	term.typed("exit\n")
	term.end()
}

// While large data is hashed a terminal shows how far it is, and Ctrl-C ends that.
func TestTerminalProgress(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.shell(long)
	term := s.terminal(s.lineage("run", "--no-attach", "--input", "long", "--", "true"))
	term.expect("hashing", 1)
	term.expect("274.9 GB", 1)
	term.typed(ctrlC)
	if status := term.end(); status != 0 {
		t.Errorf("it ended with %d", status)
	}
	r := s.newest()
	if !gapKinds(r)[record.GapInput] || r.Metadata().Outcome.Status != record.Succeeded {
		t.Errorf("got %+v", r.Statement().Predicate.RunDetails)
	}
	bar, summary, found := strings.Cut(term.text(), "lineage: run ")
	if !found || strings.Contains(summary, "lineage: hashing ") || !strings.HasSuffix(strings.TrimRight(bar, "\r"), "\x1b[J") {
		t.Error("the bar was not taken away before the summary")
	}
}

// Hashing that takes a while shows nothing in a pipe, nor on a terminal to who wants
// it quiet; and on a terminal it does, so that this is tested.
func TestProgressOnTerminalsOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.shell("truncate -s 700M long")
	args := []string{"run", "--no-attach", "--input", "long", "--", "true"}
	term := s.terminal(s.lineage(args...))
	term.end()
	if !strings.Contains(term.text(), "hashing") {
		t.Error("a terminal shows no progress")
	}
	if got := s.run(s.lineage(args...)); strings.ContainsAny(got.stderr, "\x1b\r") || strings.Contains(got.stderr, "hashing") || got.status != 0 {
		t.Errorf("got %+v", got)
	}
	term = s.terminal(s.lineage(append([]string{"run", "-q"}, args[1:]...)...))
	if term.end(); term.text() != "" {
		t.Errorf("a quiet run shows %q", term.text())
	}
}

// The bar counts the outputs too, once they are there.
func TestTerminalProgressOfOutputs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.shell("truncate -s 600M small")
	term := s.terminal(s.lineage("run", "--no-attach", "--input", "small", "--output", "m", "--", "truncate", "-s", "256G", "m"))
	term.expect("275.5 GB", 1)
	term.typed(ctrlC)
	term.end()
	if !gapKinds(s.newest())[record.GapOutput] {
		t.Error("the output was hashed")
	}
}

// Colour is for terminals, and not for who says NO_COLOR.
func TestTerminalColor(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		env  string
		want bool
	}{"a terminal": {"A=", true}, "no colour": {"NO_COLOR=1", false}, "a dumb terminal": {"TERM=dumb", false}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t)
			s.env = append(s.env, c.env)
			term := s.terminal(s.lineage("run", "--no-attach", "--", "true"))
			term.end()
			if got := strings.Contains(term.text(), "\x1b["); got != c.want || !strings.Contains(term.text(), "succeeded") {
				t.Errorf("the terminal showed %q", term.text())
			}
		})
	}
}
