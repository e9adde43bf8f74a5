//go:build unix

package child

import (
	"strconv"

	"golang.org/x/sys/unix"
)

func signalName(s Signal) string {
	if name := unix.SignalName(unix.Signal(s)); name != "" {
		return name
	}
	return "signal " + strconv.Itoa(int(s))
}
