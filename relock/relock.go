package relock

import (
	"github.com/lineage-audit/lineage/capture/python"
	"github.com/lineage-audit/lineage/record"
)

// Format is a format of lock files.
type Format string

// The formats.
const (
	Requirements Format = "requirements" // pip's requirements.txt with --hash
	Pylock       Format = "pylock"       // pylock.toml of PEP 751
)

// Lock is a lock file of the run.
type Lock struct {
	Location record.Location
	python.Lock
}

// Package is one package of the run, and what can be written of it.
type Package struct {
	Name, Version string
	Hashes        []python.Hash
	// Archives are the files that a lock names, with their own hashes.
	Archives []python.Archive
	Origin   *record.DirectURL
	From     []string // the locks that have the hashes
	// Why says why there is no hash; "" where there is one.
	Why string
}

// Packages are those of the record, by name, with what the locks know of them.
func Packages(r *record.Record, locks []Lock) []Package { return nil }

// Options say how a lock is written.
type Options struct {
	Format   Format
	Unhashed bool // writes a pin also for packages that have no hash
	Version  string
}

// Written is a lock file, and what is not in it.
type Written struct {
	Content []byte
	Hashed  []Package // those that are in it, with a hash or a commit
	Left    []Package // those that have none; or that the format cannot hold
}

// Write writes the lock file of a record.
func Write(r *record.Record, packages []Package, o Options) (Written, error) {
	return Written{}, nil
}
