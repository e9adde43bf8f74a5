//go:build unix

package child

import (
	"os"
	"os/signal"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"
)

func signalName(s Signal) string {
	if name := unix.SignalName(unix.Signal(s)); name != "" {
		return name
	}
	return "signal " + strconv.Itoa(int(s))
}

// stops are the signals by which people and schedulers ask a process to stop.
var stops = []os.Signal{unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT}

func asksToStop(s unix.Signal) bool { return slices.Contains(stops, os.Signal(s)) }

// relayable tells whether s is passed on to the command. What the hardware or the
// kernel raises for our own doings is not, nor what the Go runtime uses. SIGTTIN
// and SIGTTOU keep their default: the kernel sends them to the whole group.
func relayable(s unix.Signal) bool {
	switch s {
	case unix.SIGKILL, unix.SIGSTOP, unix.SIGCHLD, unix.SIGTTIN, unix.SIGTTOU,
		unix.SIGILL, unix.SIGTRAP, unix.SIGBUS, unix.SIGFPE, unix.SIGSEGV, unix.SIGSYS,
		unix.SIGPIPE, unix.SIGXCPU, unix.SIGXFSZ, unix.SIGURG, unix.SIGPROF:
		return false
	}
	return s > 0 && s <= lastSignal && !reserved(s)
}

// Catching a signal takes the Go runtime some 40 µs, so only those that would end
// us are caught before the start, and those that few send only while the command
// runs on.
var prompt = []os.Signal{unix.SIGUSR1, unix.SIGUSR2, unix.SIGALRM, unix.SIGTSTP, unix.SIGCONT}

// listen catches the signals that would end us. Those that were ignored when this
// process started must be so when the command starts.
func (r *run) listen() (release func()) {
	ignored := inherited().ignored
	signal.Notify(r.signals, ignored.without(stops)...)
	ignored.ignore()
	return func() {
		signal.Stop(r.signals)
		ignored.ignore()
	}
}

// overhear catches what a command that has just started may be sent, the ignored
// signals included: it may have set up handlers for them.
func (r *run) overhear() (release func()) {
	catchPause()
	signal.Notify(r.signals, slices.Concat(prompt, stops)...)
	return releasePause
}

// overhearAll catches all signals that are passed on.
func (r *run) overhearAll() {
	for s := unix.Signal(1); s <= lastSignal; s++ {
		if relayable(s) {
			signal.Notify(r.signals, s)
		}
	}
}

// Hold keeps the signals that ask a process to stop (SIGINT, SIGTERM, SIGHUP,
// SIGQUIT) from ending this one, also when no Run is under way, until release is
// called: a caller holds them from before the start until its record is settled.
// They arrive on the channel, as far as it has room. Signals that were ignored
// when this process started stay ignored.
func Hold() (signals <-chan os.Signal, release func()) {
	c := make(chan os.Signal, 16)
	signal.Notify(c, inherited().ignored.without(stops)...)
	return c, func() { signal.Stop(c) }
}

// signalSet has bit s-1 set for signal s, as the kernel has it.
type signalSet uint64

func setOf(s unix.Signal) signalSet { return 1 << (s - 1) }

func (set signalSet) has(s os.Signal) bool {
	n := s.(unix.Signal)
	return n > 0 && set&setOf(n) != 0
}

// without is what of all is not in the set.
func (set signalSet) without(all []os.Signal) []os.Signal {
	return slices.DeleteFunc(slices.Clone(all), set.has)
}

// ignore ignores the signals of the set, as far as the Go runtime can do without
// them: it needs SIGCHLD, SIGURG and SIGPROF.
func (set signalSet) ignore() {
	for s := unix.Signal(1); s <= lastSignal; s++ {
		if set.has(s) && s != unix.SIGCHLD && s != unix.SIGURG && s != unix.SIGPROF {
			signal.Ignore(s)
		}
	}
}
