package child

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// Identify names the process pid, which is alive.
func Identify(pid int) (Identity, error) {
	s, err := readStat(pid)
	if err != nil {
		return Identity{}, fmt.Errorf("identifying process %d: %w", pid, err)
	}
	boot, namespace, err := here()
	if err != nil {
		return Identity{}, fmt.Errorf("identifying process %d: %w", pid, err)
	}
	return Identity{PID: pid, Start: s.start, Boot: boot, Namespace: namespace}, nil
}

// here is the boot, and the namespace that numbers of processes are of.
func here() (boot, namespace string, err error) {
	raw, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return "", "", err
	}
	namespace, err = os.Readlink("/proc/self/ns/pid")
	return strings.TrimSpace(string(raw)), namespace, err
}

// Alive tells whether the process is still running. Its error wraps
// [ErrElsewhere] if that cannot be seen from here.
func Alive(id Identity) (bool, error) {
	boot, namespace, err := here()
	if err != nil {
		return false, fmt.Errorf("looking for process %d: %w", id.PID, err)
	}
	if id.PID <= 0 || id.Boot != boot || id.Namespace != namespace {
		return false, fmt.Errorf("looking for process %d: %w", id.PID, ErrElsewhere)
	}
	s, err := readStat(id.PID)
	switch {
	case err == nil:
		return s.start == id.Start && !s.dead(), nil
	case !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, unix.ESRCH):
		return false, fmt.Errorf("looking for process %d: %w", id.PID, err)
	case unix.Kill(id.PID, 0) == unix.EPERM: // another user's, and hidden from us
		return false, fmt.Errorf("looking for process %d: %w", id.PID, fs.ErrPermission)
	}
	return false, nil
}
