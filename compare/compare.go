package compare

import (
	"context"

	"github.com/lineage-audit/lineage/record"
)

// Run is one side of a comparison: a record, or an intent that none settles.
type Run struct {
	Record *record.Record
	Intent *record.Intent // used where Record is nil
	State  record.Status  // of a run without a record: running, abandoned, unknown
}

// Options say what is looked at beside the records. The zero value is the records
// alone: folders are then compared by their digests.
type Options struct {
	Contents Contents // nil: no manifest and no content is at hand
	History  History  // nil: what lies between commits is not known
	// Files bounds how many files of a folder are listed; all are counted. 0 is 1000.
	Files int
	// Commits bounds how many commits are listed on either side. 0 is 50.
	Commits int
	// Lines is how many differing lines of a file are given, for ContentFiles files
	// at most: 0 gives none, and reads no content.
	Lines        int
	ContentFiles int   // 0 is 20
	ContentBytes int64 // a larger file is not read; 0 is 32 MiB
}

// Compare says what differs between two runs. Whatever cannot be told is in the
// Diff; an error is that of a context that ended.
func Compare(ctx context.Context, a, b Run, o Options) (Diff, error) {
	return Diff{}, ctx.Err()
}
