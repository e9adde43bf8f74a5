//go:build !linux

package git

import "os/exec"

func start(cmd *exec.Cmd) error { return cmd.Start() }
