package child

import (
	"os"
	"slices"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// orphans reaps the processes that come to us when their parents end: if we are
// PID 1, or were made a subreaper. We do not make ourselves one, since daemons
// would find another parent than the one that they wait for.
type orphans struct {
	adopts bool
	dirty  bool         // some child has changed since the last look
	seen   map[int]bool // those dead at the last look
}

// unclaimed is how long a dead process waits for whoever started it, as git is
// started and waited for in other parts of this program, before it counts as an
// orphan.
const unclaimed = time.Second

func newOrphans() orphans {
	var subreaper int32
	err := unix.Prctl(unix.PR_GET_CHILD_SUBREAPER, uintptr(unsafe.Pointer(&subreaper)), 0, 0, 0)
	return orphans{adopts: os.Getpid() == 1 || err == nil && subreaper != 0}
}

func (o *orphans) ticker() (tick <-chan time.Time, stop func()) {
	if !o.adopts {
		return nil, func() {}
	}
	t := time.NewTicker(unclaimed)
	return t.C, t.Stop
}

func (o *orphans) changed() { o.dirty = true }

// reap takes the status of the dead among our children that were dead at the last
// look as well, except those that are waited for by number.
func (o *orphans) reap(except ...int) {
	if !o.dirty && len(o.seen) == 0 {
		return
	}
	o.dirty = false
	last := o.seen
	o.seen = make(map[int]bool)
	for _, pid := range processes() {
		s, err := readStat(pid)
		switch {
		case err != nil || s.parent != os.Getpid() || !s.dead() || slices.Contains(except, pid):
		case last[pid]:
			_, _ = unix.Wait4(pid, nil, unix.WNOHANG, nil) // fails only if it was claimed
		default:
			o.seen[pid] = true
		}
	}
}
