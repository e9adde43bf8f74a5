package trace

import (
	"context"
	"errors"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// ErrNotFound is wrapped by a Catalog's errors that say: it is not kept here.
var ErrNotFound = errors.New("not found")

// Subject is what a trace starts from: one of its parts is set, a model together
// with its bytes.
type Subject struct {
	Asked string // as it was asked for

	Run    record.ID           // a recorded run
	File   *hashing.FileDigest // the bytes of a file
	Tree   *hashing.TreeDigest // the bytes of a folder
	Files  *hashing.Manifest   // of the folder, where it is known
	Names  []string            // of File or Tree: the places where it was met
	Bytes  int64               // of File or Tree, -1 where it is not known
	Model  *Model              // an entry that holds File or Tree
	Claims []record.ID         // the records that the entry names as its own

	Package *Package
	Commit  *Commit
}

// Options bound a trace. The zero value goes upstream, as far as there is anything.
type Options struct {
	Direction Direction
	Depth     int // how many runs in a row; 0 for no limit
	Width     int // how many inputs, makers, readers and outputs of one thing; 0 for 100
	Nodes     int // in all; 0 for 10,000
}

// Trace follows a subject through the records. Its error is that of a catalog that
// could not be asked at all, or of ctx.
func Trace(ctx context.Context, c Catalog, s Subject, o Options) (Graph, error) {
	return Graph{Asked: s.Asked, Direction: o.Direction}, ctx.Err()
}
