package python

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// OfProcess describes the interpreter that a process runs, from what /proc says
// of it; ok is false if it runs none or is gone. It is for callers that learn
// of processes in a better way than [Watch] does.
func OfProcess(ctx context.Context, proc string, pid int) (in Interpreter, ok bool) {
	l, ok := launchOf(proc, pid)
	if !ok {
		return Interpreter{}, false
	}
	return observe(ctx, l, pid)
}

func observe(ctx context.Context, l launch, pid int) (Interpreter, bool) {
	in, err := describe(ctx, l, fmt.Sprintf("process %d", pid))
	in.Observed = true
	return in, err == nil
}

// launchOf reads how a process was started; ok is false if what it executes is
// not named like an interpreter.
func launchOf(proc string, pid int) (l launch, ok bool) {
	dir := filepath.Join(proc, strconv.Itoa(pid))
	exe, err := os.Readlink(filepath.Join(dir, "exe"))
	if err != nil || !isInterpreter(filepath.Base(exe)) {
		return launch{}, false
	}
	cmdline, err := os.ReadFile(filepath.Join(dir, "cmdline"))
	if err != nil || len(cmdline) == 0 {
		return launch{}, false // a zombie
	}
	environment, _ := os.ReadFile(filepath.Join(dir, "environ"))
	cwd, _ := os.Readlink(filepath.Join(dir, "cwd"))
	args := strings.Split(strings.TrimSuffix(string(cmdline), "\x00"), "\x00")
	l.place = place{cwd, parseEnviron(strings.Split(string(environment), "\x00"))}
	l.path, l.args = l.executable(args[0], exe), args[1:]
	return l, true
}

// executable is what Python takes for sys.executable: its argv[0], looked up along
// PATH if it is a bare name. It counts if it leads to the program that really runs; a
// process can be given any argv[0].
func (p place) executable(name, exe string) string {
	if found, ok := p.find(name); ok && sameFile(found, exe) {
		return found
	}
	// A relative path, and a process that has gone elsewhere since.
	if pwd := p.env["PWD"]; pwd != "" {
		if found, ok := (place{pwd, p.env}).find(name); ok && sameFile(found, exe) {
			return found
		}
	}
	return exe
}

func sameFile(a, b string) bool {
	first, err := os.Stat(a)
	second, err2 := os.Stat(b)
	return err == nil && err2 == nil && os.SameFile(first, second)
}
