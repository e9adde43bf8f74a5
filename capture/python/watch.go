package python

import (
	"context"
	"time"
)

// WatchOptions say what to watch. Only PID is required.
type WatchOptions struct {
	PID  int           // the process whose descendants are looked at, itself included
	Proc string        // where /proc is; empty for /proc
	From time.Duration // the first pause between two looks; 0 for 4 ms
	To   time.Duration // the longest one, reached by doubling; 0 for 250 ms
}

// Watch looks for Python interpreters among a process and its descendants until
// ctx ends or the process is gone, and answers each different one in the order
// in which it was first seen. A process that starts and ends between two looks is
// missed. Where there is no /proc the answer is empty, at once.
func Watch(ctx context.Context, o WatchOptions) []Interpreter { return nil }

// OfProcess describes the interpreter that a process runs, from what /proc says
// of it; ok is false if it runs none or is gone. It is for callers that learn
// of processes in a better way than [Watch] does.
func OfProcess(ctx context.Context, proc string, pid int) (in Interpreter, ok bool) {
	return Interpreter{}, false
}
