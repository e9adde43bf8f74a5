package restore

import (
	"context"
	"errors"
	"io"

	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// ErrNoCode says that the record does not say how its code is put back.
var ErrNoCode = errors.New("the record names no code")

// Want is one file that is looked for.
type Want struct {
	Digest hashing.FileDigest
	// Location is where the run had it; of a file of a tree, below the tree's.
	Location record.Location
	// Tree and Below are the tree that the file is part of, and its path there. Of a
	// file on its own, Tree is nil and Below ".".
	Tree  *hashing.TreeDigest
	Top   record.Location // of the tree, or the file's own
	Below string
	Bytes int64    // -1 if it is not known
	URIs  []string // where the record says that it can be had
	// TreeURI is where the record says that the whole tree can be had.
	TreeURI string
}

// Source is somewhere where files may be.
type Source interface {
	// Look gives the places at which the file may be, the likeliest first; none, and
	// no error, if it is not here.
	Look(ctx context.Context, w Want) ([]Candidate, error)
}

// Candidate may be the file that is wanted. The bytes are checked by whoever reads
// them: where they are others, the next candidate is asked.
type Candidate struct {
	Where string // for people
	Bytes int64  // -1 if it is not known
	// Open reads it. What has to be fetched first may be put into the folder scratch,
	// which is on the file system that the file is for, and goes away afterwards.
	Open func(ctx context.Context, scratch string) (io.ReadCloser, error)
}

// Named is a source, and what it is to people: "kept blobs".
type Named struct {
	Name string
	Source
}

// Ingredient is one thing that the run was made of.
type Ingredient struct {
	Role     record.Role
	Location record.Location
	Place    string // below the folder, separated by "/"
	File     *hashing.FileDigest
	Tree     *hashing.TreeDigest
	Bytes    int64
	URI      string
	// Files are those of a tree, or the file itself under "."; nil where the tree's
	// manifest cannot be had, and Why then says why.
	Files   []hashing.Entry
	Links   []record.Link
	Sources []record.Source // of single files of a tree
	Why     string
}

// Plan is what is put back, and where.
type Plan struct {
	Record *record.Record
	// Patch is how the code is made from its commit; nil where the record has none.
	// Its files are then ingredients like any other.
	Patch       *git.Patch
	Ingredients []Ingredient // code without a patch; inputs
}

// Blobs gives the blobs that records keep.
type Blobs interface {
	Blob(ctx context.Context, d hashing.FileDigest) (io.ReadCloser, error)
}

// PlanOptions say what is put back.
type PlanOptions struct {
	Inputs  bool   // data and preprocessing as well
	DataDir string // for what is not in the repository; "" is DefaultDataDir
}

// DefaultDataDir is the folder for what is not in the repository.
const DefaultDataDir = "lineage-inputs"

// Options are what Execute works with.
type Options struct {
	Repository *git.Source // that has the commit; nil if the plan has no patch, or no commit
	Submodule  func(ctx context.Context, path, url string) (*git.Source, error)
	Blobs      Blobs
	Sources    []Named // in the order in which they are asked
	// Progress is told how many bytes of the ingredients were written.
	Progress func(done, total int64)
}

// Status is what became of an ingredient.
type Status string

// The statuses.
const (
	Restored Status = "restored"
	Partly   Status = "partly" // files of a tree are missing
	Missing  Status = "missing"
)

// Outcome is one ingredient, and what became of it.
type Outcome struct {
	Ingredient
	Status Status
	From   []From // where its files came from
	Lost   []Lost // the files that are missing
}

// From is a source, and how many files came from it.
type From struct {
	Name  string
	Where string // of the first
	Files int
}

// Lost is a file that could not be had.
type Lost struct {
	Path string // below the ingredient, "." for itself
	Why  string
}

// Report is what was put back.
type Report struct {
	// Code is the commit with what differed from it, where the plan has a patch: its
	// digest was checked.
	Code     *git.Patch
	Withheld []Lost    // of the code, what the record itself says was not kept
	Outcomes []Outcome // the ingredients, in the plan's order
}

// Complete tells whether everything is there.
func (r *Report) Complete() bool {
	for _, o := range r.Outcomes {
		if o.Status != Restored {
			return false
		}
	}
	return len(r.Withheld) == 0
}
