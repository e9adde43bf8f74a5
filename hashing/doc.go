// Package hashing makes digests of files and trees.
//
// A file's digest is the SHA-256 of its bytes. A tree's is the SHA-256 of its
// [Manifest], which is byte for byte what sha256sum prints: relative paths in
// byte order, two spaces between digest and path, and sha256sum's escapes for
// newline, return and backslash. So both can be checked without this program:
//
//	cd data && find -L . -type f -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum | sha256sum
//
// Symbolic links are followed, and reported with their targets. Modes, owners,
// times and empty folders are not covered. Cycles, FIFOs, sockets, devices,
// dangling links and unreadable files are errors that name the path: nothing is
// skipped, and nothing blocks.
//
// Looking and hashing are two steps, so that a run is not held up: [Scan] takes
// the names and the stat of every file, [Listing.Hash] reads the bytes, each file
// once, on all cores, and [Listing.Changed] tells what has changed since the scan.
package hashing
