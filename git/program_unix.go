//go:build unix

package git

import (
	"os/exec"
	"syscall"
)

// isolate takes git out of our process group: the Ctrl-C that ends a training
// must not end the look at its code.
func isolate(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
