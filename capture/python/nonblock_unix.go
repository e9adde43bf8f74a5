//go:build unix

package python

import "syscall"

const nonblock = syscall.O_NONBLOCK
