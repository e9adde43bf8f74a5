//go:build unix

package child

import (
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// afterthought is how long a signal that reached us is waited for at the probe: a
// scheduler signals the processes of a job one by one.
const afterthought = 5 * time.Millisecond

// relay passes a signal on that was sent to us, unless the command got it as well.
func (r *run) relay(s unix.Signal) {
	r.interrupt(s)
	if !r.reached(s) {
		r.kill(s)
	}
	r.blind = max(0, r.blind-1)
	switch s {
	case unix.SIGTSTP:
		r.asked = true
		if r.paused { // and so will not be stopped once more
			pause()
		}
	case unix.SIGCONT:
		// It has cancelled a SIGTSTP that we have not handled yet, and that would
		// stop a command that was continued: they do not come in their order.
		r.asked = false
		time.Sleep(afterthought)
		r.merge(unix.SIGTSTP)
	}
}

// interrupt notes that the command is asked to stop. One that ignores the signal
// is not interrupted by it.
func (r *run) interrupt(s unix.Signal) {
	if r.out.InterruptedBy == 0 && asksToStop(s) && !ignores(r.out.PID, s) {
		r.out.InterruptedBy = Signal(s)
	}
}

// kill signals the command. It is alive, or dead and not yet waited for.
func (r *run) kill(s unix.Signal) {
	_ = unix.Kill(r.out.PID, s) // fails only if it runs as another user now
}

// reached tells whether the command got the signal s by itself, for it was sent to
// our process group or to all processes of the job. The probe knows; without one,
// what a terminal sends is taken to come from it while we are in the foreground,
// and what continued us to have continued a command that goes on.
func (r *run) reached(s unix.Signal) bool {
	if group, err := unix.Getpgid(r.out.PID); err != nil || group != unix.Getpgrp() {
		return false
	}
	got, known := r.probe.got(s)
	if known && !got {
		time.Sleep(afterthought)
		got, known = r.probe.got(s)
	}
	switch {
	case got:
		r.probe = r.probe.renew(s)
		r.merge(s)
		return true
	case known && r.blind == 0:
		return false
	case s == unix.SIGCONT:
		return !r.paused
	}
	return terminalSends(s) && foreground()
}

// merge drops those of the signals not yet handled that are s, except for one that
// the probe has got since: the kernel makes one of those that a process has not yet
// handled, and timeout signals us, and then the group.
func (r *run) merge(s unix.Signal) {
	keep, _ := r.probe.got(s)
	for range len(r.signals) {
		other := <-r.signals
		if other != s || keep {
			r.signals <- other
		}
		keep = keep && other != s
	}
}

func terminalSends(s unix.Signal) bool {
	return s == unix.SIGINT || s == unix.SIGQUIT || s == unix.SIGTSTP || s == unix.SIGWINCH
}

// foreground tells whether we are in the foreground of our terminal.
func foreground() bool {
	tty, err := os.OpenFile("/dev/tty", os.O_RDONLY|unix.O_NOCTTY, 0)
	if err != nil {
		return false
	}
	defer tty.Close()
	group, err := unix.IoctlGetInt(int(tty.Fd()), unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}
