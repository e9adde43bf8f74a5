//go:build unix

package child_test

import (
	"context"
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

	"github.com/lineage-audit/lineage/capture/child"
)

func TestOutcome(t *testing.T) {
	const kill, term, intr, segv, usr1 = child.Signal(syscall.SIGKILL), child.Signal(syscall.SIGTERM),
		child.Signal(syscall.SIGINT), child.Signal(syscall.SIGSEGV), child.Signal(syscall.SIGUSR1)
	tests := map[string]struct {
		script string
		status child.Status
		code   int
		signal child.Signal
		shell  int
	}{
		"success":                {"exit 0", child.Completed, 0, 0, 0},
		"failure":                {"exit 7", child.Failed, 7, 0, 7},
		"largest code":           {"exit 255", child.Failed, 255, 0, 255},
		"code of our failures":   {"exit 125", child.Failed, 125, 0, 125},
		"code that looks killed": {"exit 137", child.Failed, 137, 0, 137},
		"killed":                 {"kill -KILL $$", child.Killed, -1, kill, 137},
		"terminated":             {"kill -TERM $$", child.Interrupted, -1, term, 143},
		"interrupted":            {"kill -INT $$", child.Interrupted, -1, intr, 130},
		"crashed":                {"ulimit -c 0; kill -SEGV $$", child.Failed, -1, segv, 139},
		"other signal":           {"kill -USR1 $$", child.Failed, -1, usr1, 138},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			out, err := run(t, "sh", "-c", test.script)
			if err != nil {
				t.Fatal(err)
			}
			got := []any{out.Status, out.ExitCode, out.Signal, out.ShellStatus(), out.InterruptedBy, out.OOM}
			want := []any{test.status, test.code, test.signal, test.shell, child.Signal(0), false}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestOutcomeCost(t *testing.T) {
	before := time.Now()
	const size = 128 << 20 // more than this process may have
	out, err := run(t, "sh", "-c", "x=$(head -c 134217728 /dev/zero | tr '\\0' x)")
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case out.PID == 0, out.UserTime <= 0, out.UserTime > patience:
		t.Errorf("pid %d, user time %v, system time %v", out.PID, out.UserTime, out.SystemTime)
	case out.PeakRSS < size, out.PeakRSS > 4*size:
		t.Errorf("got a peak of %d bytes", out.PeakRSS)
	case out.Started.Before(before), out.Ended.Before(out.Started):
		t.Errorf("got times %v and %v", out.Started, out.Ended)
	}
}

func TestCoreDump(t *testing.T) {
	const script = "ulimit -c unlimited 2>/dev/null; kill -ABRT $$"
	plain := exec.Command("sh", "-c", script)
	plain.Dir = t.TempDir()
	if err := plain.Run(); err == nil {
		t.Fatal("the command survived")
	}
	want := plain.ProcessState.Sys().(syscall.WaitStatus).CoreDump()
	out, err := child.Run(t.Context(), child.Command{
		Argv: plain.Args, Env: os.Environ(), Dir: t.TempDir(), Now: time.Now,
	})
	if err != nil || out.CoreDumped != want || out.Signal != child.Signal(syscall.SIGABRT) {
		t.Errorf("got %+v, %v; want CoreDumped %v", out, err, want)
	}
}

func TestStartErrors(t *testing.T) {
	tests := map[string]struct {
		command child.Command
		want    error
		code    int
		text    string
	}{
		"nothing":      {child.Command{Now: time.Now}, nil, 125, "no command"},
		"no clock":     {child.Command{Argv: []string{"true"}}, nil, 125, "no clock"},
		"no such name": {child.Command{Argv: []string{"no-such"}, Now: time.Now}, child.ErrNotFound, 127, `"no-such"`},
		"no such file": {child.Command{Argv: []string{"./no-such"}, Now: time.Now}, child.ErrNotFound, 127, "no such file"},
		"folder":       {child.Command{Argv: []string{"/"}, Now: time.Now}, child.ErrNotExecutable, 126, "permission denied"},
		"null byte":    {child.Command{Argv: []string{"/bin/true", "a\x00"}, Now: time.Now}, nil, 125, "null byte"},
		"no such dir":  {child.Command{Argv: []string{"true"}, Dir: "/no-such", Now: time.Now}, nil, 125, `"/no-such"`},
		"file as dir":  {child.Command{Argv: []string{"true"}, Dir: "/etc/passwd", Now: time.Now}, nil, 125, "not a directory"},
		"null in env":  {child.Command{Argv: []string{"/bin/true"}, Env: []string{"A=\x00"}, Now: time.Now}, nil, 125, "null byte"},
		"too long":     {child.Command{Argv: []string{"/bin/true", strings.Repeat("x", 1<<22)}, Now: time.Now}, child.ErrNotExecutable, 126, "argument list too long"},
		"closed file":  {child.Command{Argv: []string{"/bin/true"}, Stdin: closed(t), Now: time.Now}, nil, 125, "closed"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test.command.Started = func(int) { t.Error("Started was called") }
			out, err := child.Run(t.Context(), test.command)
			switch {
			case err == nil:
				t.Fatal("got no error")
			case out.Status != child.NotStarted, out.PID != 0, out.ShellStatus() != test.code:
				t.Errorf("got %+v", out)
			case test.want != nil && !errors.Is(err, test.want),
				test.want == nil && (errors.Is(err, child.ErrNotFound) || errors.Is(err, child.ErrNotExecutable)),
				!strings.Contains(err.Error(), test.text):
				t.Errorf("got error %q", err)
			}
		})
	}
}

