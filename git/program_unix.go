//go:build unix

package git

import (
	"os/exec"
	"syscall"
)

// isolate takes git out of our process group: the Ctrl-C that ends a training
// must not end the look at its code. When the context ends, whatever git has
// started ends with it.
func isolate(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
