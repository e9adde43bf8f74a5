// Package capture observes one command: what went in, where it ran, how it ended
// and what came out.
//
// [Run] leads a run from its intent to its settled record. In front of the command
// it only looks: HEAD, and a stat of every code and input file. Bytes are hashed
// beside the command and, for what is left, after it; a file that is no longer the
// one that was looked at is a gap, by name. Nothing that fails here harms the
// command: it makes the record incomplete, that is, with at least one gap.
//
// What is known in other places is in packages of its own: the process in child,
// the machine in environment, interpreters and what is installed in them in
// python, secrets in redact, and the work tree in the package git.
package capture
