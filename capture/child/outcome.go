package child

import (
	"time"
)

// Status is how a command ended.
type Status string

// The ways in which a command ends.
const (
	// NotStarted: there was no such command, or it could not be executed.
	NotStarted Status = "not-started"
	// Completed: it exited with 0, and nobody had asked it to stop.
	Completed Status = "completed"
	// Failed: it exited with another status, or crashed.
	Failed Status = "failed"
	// Interrupted: it was asked to stop, and stopped, whatever its status: a
	// training that saves a checkpoint on SIGTERM and exits with 0 has not
	// done its work.
	Interrupted Status = "interrupted"
	// Killed: SIGKILL or the kernel's out-of-memory killer ended it.
	Killed Status = "killed"
)

// Signal is a signal's number on this system; zero is none.
type Signal int

// Process names one process among many.
type Process struct {
	PID  int
	Name string // argv[0], or the kernel's name for it where that is hidden
}

// Outcome is how a command ended and what it took.
type Outcome struct {
	Status Status
	// PID is zero if the command did not start.
	PID int
	// ExitCode is the command's own; 126, 127 or (for a failure of ours) 125 if
	// it did not start; -1 if a signal ended it, or if another part of this
	// program has taken its status.
	ExitCode int
	// Signal is what ended the command, if a signal did.
	Signal Signal
	// CoreDumped tells whether the command left a core dump.
	CoreDumped bool
	// OOM tells that the out-of-memory killer took a process of the command's
	// control group (of the machine, where there is none) while it ran.
	OOM bool
	// InterruptedBy is the first signal that asked the command to stop while it
	// ran, and that it did not ignore.
	InterruptedBy Signal
	// Started and Ended are by Command's clock.
	Started, Ended time.Time
	// UserTime, SystemTime and PeakRSS (bytes, of the largest process) cover
	// the command and those descendants that were waited for. The peak is zero,
	// which is unknown, if it was no higher than ours when the command started:
	// the kernel counts that in.
	UserTime, SystemTime time.Duration
	PeakRSS              int64
	// Survivors are processes of the command's that are still alive.
	Survivors []Process
}

// ShellStatus is the exit status that a shell would have seen: the command's,
// 128+n for a signal, 127 not found, 126 not executable, 125 for a failure of
// ours.
func (o Outcome) ShellStatus() int {
	switch {
	case o.Signal != 0:
		return 128 + int(o.Signal)
	case o.ExitCode < 0:
		return 125
	}
	return o.ExitCode
}

// String is the signal's name, as SIGTERM.
func (s Signal) String() string { return signalName(s) }
