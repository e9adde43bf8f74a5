package child

import (
	"os/signal"
	"runtime"
	"sync"
	"unsafe"

	"golang.org/x/sys/unix"
)

// action is room for the kernel's struct sigaction on any architecture; zero is the
// default action.
type action [64]byte

// setAction is rt_sigaction, which os/signal does not give: it cannot set a signal
// that stops processes back to its default.
func setAction(s unix.Signal, to *action) (old action, err error) {
	_, _, errno := unix.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(s),
		uintptr(unsafe.Pointer(to)), uintptr(unsafe.Pointer(&old)), 8, 0, 0)
	if errno != 0 {
		return old, errno
	}
	return old, nil
}

// pause stops this process as its command was: by SIGTSTP, whose number the shell
// is told. It returns when we are continued.
func pause() {
	runtime.LockOSThread() // the signal goes to this thread, so that none outruns it
	defer runtime.UnlockOSThread()
	var mask unix.Sigset_t
	if unix.PthreadSigmask(unix.SIG_UNBLOCK, setOf(unix.SIGTSTP).forThread(), &mask) != nil {
		return
	}
	defer func() { _ = unix.PthreadSigmask(unix.SIG_SETMASK, &mask, nil) }()
	caught, err := setAction(unix.SIGTSTP, &action{})
	if err != nil {
		return
	}
	_ = unix.Tgkill(unix.Getpid(), unix.Gettid(), unix.SIGTSTP) // to ourselves
	_, _ = setAction(unix.SIGTSTP, &caught)
}

// listeners counts the Runs that catch SIGTSTP.
var listeners struct {
	sync.Mutex
	count int
}

func catchPause() {
	listeners.Lock()
	defer listeners.Unlock()
	listeners.count++
}

// releasePause lets SIGTSTP stop this process again after the last Run.
func releasePause() {
	listeners.Lock()
	defer listeners.Unlock()
	listeners.count--
	if listeners.count == 0 && !inherited().ignored.has(unix.SIGTSTP) {
		signal.Ignore(unix.SIGTSTP) // so that the runtime has no handler to keep
		_, _ = setAction(unix.SIGTSTP, &action{})
	}
}
