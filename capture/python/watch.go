package python

import "time"

// WatchOptions say what to watch. Only PID is required.
type WatchOptions struct {
	// PID is the process that is looked at with all its descendants. It may be the
	// caller's own, if that adopts orphans; the watch then ends with its context.
	PID  int
	Proc string        // where /proc is; empty for /proc
	From time.Duration // the first pause between two looks; 0 for 4 ms
	To   time.Duration // the longest one, reached by doubling; 0 for 250 ms

	// Seen is called with each interpreter soon after it was seen, by one goroutine.
	Seen func(Interpreter)
}

func (o WatchOptions) withDefaults() WatchOptions {
	if o.Proc == "" {
		o.Proc = "/proc"
	}
	if o.From <= 0 {
		o.From = 4 * time.Millisecond
	}
	if o.To <= 0 {
		o.To = 250 * time.Millisecond
	}
	return o
}
