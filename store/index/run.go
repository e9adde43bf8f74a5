package index

import (
	"time"

	"github.com/lineage-audit/lineage/record"
)

// Run is what a record says of its run in short. The record itself is read, and
// hashed, from the store by its ID.
type Run struct {
	ID         record.ID
	Invocation record.Invocation
	Started    record.Timestamp
	Finished   record.Timestamp
	Outcome    record.Outcome
	Command    []string
	Commit     record.GitHash   // "" where there is none
	State      record.TreeState // of the work tree, "" without a commit
	Gaps       int
	Host       string            // "" where the record leaves it out
	Parent     record.Invocation // zero where the run has none
}

// Query says which runs are wanted; its zero value wants all of them.
type Query struct {
	// ID and Invocation are what they start with, in lower-case hexadecimal.
	ID, Invocation string
	Status         record.Status
	// Commit is what the commit, or that of a submodule, starts with.
	Commit string
	// Package is the normalised name of a distribution that was there, and
	// Version its version; any, if it is empty.
	Package, Version string
	Since            time.Time // started then or later
	Before           time.Time // started earlier; the zero time sets no bound
	Command          string    // the arguments, joined by blanks, have this in them
	Parent           record.Invocation

	Limit, Offset int // of what is found; no Limit where it is 0
}
