package child

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

const lastSignal = unix.Signal(64)

// maxrssUnit is what ru_maxrss counts.
const maxrssUnit = 1024

// reserved are the signals that C libraries and the Go runtime have for threads.
func reserved(s unix.Signal) bool { return s >= 32 && s <= 34 || s == unix.SIGSTKFLT }

// forThread is the set in the form that a thread's mask is set by.
func (set signalSet) forThread() *unix.Sigset_t {
	var mask unix.Sigset_t
	bits := 8 * int(unsafe.Sizeof(mask.Val[0]))
	for s := unix.Signal(1); s <= lastSignal; s++ {
		if set.has(s) {
			mask.Val[int(s-1)/bits] |= 1 << (int(s-1) % bits)
		}
	}
	return &mask
}

// setMask sets the signal mask of this thread, which must be locked.
func setMask(mask *unix.Sigset_t) (restore func()) {
	var old unix.Sigset_t
	if unix.PthreadSigmask(unix.SIG_SETMASK, mask, &old) != nil {
		return func() {}
	}
	return func() { _ = unix.PthreadSigmask(unix.SIG_SETMASK, &old, nil) }
}
