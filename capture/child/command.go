package child

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// Command is one command to run. Argv, Env and Now are needed.
type Command struct {
	// Argv is the command's name, as typed, and its arguments. A name without
	// a slash is looked up in the PATH of Env.
	Argv []string
	// Dir is the command's working directory; empty is ours.
	Dir string
	// Env is the command's whole environment.
	Env []string
	// Stdin, Stdout and Stderr become the command's descriptors 0, 1 and 2 as
	// they are; nil is the null device.
	Stdin, Stdout, Stderr *os.File
	// Mark is an entry of Env that no other command has, as LINEAGE_PARENT=…;
	// processes that outlive the command are known by it.
	Mark string
	// Grace is how long the command may go on after the context of Run has
	// ended and it was asked to stop with SIGTERM; then it is killed. Zero is
	// no time at all.
	Grace time.Duration
	// Started, if not nil, is called once when the command has started. Signals
	// wait for its return.
	Started func(pid int)
	// Now is the clock.
	Now func() time.Time
}

// Errors of a command that did not start, told apart as a shell does.
var (
	ErrNotFound      = errors.New("command not found")
	ErrNotExecutable = errors.New("command cannot be executed")
)

// check tells what of c is missing.
func (c *Command) check() error {
	switch {
	case len(c.Argv) == 0:
		return errors.New("starting a command: no command given")
	case c.Now == nil:
		return fmt.Errorf("starting %q: no clock given", c.Argv[0])
	}
	null := func(s string) bool { return strings.ContainsRune(s, 0) }
	switch {
	case null(c.Dir), slices.ContainsFunc(c.Argv, null):
		return fmt.Errorf("starting %q: null byte in the folder or in an argument", c.Argv[0])
	case slices.ContainsFunc(c.Env, null):
		return fmt.Errorf("starting %q: null byte in the environment", c.Argv[0])
	}
	return nil
}
