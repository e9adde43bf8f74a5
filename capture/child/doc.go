// Package child runs one command and behaves as if it were not there.
//
// The command keeps what it would have had without us: standard streams and
// other inherited descriptors, the process group and the terminal, the signal
// mask, the ignored signals and the resource limits. No byte of its output passes
// through us. [Run] returns when the command has ended, with an [Outcome] that
// says how; [Outcome.ShellStatus] is the status that a shell would have seen.
//
// # Identity
//
// [Identify] names a process so that a later program can tell, with [Alive], the
// same process from another that has got its number.
package child
