package child

import "errors"

// Identity names one process of one boot of one machine.
type Identity struct {
	PID int
	// Start is when the kernel started it, in a unit of the system's own.
	Start uint64
	// Boot is random for each boot of each machine; empty where the system has
	// no such thing.
	Boot string
	// Namespace is what PID counts in; empty where there is only one.
	Namespace string
}

// ErrElsewhere says that a process was named under another boot, on another
// machine or in another container, so that nothing can be said of it here.
var ErrElsewhere = errors.New("the process is of another boot, machine or container")
