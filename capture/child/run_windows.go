package child

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"time"
)

func signalName(s Signal) string { return "signal " + strconv.Itoa(int(s)) }

// Run starts c, waits for its end and says how it ended. It returns an error if
// and only if the command did not start: one that wraps [ErrNotFound] or
// [ErrNotExecutable], or a failure of ours; the Outcome is then NotStarted, with
// the status to exit with. When ctx ends the command is killed after c.Grace: here
// nothing can ask it to stop.
//
// The console sends Ctrl-C and Ctrl-Break to the command as well as to us.
func Run(ctx context.Context, c Command) (Outcome, error) {
	if err := c.check(); err != nil {
		return notStarted(c, err)
	}
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)

	cmd := exec.Command(c.Argv[0], c.Argv[1:]...)
	cmd.Dir, cmd.Env = c.Dir, append([]string{}, c.Env...)
	setStreams(cmd, c)
	if err := cmd.Start(); err != nil {
		return notStarted(c, err)
	}
	out := Outcome{PID: cmd.Process.Pid, Started: c.Now()}
	if c.Started != nil {
		c.Started(out.PID)
	}
	killed := wait(ctx, cmd, c.Grace)
	out.Ended = c.Now()
	out.ExitCode = cmd.ProcessState.ExitCode()
	out.UserTime, out.SystemTime = cmd.ProcessState.UserTime(), cmd.ProcessState.SystemTime()
	out.Status = status(out.ExitCode, len(interrupts) > 0, killed)
	return out, nil
}

// setStreams leaves a nil file a nil interface, which is the null device.
func setStreams(cmd *exec.Cmd, c Command) {
	if c.Stdin != nil {
		cmd.Stdin = c.Stdin
	}
	if c.Stdout != nil {
		cmd.Stdout = c.Stdout
	}
	if c.Stderr != nil {
		cmd.Stderr = c.Stderr
	}
}

// wait waits for the command's end, and tells whether it was killed.
func wait(ctx context.Context, cmd *exec.Cmd, grace time.Duration) (killed bool) {
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-ended:
		return false
	case <-ctx.Done():
	}
	select {
	case <-ended:
		return false
	case <-time.After(grace):
		_ = cmd.Process.Kill() // fails only if it has ended
		<-ended
		return true
	}
}

func status(code int, interrupted, killed bool) Status {
	const interruptedCode = 0xC000013A // STATUS_CONTROL_C_EXIT
	switch {
	case killed:
		return Killed
	case interrupted, uint32(code) == interruptedCode:
		return Interrupted
	case code == 0:
		return Completed
	}
	return Failed
}

func notStarted(c Command, err error) (Outcome, error) {
	out := Outcome{Status: NotStarted, ExitCode: 125}
	if c.Now != nil {
		out.Started = c.Now()
		out.Ended = out.Started
	}
	switch {
	case len(c.Argv) == 0:
		return out, err
	case errors.Is(err, exec.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		out.ExitCode = 127
		return out, fmt.Errorf("starting %q: %w: %w", c.Argv[0], ErrNotFound, err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, exec.ErrDot):
		out.ExitCode = 126
		return out, fmt.Errorf("starting %q: %w: %w", c.Argv[0], ErrNotExecutable, err)
	}
	return out, fmt.Errorf("starting %q: %w", c.Argv[0], err)
}

// Hold keeps Ctrl-C from ending this process, also when no Run is under way, until
// release is called: a caller holds it from before the start until its record is
// settled. It arrives on the channel, as far as that has room.
func Hold() (signals <-chan os.Signal, release func()) {
	c := make(chan os.Signal, 16)
	signal.Notify(c, os.Interrupt)
	return c, func() { signal.Stop(c) }
}
