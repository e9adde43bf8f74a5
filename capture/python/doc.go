// Package python tells which Python interpreters a command runs, what is
// installed in them, whether the installed files are still those that were
// installed, and what lock files say about them.
//
// Everything is read from the disk by this program. No interpreter is ever
// executed, nothing runs inside the user's processes, and nothing is installed.
// What is on the disk is somebody else's: links, named pipes, oversized or broken
// metadata give a named [Problem], never a silent omission and never a hang.
//
// An interpreter is found in two ways. [Resolve] reads a command line the way the
// system would (PATH, shebangs, pyenv's shims, env, nice, uv run, conda run, …)
// before the command starts. [Watch] looks, on Linux, at the processes that the
// command really starts. What was seen outweighs what was resolved.
//
// [Scan] then lists the distributions of an interpreter in the order of its
// sys.path, [Check] compares their files with the digests that were recorded when
// they were installed, and [Covers] compares them with a [Lock].
package python
