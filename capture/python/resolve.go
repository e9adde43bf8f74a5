package python

import (
	"bytes"
	"context"
	"path/filepath"
	"slices"
	"strings"
)

// Resolve tells which interpreter a command will run, without running anything.
// The answer is false, without an error, for a command that starts no Python as
// far as can be seen beforehand. An error means that it starts one that could
// not be described, or that ctx ended.
func Resolve(ctx context.Context, c Command) (Interpreter, bool, error) {
	budget := maxCommands
	l, how, ok := step{place{c.Dir, parseEnviron(c.Env)}, nil, &budget}.command(c.Args)
	if err := ctx.Err(); err != nil || !ok {
		return Interpreter{}, false, err
	}
	in, err := describe(ctx, l, strings.Join(how, ", "))
	return in, err == nil, err
}

// maxSteps bounds how many programs are followed that start each other,
// maxCommands how many are looked at in all: scripts may call each other in loops.
const (
	maxSteps    = 20
	maxCommands = 2000
)

// step is where a resolution stands: in which place the next program is started,
// and what led there.
type step struct {
	place
	how    []string
	budget *int // shared by all steps
}

func (s step) next(p place, how string) step {
	s.place, s.how = p, append(slices.Clone(s.how), how)
	return s
}

// spent tells whether to give up.
func (s step) spent() bool {
	*s.budget--
	return *s.budget < 0 || len(s.how) > maxSteps
}

// command follows one command line to an interpreter.
func (s step) command(args []string) (launch, []string, bool) {
	if len(args) == 0 || s.spent() {
		return launch{}, nil, false
	}
	name := strings.TrimSuffix(filepath.Base(args[0]), ".exe")
	if p, known := prefixes[name]; known {
		rest, place, ok := p.strip(args[1:], s.place)
		if !ok {
			return launch{}, nil, false
		}
		return s.next(place, name).command(rest)
	}
	if slices.Contains(spawners, name) {
		return s.next(s.place, name).spawned(args[1:])
	}
	if f, known := launchers[name]; known {
		rest, place, ok := f(args, s.place)
		if ok {
			return s.next(place, name+" run").command(rest)
		}
		return launch{}, nil, false
	}
	if slices.Contains(shells, name) {
		return s.shell(name, args[1:])
	}
	path, ok := s.find(args[0])
	if !ok {
		return launch{}, nil, false
	}
	return s.program(path, args[1:])
}

// spawned follows the first of the arguments that leads somewhere: the options of
// programs such as mpirun are too many to know.
func (s step) spawned(args []string) (launch, []string, bool) {
	for i := range args {
		if l, how, ok := s.command(args[i:]); ok {
			return l, how, true
		}
	}
	return launch{}, nil, false
}

// program follows a file that is executed.
func (s step) program(path string, args []string) (launch, []string, bool) {
	if s.spent() {
		return launch{}, nil, false
	}
	head := readHead(path, 4096)
	switch {
	case len(head) == 0:
		return launch{}, nil, false
	case isShim(path, head):
		p, found, ok := s.shim(path, head, args)
		if !ok {
			return launch{}, nil, false
		}
		return s.next(p, "pyenv").program(found, args)
	case bytes.HasPrefix(head, []byte("#!")):
		if found, ok := polyglot(path, head); ok {
			return s.next(s.place, "shebang of "+filepath.Base(path)).program(found, append([]string{path}, args...))
		}
		return s.next(s.place, "shebang of "+filepath.Base(path)).command(append(shebang(head), append([]string{path}, args...)...))
	case isInterpreter(filepath.Base(path)) || isInterpreter(filepath.Base(followed(path))):
		how := s.how
		if len(how) == 0 {
			how = []string{"command line"}
		}
		return launch{s.place, path, args}, how, true
	case !bytes.ContainsRune(head, 0): // the shell runs what is no program
		return s.next(s.place, "script "+filepath.Base(path)).script(path)
	}
	return launch{}, nil, false
}
