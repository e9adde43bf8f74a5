package child

import (
	"context"
	"errors"
	"os"
)

// Run starts c, waits for its end and says how it ended. It returns an error if
// and only if the command did not start: one that wraps [ErrNotFound] or
// [ErrNotExecutable], or a failure of ours; the Outcome is then NotStarted, with
// the status to exit with. When ctx ends the command is asked to stop, and killed
// after c.Grace; ctx must not be one that signals end.
func Run(ctx context.Context, c Command) (Outcome, error) {
	return Outcome{Status: NotStarted, ExitCode: 125}, errors.New("not yet there")
}

// Hold keeps the signals that ask a process to stop (SIGINT, SIGTERM, SIGHUP,
// SIGQUIT) from ending this one, also when no Run is under way, until release is
// called: a caller holds them from before the start until its record is settled.
// They arrive on the channel, as far as it has room. Signals that were ignored
// when this process started stay ignored.
func Hold() (signals <-chan os.Signal, release func()) {
	return nil, func() {}
}

// Identify names the process pid, which is alive.
func Identify(pid int) (Identity, error) {
	return Identity{}, errors.New("not yet there")
}

// Alive tells whether the process is still running. Its error wraps
// [ErrElsewhere] if that cannot be seen from here.
func Alive(id Identity) (bool, error) {
	return false, errors.New("not yet there")
}
