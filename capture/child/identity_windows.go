package child

import (
	"errors"
	"fmt"

	"golang.org/x/sys/windows"
)

// Identify names the process pid, which is alive. Windows has no name for a boot;
// the time of a process's start, to 100 ns, stands for it.
func Identify(pid int) (Identity, error) {
	start, _, err := times(pid)
	if err != nil {
		return Identity{}, fmt.Errorf("identifying process %d: %w", pid, err)
	}
	return Identity{PID: pid, Start: start}, nil
}

// Alive tells whether the process is still running. Its error wraps
// [ErrElsewhere] if that cannot be seen from here.
func Alive(id Identity) (bool, error) {
	if id.PID <= 0 || id.Boot != "" {
		return false, fmt.Errorf("looking for process %d: %w", id.PID, ErrElsewhere)
	}
	start, running, err := times(id.PID)
	switch {
	case errors.Is(err, windows.ERROR_INVALID_PARAMETER): // no such process
		return false, nil
	case err != nil:
		return false, fmt.Errorf("looking for process %d: %w", id.PID, err)
	}
	return running && start == id.Start, nil
}

// times is when the process was started, and whether it still runs.
func times(pid int) (start uint64, running bool, err error) {
	const access = windows.PROCESS_QUERY_LIMITED_INFORMATION | windows.SYNCHRONIZE
	h, err := windows.OpenProcess(access, false, uint32(pid))
	if err != nil {
		return 0, false, err
	}
	defer windows.CloseHandle(h)
	var creation, exit, kernel, user windows.Filetime
	if err := windows.GetProcessTimes(h, &creation, &exit, &kernel, &user); err != nil {
		return 0, false, err
	}
	event, err := windows.WaitForSingleObject(h, 0)
	return uint64(creation.Nanoseconds()), event == uint32(windows.WAIT_TIMEOUT), err
}
