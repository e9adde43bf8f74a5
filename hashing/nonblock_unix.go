//go:build unix

package hashing

import "syscall"

const nonblock = syscall.O_NONBLOCK
