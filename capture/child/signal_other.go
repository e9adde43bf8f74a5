//go:build unix && !linux

package child

import (
	"runtime"

	"golang.org/x/sys/unix"
)

const lastSignal = unix.Signal(31)

// maxrssUnit is what ru_maxrss counts.
var maxrssUnit = map[bool]int64{true: 1, false: 1024}[runtime.GOOS == "darwin"]

func reserved(s unix.Signal) bool { return s == unix.SIGEMT }
