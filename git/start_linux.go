package git

import (
	"os/exec"
	"runtime"

	"golang.org/x/sys/unix"
)

// start starts git with the signals of job control blocked. The fork stands in our
// process group until it has left it: a Ctrl-Z in that instant would stop it before
// it is git, no later "fg" would reach it, and whoever forked it waits for ever.
func start(cmd *exec.Cmd) error {
	runtime.LockOSThread() // the mask is the thread's
	defer runtime.UnlockOSThread()
	var stops, mask unix.Sigset_t
	for _, s := range []unix.Signal{unix.SIGTSTP, unix.SIGTTIN, unix.SIGTTOU} {
		stops.Val[0] |= 1 << (s - 1)
	}
	if unix.PthreadSigmask(unix.SIG_BLOCK, &stops, &mask) == nil {
		defer func() { _ = unix.PthreadSigmask(unix.SIG_SETMASK, &mask, nil) }()
	}
	return cmd.Start()
}
