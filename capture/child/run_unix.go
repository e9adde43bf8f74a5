//go:build unix

package child

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
)

// Run starts c, waits for its end and says how it ended. It returns an error if
// and only if the command did not start: one that wraps [ErrNotFound] or
// [ErrNotExecutable], or a failure of ours; the Outcome is then NotStarted, with
// the status to exit with.
//
// When ctx ends the command is asked to stop with SIGTERM, and killed after
// c.Grace. Otherwise Run sends no signal that was not sent to this process, so ctx
// must not be one that signals end. Two Runs at a time are possible, but both
// relay each signal.
func Run(ctx context.Context, c Command) (Outcome, error) {
	if err := c.check(); err != nil {
		return notStarted(c, err)
	}
	if ctx.Err() != nil {
		return notStarted(c, fmt.Errorf("starting %q: %w", c.Argv[0], context.Cause(ctx)))
	}
	r := run{cmd: c, ended: make(chan os.Signal, 1), signals: make(chan os.Signal, 128)}
	signal.Notify(r.ended, unix.SIGCHLD)
	defer signal.Stop(r.ended)
	defer r.listen()()
	oom := oomKills()
	if err := r.start(); err != nil {
		return notStarted(c, err)
	}
	defer r.overhear()()
	r.greet()
	r.wait(ctx)
	r.hear()
	r.probe.stop()
	r.out.OOM = oomKills() > oom
	r.out.Status = r.out.status()
	r.out.Survivors = survivors(c.Mark)
	return r.out, nil
}

func notStarted(c Command, err error) (Outcome, error) {
	out := Outcome{Status: NotStarted, ExitCode: 125}
	switch {
	case errors.Is(err, ErrNotFound):
		out.ExitCode = 127
	case errors.Is(err, ErrNotExecutable):
		out.ExitCode = 126
	}
	if c.Now != nil {
		out.Started = c.Now()
		out.Ended = out.Started
	}
	return out, err
}

// run is one command under way. One goroutine has it, waits for the command and
// signals it, so that no signal goes to a process that was already waited for.
type run struct {
	cmd     Command
	out     Outcome
	ended   chan os.Signal // SIGCHLD: some child has changed
	signals chan os.Signal // what was sent to us
	probe   *probe
	orphans orphans
	paused  bool  // the command is stopped
	asked   bool  // it was asked to pause since it last went on
	size    int64 // our own peak when it started, as getrusage has it
	early   int   // how many of the signals came before it started
	blind   int   // how many of the signals came before there was a probe
}

// settled is how long a command runs before it gets what only a longer one needs.
const settled = 5 * time.Millisecond

// wait serves the command until its end.
func (r *run) wait(ctx context.Context) {
	settled := time.NewTimer(settled)
	defer settled.Stop()
	tick, stop := r.orphans.ticker()
	defer stop()
	cancelled, kill := ctx.Done(), (<-chan time.Time)(nil)
	for !r.collect() {
		select {
		case <-r.ended:
			r.orphans.changed()
		case s := <-r.signals:
			r.relay(s.(unix.Signal))
		case <-settled.C:
			r.probe = startProbe()
			flush()
			r.blind = len(r.signals)
			r.overhearAll()
		case <-tick:
			r.orphans.reap(r.out.PID, r.probe.id())
		case <-cancelled:
			cancelled, kill = nil, time.After(r.cmd.Grace)
			r.interrupt(unix.SIGTERM)
			r.kill(unix.SIGTERM)
		case <-kill:
			r.kill(unix.SIGKILL)
		}
	}
}

// hear notes a request to stop that came before the command's end and was not
// handled: a command that got it as well may have ended by it. The probe knows;
// without one, all that has come counts.
func (r *run) hear() {
	flush()
	for range len(r.signals) {
		s := (<-r.signals).(unix.Signal)
		if _, known := r.probe.got(s); !known || r.blind > 0 {
			r.interrupt(s)
		}
		r.blind = max(0, r.blind-1)
	}
	for _, s := range stops {
		if got, _ := r.probe.got(s.(unix.Signal)); got {
			r.interrupt(s.(unix.Signal))
		}
	}
}

// flush returns when the signals that were sent to us have come: the kernel delivers
// them by their numbers, and SIGCHLD stands behind those that ask to stop.
func flush() {
	last := make(chan os.Signal, 1)
	signal.Notify(last, unix.SIGCHLD)
	defer signal.Stop(last)
	if unix.Kill(unix.Getpid(), unix.SIGCHLD) != nil {
		return
	}
	select {
	case <-last:
	case <-time.After(time.Second):
	}
}

// collect takes what the kernel has to say of the command, and tells whether it
// has ended.
func (r *run) collect() bool {
	for {
		var ws unix.WaitStatus
		var usage unix.Rusage
		pid, err := unix.Wait4(r.out.PID, &ws, unix.WNOHANG|unix.WUNTRACED|unix.WCONTINUED, &usage)
		switch {
		case err == unix.EINTR:
		case err != nil:
			// Somebody else has waited for it: how it ended is not known, and
			// that is no success.
			r.out.ExitCode, r.out.Ended = -1, r.cmd.Now()
			return true
		case pid == 0:
			return false
		case ws.Stopped():
			r.stopped(ws.StopSignal())
		case ws.Continued():
			r.paused, r.asked = false, false
		default:
			r.finish(ws, &usage)
			return true
		}
	}
}

// stopped is called when the command was. We stop as well when it was for job
// control, so that the shell sees what it would have seen; SIGSTOP, which comes
// from debuggers and limiters that know the command's own number, and continue
// only that, stops us only after a request to pause.
func (r *run) stopped(by unix.Signal) {
	r.paused = true
	if by == unix.SIGTSTP || by == unix.SIGSTOP && r.asked {
		r.asked = false
		pause()
	}
}

// finish notes how the command ended.
func (r *run) finish(ws unix.WaitStatus, usage *unix.Rusage) {
	r.out.Ended = r.cmd.Now()
	r.out.ExitCode = ws.ExitStatus()
	if ws.Signaled() {
		r.out.Signal = Signal(ws.Signal())
		r.out.CoreDumped = ws.CoreDump()
	}
	r.out.UserTime = time.Duration(usage.Utime.Nano())
	r.out.SystemTime = time.Duration(usage.Stime.Nano())
	if peak := int64(usage.Maxrss); peak > r.size {
		r.out.PeakRSS = peak * maxrssUnit
	}
}
