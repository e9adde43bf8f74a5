package child

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"
)

// stat is what of /proc/<pid>/stat is needed here.
type stat struct {
	state  byte
	parent int
	start  uint64 // in clock ticks since the machine was started
}

// dead tells whether only the exit status of the process is left.
func (s stat) dead() bool { return s.state == 'Z' || s.state == 'X' }

var errStat = errors.New("not the stat of a process")

// parseStat reads a stat. The second field is the program's name in parentheses,
// which may itself contain anything: it ends at the last one.
func parseStat(raw []byte) (stat, error) {
	end := bytes.LastIndexByte(raw, ')')
	if end < 0 {
		return stat{}, errStat
	}
	fields := bytes.Fields(raw[end+1:]) // from the third field
	if len(fields) < 20 || len(fields[0]) != 1 {
		return stat{}, errStat
	}
	parent, err := strconv.Atoi(string(fields[1]))
	if err != nil {
		return stat{}, errStat
	}
	start, err := strconv.ParseUint(string(fields[19]), 10, 64)
	if err != nil {
		return stat{}, errStat
	}
	return stat{fields[0][0], parent, start}, nil
}

// errForeignProc says that /proc shows the processes of another namespace, where our
// numbers are those of other processes.
var errForeignProc = errors.New("/proc does not show our processes")

var checkProc = sync.OnceValue(func() error {
	if self, err := os.Readlink("/proc/self"); err != nil || self != strconv.Itoa(os.Getpid()) {
		return errForeignProc
	}
	return nil
})

func readStat(pid int) (stat, error) {
	if err := checkProc(); err != nil {
		return stat{}, err
	}
	var room [1024]byte // the name is short, and the rest are numbers
	raw, err := readShort(procFile(pid, "stat"), room[:])
	if err != nil {
		return stat{}, err
	}
	return parseStat(raw)
}

// readShort reads a file that the kernel makes up at once, in half the time that
// [os.ReadFile] takes: there may be thousands.
func readShort(path string, room []byte) ([]byte, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	defer unix.Close(fd)
	n, err := unix.Read(fd, room)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: path, Err: err}
	}
	return room[:n], nil
}

func procFile(pid int, name string) string { return "/proc/" + strconv.Itoa(pid) + "/" + name }

// signals reads one of the signal sets in /proc/<pid>/status, as SigIgn.
func signals(pid int, name string) (signalSet, error) {
	if err := checkProc(); err != nil {
		return 0, err
	}
	raw, err := os.ReadFile(procFile(pid, "status"))
	if err != nil {
		return 0, err
	}
	return parseSignals(raw, name)
}

func parseSignals(raw []byte, name string) (signalSet, error) {
	for line := range bytes.Lines(raw) {
		if value, ok := bytes.CutPrefix(line, []byte(name+":")); ok {
			set, err := strconv.ParseUint(string(bytes.TrimSpace(value)), 16, 64)
			return signalSet(set), err
		}
	}
	return 0, fmt.Errorf("no %q in the status of a process", name)
}

// ignores tells whether the process ignores s.
func ignores(pid int, s unix.Signal) bool {
	set, err := signals(pid, "SigIgn")
	return err == nil && set.has(s)
}

// processes lists the numbers of all processes that can be seen.
func processes() []int {
	if checkProc() != nil {
		return nil
	}
	proc, err := os.Open("/proc")
	if err != nil {
		return nil
	}
	defer proc.Close()
	names, _ := proc.Readdirnames(-1)
	pids := make([]int, 0, len(names))
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids
}
