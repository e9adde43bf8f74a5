package git

import "github.com/lineage-audit/lineage/hashing"

// PatchVersion is the version of [Patch] that this package writes.
const PatchVersion = 1

// Patch describes a tree as a commit and what differs from it, without the
// content, which is found by digest. Bytes is its one and only form.
type Patch struct {
	Version int      `json:"version"`
	Commit  ObjectID `json:"commit"`
	// Tree is the digest of the tree's manifest, within Paths.
	Tree       hashing.TreeDigest `json:"tree"`
	Paths      []string           `json:"paths"`
	Entries    []PatchEntry       `json:"entries"`
	Forms      []PatchForm        `json:"forms"`
	Submodules []PatchSubmodule   `json:"submodules"`
}

// PatchEntry is what stands at a path instead of what the commit has there.
// Paths and targets are percent-encoded where JSON cannot carry them.
type PatchEntry struct {
	Path   string              `json:"path"`
	Mode   Mode                `json:"mode"` // "" if nothing stands there
	Target string              `json:"target,omitempty"`
	Digest *hashing.FileDigest `json:"digest,omitempty"`
	Size   int64               `json:"size,omitempty"`
	Staged *PatchStaged        `json:"staged,omitempty"`
	// Missing says why the content was not kept.
	Missing string `json:"missing,omitempty"`
}

// PatchStaged is what the index holds, where that is another thing.
type PatchStaged struct {
	Mode    Mode                `json:"mode"`
	Target  string              `json:"target,omitempty"`
	Digest  *hashing.FileDigest `json:"digest,omitempty"`
	Size    int64               `json:"size,omitempty"`
	Missing string              `json:"missing,omitempty"`
}

// PatchForm is a file of the commit that stands on disk in another form.
type PatchForm struct {
	Path   string             `json:"path"`
	Form   Form               `json:"form"`
	Digest hashing.FileDigest `json:"digest"`
}

// PatchSubmodule is a submodule's commit, and what differs from that.
type PatchSubmodule struct {
	Path  string `json:"path"`
	URL   string `json:"url"`
	Patch Patch  `json:"patch"`
}

// Patch describes the tree so that [Restore] can put it back.
func (t Tree) Patch() Patch { return Patch{} }

// Bytes is the patch as one line of JSON.
func (p Patch) Bytes() []byte { return nil }

// ParsePatch reads exactly what Bytes writes; its errors wrap [ErrPatch].
func ParsePatch(b []byte) (Patch, error) { return Patch{}, ErrPatch }