func closed(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	return f
}

func TestContext(t *testing.T) {
	t.Run("ended before", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		out, err := child.Run(ctx, child.Command{Argv: []string{"true"}, Env: os.Environ(), Now: time.Now})
		if !errors.Is(err, context.Canceled) || out.ShellStatus() != 125 {
			t.Errorf("got %+v, %v", out, err)
		}
	})
	t.Run("asks", func(t *testing.T) {
		out := cancelled(t, patience, "trap 'exit 3' TERM; echo ready; while :; do sleep 0.01; done")
		if out.Status != child.Interrupted || out.ExitCode != 3 || out.InterruptedBy.String() != "SIGTERM" {
			t.Errorf("got %+v", out)
		}
	})
	t.Run("kills", func(t *testing.T) {
		out := cancelled(t, time.Millisecond, "trap '' TERM; echo ready; while :; do sleep 0.01; done")
		if out.Status != child.Killed || out.ShellStatus() != 137 || out.InterruptedBy != 0 {
			t.Errorf("got %+v", out)
		}
	})
}

// cancelled is the outcome of a script whose context ends when it is ready.
func cancelled(t *testing.T, grace time.Duration, script string) child.Outcome {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	out, err := child.Run(ctx, child.Command{
		Argv: []string{"sh", "-c", script}, Env: os.Environ(), Stdout: w, Grace: grace, Now: time.Now,
		Started: func(int) {
			w.Close()
			go func() {
				_, _ = r.Read(make([]byte, 1)) // until it is ready
				cancel()
			}()
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestStartedSeesTheCommand(t *testing.T) {
	var alive bool
	out, err := child.Run(t.Context(), child.Command{
		Argv: []string{"sleep", "0.01"}, Env: os.Environ(), Now: time.Now,
		Started: func(pid int) {
			id, err := child.Identify(pid)
			if err != nil {
				t.Error(err)
			}
			alive, err = child.Alive(id)
			if err != nil {
				t.Error(err)
			}
		},
	})
	if err != nil || out.Status != child.Completed || !alive {
		t.Errorf("got %+v, %v, alive: %v", out, err, alive)
	}
}

func TestEnvironmentAndDir(t *testing.T) {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	_, err = child.Run(t.Context(), child.Command{
		Argv: []string{"/bin/sh", "-c", "echo $A; /bin/pwd"}, Env: []string{"A=b"}, Dir: dir, Now: time.Now, Stdout: file,
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(file.Name())
	if err != nil || string(got) != "b\n"+dir+"\n" {
		t.Errorf("got %q, %v", got, err)
	}
}

// Many commands at once leave nothing behind: none hangs, none is a zombie.
func TestManyAtOnce(t *testing.T) {
	const total, workers = 500, 25
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			for range total / workers {
				if out, err := run(t, "/bin/true"); err != nil || out.Status != child.Completed {
					t.Errorf("got %+v, %v", out, err)
				}
			}
		})
	}
	group.Wait()
	if _, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); err != syscall.ECHILD {
		t.Errorf("a child is left: %v", err)
	}
}

// Held signals do not end this process, before a command, while it runs or after.
func TestHold(t *testing.T) {
	signals, release := child.Hold()
	defer release()
	send := func() {
		if err := syscall.Kill(os.Getpid(), syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		select {
		case s := <-signals:
			if s != syscall.SIGTERM {
				t.Errorf("got %v", s)
			}
		case <-time.After(patience):
			t.Fatal("got no signal")
		}
	}
	send()
	out, err := child.Run(t.Context(), child.Command{
		Argv: []string{"sleep", "1000"}, Env: os.Environ(), Now: time.Now, Started: func(int) { send() },
	})
	if err != nil || out.Status != child.Interrupted || out.ShellStatus() != 143 {
		t.Errorf("got %+v, %v", out, err)
	}
	send()
}
