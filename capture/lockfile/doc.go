// Package lockfile reads the lock files of R, Julia, Node, Go and Rust: which
// packages they pin, as package URLs, and for how many of them they carry a digest.
//
// Those of Python and conda are read by the package python, which also compares
// them with what is installed. What these here name is only listed: nothing looks
// into an R library or a node_modules.
//
// [Find] looks in the folder of a run and in each one above it, up to the top of
// the work tree. A file is known by its name ([Classify]) and read by [Parse], which
// looks at name and content alone. Content is somebody else's: what is too long, too
// deep or no lock at all is an error that wraps [ErrLock], an entry that cannot be
// understood stands in Problems, and nothing is executed or fetched.
//
// A package that is a folder beside the lock has no package URL and is not listed.
// A digest counts if its algorithm is still sound: SHA-1 and MD5 are none.
package lockfile
