package git

import (
	"context"

	"github.com/lineage-audit/lineage/hashing"
)

// Source is a repository that commits are had from: a folder, which is read in
// place, or a URL, of which a bare copy is fetched as far as it is needed. It is
// not for concurrent use.
type Source struct{}

// OpenSource opens a folder (a work tree, a bare repository, a file:// URL) or
// readies a URL (https, http, ssh, git, user@host:path). A URL is only looked at
// when a method needs it. Errors never show its credentials.
func OpenSource(ctx context.Context, location string, o Options) (*Source, error) {
	return nil, ErrNoRepository
}

// Close removes what was fetched.
func (s *Source) Close() error { return nil }

// Location is the folder or URL, without credentials.
func (s *Source) Location() string { return "" }

// Reach says from where a commit can be reached.
type Reach struct {
	Reachable bool
	Refs      []string // the branches that hold the commit: refs/heads/…
	Looked    int      // the number of branches that were asked
}

// Reachable tells whether the commit can be reached from one of the branches:
// names or patterns of path.Match ("main", "release/*"), none meaning every
// branch. Only refs/heads count, never remote-tracking refs, tags or a fork's
// objects. It is [ErrNoCommit] if the commit is not there at all, and
// [ErrShallow] if history is cut off before the answer.
func (s *Source) Reachable(ctx context.Context, commit ObjectID, branches []string) (Reach, error) {
	return Reach{}, ErrNoCommit
}

// CommitFile is one file of a commit.
type CommitFile struct {
	Path   string
	Mode   Mode
	Blob   ObjectID
	Digest hashing.FileDigest // of the blob's bytes
	Size   int64
	Target string             // of a symlink
	LFS    hashing.FileDigest // what the blob points to if it is an LFS pointer
	// LFSSize is the size of what it points to.
	LFSSize int64
}

// CommitTree is what a commit holds. Its manifest has each regular file by the
// digest of its blob, an LFS pointer by that of the pointer.
type CommitTree struct {
	Commit     ObjectID
	Tree       ObjectID
	Manifest   hashing.Manifest
	Files      []CommitFile // symlinks too; in the order of their paths
	Submodules []CommitSubmodule
}

// CommitSubmodule is a commit of another repository that a commit names.
type CommitSubmodule struct {
	Path   string
	URL    string
	Commit ObjectID
}

// CommitManifest lists what the commit holds: [ErrNoCommit] if it is not there.
func (s *Source) CommitManifest(ctx context.Context, commit ObjectID) (CommitTree, error) {
	return CommitTree{}, ErrNoCommit
}

// Comparison says how far a recorded manifest is explained by a commit.
type Comparison struct {
	// Differ lists the paths that neither the commit nor the patch explains. Old
	// is the expected digest, New the recorded one.
	Differ []hashing.Change
	// Forms lists the files that stand in another form than their blob.
	Forms []PatchForm
	// Unlooked lists the submodules whose files the commit cannot explain.
	Unlooked []CommitSubmodule
}

// Holds tells that every file is explained.
func (c Comparison) Holds() bool { return false }

// Explain compares a recorded manifest with a commit, changed as the patch says
// (nil: not changed), within the patch's paths.
func (s *Source) Explain(ctx context.Context, commit ObjectID, m hashing.Manifest, p *Patch) (Comparison, error) {
	return Comparison{}, ErrNoCommit
}

// ReadFile gives a file's blob in a commit: [ErrNoCommit], [ErrNoFile]. A file
// larger than limit is an error.
func (s *Source) ReadFile(ctx context.Context, commit ObjectID, path string, limit int64) ([]byte, error) {
	return nil, ErrNoCommit
}

// FindFile gives the digest and more of one file in a commit.
func (s *Source) FindFile(ctx context.Context, commit ObjectID, path string) (CommitFile, error) {
	return CommitFile{}, ErrNoCommit
}
