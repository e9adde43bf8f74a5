package python

import "context"

// CheckOptions say how to check. The zero value uses all cores.
type CheckOptions struct {
	Workers  int                          // 0: as many as there are cores
	Progress func(files int, bytes int64) // called after each file, by many goroutines
}

// FileCheck says how the files of one distribution compare with the digests
// that were recorded when it was installed. Paths are absolute.
type FileCheck struct {
	Distribution string // the Metadata of the distribution
	Against      string // what holds the digests: RECORD, conda-meta or md5sums
	Weak         bool   // the digests are MD5 or SHA-1: good against accidents only
	Listed       int    // files that are listed
	Matching     int    // those whose bytes are as recorded
	Changed      []string
	Missing      []string
	Unhashed     []string  // listed without a digest; RECORD itself and bytecode are not meant
	Bytecode     int       // .pyc files that are listed without a digest, as pip does
	Extra        []string  // not listed, in a folder that only this distribution has
	Unchecked    []Problem // could not be looked at, and why
}

// Intact tells whether every listed file that has a digest was looked at and
// matches, and there is at least one.
func (c FileCheck) Intact() bool { return false }

// Check hashes all files of all distributions, the shadowed ones left out, and
// answers one FileCheck for each of inv.Distributions, in their order. An error
// means that ctx ended.
func Check(ctx context.Context, inv *Inventory, o CheckOptions) ([]FileCheck, error) {
	return nil, nil
}

type file struct {
	path      string // absolute
	algorithm string // empty: no digest
	digest    string // hexadecimal
	size      int64  // -1: not said
}
