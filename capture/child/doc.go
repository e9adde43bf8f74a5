// Package child runs one command and behaves as if it were not there.
//
// [Run] returns when the command has ended, with an [Outcome] that says how;
// [Outcome.ShellStatus] is the status that a shell would have seen. A command that
// cannot be started is told from one that is not there as bash does, with which the
// tests compare it.
//
// # What the command finds
//
// The command has the descriptors, process group, session, terminal, signal mask,
// ignored signals, resource limits and working directory that it would have had. No
// byte of its input or output passes through us. Two things are the Go runtime's
// doing, and differ: a standard stream that was closed arrives as the null device,
// and an ignored SIGCHLD, SIGURG or signal of the hardware is not ignored. A program
// whose symbols were stripped (-ldflags=-s) also loses other ignored signals than
// SIGHUP, SIGINT and those of job control, and unblocks SIGCHLD and SIGPROF.
//
// # Signals
//
// A signal that was sent to us alone is passed on. One that the command got by
// itself, because a terminal or kill sent it to the whole process group or a
// scheduler sent it to every process of the job, is not, so that each is received
// once. A receiver cannot tell these apart; we look at a process that stands in the
// group for nothing else (on Linux, where tracing is allowed). Elsewhere, and in
// the first 5 ms, SIGINT, SIGQUIT, SIGTSTP and SIGWINCH count as the terminal's
// while we are in its foreground, and all else is passed on: a signal to the group
// then reaches the command twice.
//
// Ctrl-Z stops the command, and then us; fg and bg continue both. SIGSTOP to us
// alone cannot be passed on. SIGXCPU, SIGXFSZ and SIGPIPE are about what a process
// itself has done, and SIGURG is the Go runtime's: they are not passed on.
//
// We go on until the command ends. It is never killed, except after the context of
// Run has ended and the grace has passed; and if we are killed, it goes on. A
// signal that asks it to stop makes the outcome [Interrupted] whatever the command
// then does, unless the command was ignoring that signal.
//
// # Other processes
//
// Only the command is waited for: other parts of a program may start and wait for
// processes of their own. As PID 1, or as a subreaper, we also reap orphans: the
// dead that nobody has waited for after a second. We do not make ourselves a
// subreaper, since daemons would find another parent than the one they wait for;
// processes that outlive the command are known by an entry of their environment
// ([Command.Mark]), which a process that clears its environment escapes.
//
// We hold the descriptors that we have inherited until our own end: a reader of the
// command's output sees the end of the file then, even if the command closes it
// before.
//
// # Identity
//
// [Identify] names a process so that a later program can tell, with [Alive], the
// same process from another that has got its number.
package child
