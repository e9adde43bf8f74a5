//go:build !linux

package python

import "context"

// Watch looks for Python interpreters among a process and its descendants. Here
// there is no /proc to look at: the answer is empty, at once.
func Watch(context.Context, WatchOptions) []Interpreter { return nil }

// OfProcess describes the interpreter that a process runs. Here it knows none.
func OfProcess(context.Context, string, int) (in Interpreter, ok bool) { return Interpreter{}, false }
