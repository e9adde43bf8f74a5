package compare

import (
	"context"
	"errors"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// ErrNotFound says that an interface has looked everywhere, and does not have what
// was asked for.
var ErrNotFound = errors.New("not found")

// WithheldError says that content is there and must not be shown.
type WithheldError struct{ Why string }

// Error says why.
func (e *WithheldError) Error() string { return "its content is withheld: it " + e.Why }

// TooLargeError says that content is longer than what was asked for at most.
type TooLargeError struct{ Limit int64 }

// Error says that it is.
func (e *TooLargeError) Error() string { return "it is too large to be compared line by line" }

// Contents gives the bytes that records name. What is nowhere wraps [ErrNotFound];
// another error says that it could not be looked for to the end.
type Contents interface {
	// Blob gives a blob of at most limit bytes: a manifest, or what a tracker had.
	Blob(ctx context.Context, d hashing.FileDigest, limit int64) ([]byte, error)
	// File gives the bytes of a file. It is a [*TooLargeError] if there are more than
	// limit, and a [*WithheldError] if they may hold a secret.
	File(ctx context.Context, f File, limit int64) ([]byte, error)
}

// CommitFiles is a Contents that also knows what a commit holds: the manifest of a
// code folder that was kept nowhere can be had from it.
type CommitFiles interface {
	// Manifest is that of the commit's files, unconverted.
	Manifest(ctx context.Context, commit record.GitHash) (hashing.Manifest, error)
}

// File is a file that a record names.
type File struct {
	At     record.Location
	Digest hashing.FileDigest
	// Commit is that of the run, whose work tree stands at Top. It is "" if none is
	// recorded.
	Commit record.GitHash
	Top    record.Location
}

// History tells how two commits stand to each other.
type History interface {
	// Between gives the commits that only one of the two has, most of them at most
	// on either side. A commit that is not there is no error: Range.Missing says so.
	Between(ctx context.Context, a, b record.GitHash, most int) (Range, error)
}

// Relation is how two commits stand to each other.
type Relation string

// The relations.
const (
	RelationSame      Relation = "same"
	RelationForward   Relation = "forward"   // A is an ancestor of B
	RelationBackward  Relation = "backward"  // B is an ancestor of A
	RelationDiverged  Relation = "diverged"  // neither is the other's; Base is common to both
	RelationUnrelated Relation = "unrelated" // they have no commit in common
	RelationUnknown   Relation = "unknown"   // Why says why it cannot be told
)

// Range is what lies between two commits.
type Range struct {
	A        record.GitHash   `json:"a"`
	B        record.GitHash   `json:"b"`
	Relation Relation         `json:"relation"`
	Base     []record.GitHash `json:"base"`  // the best common ancestors
	OnlyA    []Commit         `json:"onlyA"` // ancestors of A, and A, that B has not; newest first
	OnlyB    []Commit         `json:"onlyB"`
	CountA   int              `json:"countA"` // how many there are, listed or not
	CountB   int              `json:"countB"`
	Missing  Of               `json:"missing,omitempty"` // whose commit the repository does not have
	Why      string           `json:"why,omitempty"`     // of RelationUnknown; else a remark
}

// Commit is one commit between two others.
type Commit struct {
	Hash    record.GitHash `json:"hash"`
	Time    time.Time      `json:"time"` // when it was committed
	Author  string         `json:"author,omitempty"`
	Subject string         `json:"subject"` // its first line
}
