//go:build !linux && !darwin && !windows

package child

import (
	"errors"
	"fmt"
)

// Identify names the process pid, which is alive.
func Identify(pid int) (Identity, error) {
	return Identity{}, fmt.Errorf("identifying process %d: %w", pid, errors.ErrUnsupported)
}

// Alive tells whether the process is still running. Its error wraps
// [ErrElsewhere] if that cannot be seen from here.
func Alive(id Identity) (bool, error) {
	return false, fmt.Errorf("looking for process %d: %w", id.PID, ErrElsewhere)
}
