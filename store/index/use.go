package index

import (
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Side is whether a run made bytes or read them.
type Side string

// The sides. The empty one stands for both where it is asked for.
const (
	Made Side = "made" // an output, also one of a run that failed
	Read Side = "read" // code, data, preprocessing, a lock or an interpreter
)

// Digest is that of a file or of a folder: one of the two is not zero.
type Digest struct {
	File hashing.FileDigest
	Tree hashing.TreeDigest
}

// OfFile is a file's digest.
func OfFile(d hashing.FileDigest) Digest { return Digest{File: d} }

// OfTree is a folder's digest.
func OfTree(d hashing.TreeDigest) Digest { return Digest{Tree: d} }

// IsTree tells whether it is a folder's.
func (d Digest) IsTree() bool { return d.Tree != hashing.TreeDigest{} }

// IsEmpty tells whether it is that of nothing at all, which joins nothing, or no
// digest.
func (d Digest) IsEmpty() bool {
	return d.Tree.IsEmpty() || d.File.IsEmpty() || d == Digest{}
}

// String is the digest in hexadecimal, of whichever kind.
func (d Digest) String() string {
	if d.IsTree() {
		return d.Tree.String()
	}
	return d.File.String()
}

// Use is one file or folder that a run made or read.
type Use struct {
	Run      *Run // shared by the uses of one run: for reading
	Side     Side
	Role     record.Role
	Digest   Digest
	Location record.Location
	// Bytes is the size, and -1 where the record does not say it: of an interpreter,
	// and of a file that only a manifest lists.
	Bytes int64
	// Parts tells of a folder that its files stand beside it, as uses of their own.
	Parts bool
	// Within is the recorded folder that the file is part of.
	Within *Within
}

// Within says where in a recorded folder a file stands.
type Within struct {
	Tree     hashing.TreeDigest
	Location record.Location // of the folder
	Path     string          // below it
}
