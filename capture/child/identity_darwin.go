package child

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// Identify names the process pid, which is alive.
func Identify(pid int) (Identity, error) {
	boot, err := unix.Sysctl("kern.bootsessionuuid")
	if err != nil {
		return Identity{}, fmt.Errorf("identifying process %d: %w", pid, err)
	}
	info, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil {
		return Identity{}, fmt.Errorf("identifying process %d: %w", pid, err)
	}
	return Identity{PID: pid, Start: uint64(info.Proc.P_starttime.Nano()), Boot: boot}, nil
}

// Alive tells whether the process is still running. Its error wraps
// [ErrElsewhere] if that cannot be seen from here.
func Alive(id Identity) (bool, error) {
	boot, err := unix.Sysctl("kern.bootsessionuuid")
	if err != nil {
		return false, fmt.Errorf("looking for process %d: %w", id.PID, err)
	}
	if id.PID <= 0 || id.Boot != boot {
		return false, fmt.Errorf("looking for process %d: %w", id.PID, ErrElsewhere)
	}
	const zombie = 5 // SZOMB
	info, err := unix.SysctlKinfoProc("kern.proc.pid", id.PID)
	switch {
	case err == unix.EIO: // it gives no process for a number that is free
		return false, nil
	case err != nil:
		return false, fmt.Errorf("looking for process %d: %w", id.PID, err)
	}
	return uint64(info.Proc.P_starttime.Nano()) == id.Start && info.Proc.P_stat != zombie, nil
}
