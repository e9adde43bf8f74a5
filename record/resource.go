package record

import "github.com/lineage-audit/lineage/hashing"

// MaxParts is how many files an output folder may have for them to stand beside it,
// as its parts. Of a larger one the manifest alone lists them: a data set of images
// would make a record that nobody can read.
const MaxParts = 1000

// FileResource describes one file. Where it is part of an output folder, tree is
// that folder.
func FileResource(role Role, at Location, digest hashing.FileDigest, bytes int64, tree *Location) Resource {
	return Resource{
		Name:        at.String(),
		Digest:      &DigestSet{SHA256: &digest},
		Annotations: Annotations{Role: role, File: &FileFacts{Location: at, Bytes: bytes, Tree: tree}},
	}
}

// TreeResource describes a folder by its manifest.
func TreeResource(role Role, at Location, m hashing.Manifest, bytes int64) Resource {
	digest := m.Digest()
	set := &DigestSet{Tree: &digest}
	if dirHash, same := m.DirHash(); same {
		set.DirHash = dirHash
	}
	return Resource{
		Name:        at.String(),
		Digest:      set,
		Annotations: Annotations{Role: role, Tree: &TreeFacts{Location: at, Files: int64(m.Len()), Bytes: bytes}},
	}
}
