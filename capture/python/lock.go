package python

import (
	"context"
	"errors"

	"github.com/lineage-audit/lineage/hashing"
)

// LockFormat names a format of files that say which packages to install.
type LockFormat string

// The formats. FormatCondaEnvironment is no lock: it has no hashes at all.
const (
	FormatRequirements     LockFormat = "requirements"
	FormatPylock           LockFormat = "pylock"
	FormatUV               LockFormat = "uv"
	FormatPoetry           LockFormat = "poetry"
	FormatPipfile          LockFormat = "pipfile"
	FormatPDM              LockFormat = "pdm"
	FormatCondaLock        LockFormat = "conda-lock"
	FormatCondaExplicit    LockFormat = "conda-explicit"
	FormatCondaEnvironment LockFormat = "conda-environment"
	FormatPixi             LockFormat = "pixi"
)

// Lock is what one lock file says.
type Lock struct {
	Name        string // as it was given to ParseLock
	Format      LockFormat
	Digest      hashing.FileDigest
	Packages    []Locked
	NotFollowed []string  // other files that it includes: -r base.txt
	Problems    []Problem // entries that could not be understood, by line or name
}

// Locked is one package of a lock. A package that stands there for several
// platforms has several.
type Locked struct {
	Name    string // normalised
	Version string // exact; empty if the entry allows more than one
	Conda   bool   // a conda package, not one of Python's index
	Marker  string // the condition of PEP 508, or the platform
	Commit  string // of a version control system
	URL     string // without credentials
	Local   bool   // a folder beside the lock
	Hashes  []Hash // only algorithms that are still sound
}

// ErrLock says that a file is not what its name says. ErrNotLock says that a
// name is not that of a known format.
var (
	ErrLock    = errors.New("not a lock file of this format")
	ErrNotLock = errors.New("not the name of a known lock file")
)

// ClassifyLock tells the format by a file's name; ok is false if it is none.
func ClassifyLock(name string) (format LockFormat, ok bool) { return "", false }

// ParseLock reads a lock file. It looks at name and content only. Entries that
// it cannot understand stand in Problems; content that is not of the format at all
// gives an error that wraps [ErrLock], an unknown name one that wraps [ErrNotLock].
func ParseLock(name string, content []byte) (Lock, error) { return Lock{}, nil }

// LockFile is a lock file on the disk.
type LockFile struct {
	Path string // absolute
	Lock Lock
	Err  error // why it could not be read; Lock then has a name and a format at most
}

// LockFiles finds the lock files in dir and in each folder above it up to root,
// root's first. An error means that ctx ended or that dir is not below root.
func LockFiles(ctx context.Context, root, dir string) ([]LockFile, error) { return nil, nil }

// Status says how a lock and a distribution go together.
type Status string

// The statuses, from best to worst.
const (
	Covered  Status = "covered"  // name, version and a hash (for a commit: that commit)
	Local    Status = "local"    // both call it a folder: its evidence is that folder's commit
	Unhashed Status = "unhashed" // name and version, and no sound hash
	Other    Status = "other"    // the name, with another version or another archive
	Absent   Status = "absent"   // the name does not stand in the lock
)

// Coverage is what a lock says about one distribution.
type Coverage struct {
	Name, Version string // of the distribution
	Status        Status
	Locked        []string // the versions that the lock has of it
	Hashes        []Hash   // of those entries that have its version
}

// Covers compares distributions with a lock: one Coverage for each, in their
// order. It is pure.
func Covers(lock Lock, distributions []Distribution) []Coverage { return nil }
