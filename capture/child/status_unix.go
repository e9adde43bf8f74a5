//go:build unix

package child

import "golang.org/x/sys/unix"

// shellKilled is how a shell reports that its last command got SIGKILL.
const shellKilled = 128 + int(unix.SIGKILL)

// status sorts an ending. An interruption that was followed by success is still
// one: nothing tells a training that finished in spite of it from one that saved
// a checkpoint and left.
func (o *Outcome) status() Status {
	switch {
	case o.Signal == Signal(unix.SIGKILL), o.OOM && o.ExitCode == shellKilled:
		return Killed
	case o.InterruptedBy != 0, o.Signal != 0 && asksToStop(unix.Signal(o.Signal)):
		return Interrupted
	case o.ExitCode == 0 && o.Signal == 0:
		return Completed
	}
	return Failed
}
