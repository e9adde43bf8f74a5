package restore

import (
	"context"
	"errors"
	"io"

	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// ErrMissing is wrapped by the error of a [Source] that does not have what it was
// asked for. ErrNoCode says that the record does not say how its code is put back.
var (
	ErrMissing = errors.New("not to be had")
	ErrNoCode  = errors.New("the record names no code")
)

// Want is one file that is looked for.
type Want struct {
	Digest hashing.FileDigest
	// Location is where the run had it; of a file of a tree, below the tree's.
	Location record.Location
	// Tree is the tree's location and Below the path in it; of a file on its own, they
	// are its own location and ".".
	Tree  record.Location
	Below string
	Bytes int64  // -1 if it is not known
	URI   string // where the file, or the tree, can be had
}

// Source is somewhere where files may be.
type Source interface {
	// Open gives a file that may be the one that is wanted, and says where it was
	// found. The bytes are checked by whoever reads them: where they are others, the
	// next source is asked. A file that is not there is an error that wraps
	// [ErrMissing].
	Open(ctx context.Context, w Want) (content io.ReadCloser, where string, err error)
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
	Files []hashing.Entry
	Links []record.Link
	Why   string
}

// Plan is what is put back, and where.
type Plan struct {
	Record *record.Record
	// Patch is how the code is made from its commit; nil where the record has none.
	// Its files are then ingredients like any other.
	Patch       *git.Patch
	Ingredients []Ingredient
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

// Make reads a record into a plan.
func Make(ctx context.Context, r *record.Record, blobs Blobs, o PlanOptions) (*Plan, error) {
	return nil, ErrNoCode
}

// Options are what Execute works with.
type Options struct {
	Repository *git.Source // that has the commit; nil if the plan has no patch, or no commit
	Submodule  func(ctx context.Context, path, url string) (*git.Source, error)
	Blobs      Blobs
	Sources    []Named // in the order in which they are asked
	// Progress is told how many of the bytes were written.
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
	Code     Outcome
	Withheld []Lost // of the code, what the record itself says was not kept
	Inputs   []Outcome
}

// Complete tells whether everything is there.
func (r *Report) Complete() bool { return false }

// Execute puts the plan's ingredients into the folder dst, which must be absent or
// empty: otherwise the error wraps [git.ErrNotEmpty]. If it fails, dst is as it
// was; an ingredient that cannot be had is no failure.
func (p *Plan) Execute(ctx context.Context, dst string, o Options) (*Report, error) {
	return nil, ErrNoCode
}
