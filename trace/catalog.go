package trace

import (
	"context"
	"iter"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store/index"
)

// Catalog is what a trace asks: an [index.Catalog] answers it. What it gives comes
// newest start first; what it cannot read is in no answer and among Problems.
type Catalog interface {
	// Runs gives the runs that fit a query.
	Runs(ctx context.Context, q index.Query) iter.Seq2[index.Run, error]
	// Detail is what the record of a run says by which runs are joined; what is shown of
	// a run is from here. Its error says why the record cannot be read.
	Detail(ctx context.Context, run record.ID) (*index.Detail, error)
	// ByDigest gives who made or read these bytes, files of recorded folders too.
	ByDigest(ctx context.Context, d index.Digest, side index.Side) iter.Seq2[index.Use, error]
	// MadeUntil gives who made these bytes and started then or earlier.
	MadeUntil(ctx context.Context, d index.Digest, until time.Time) iter.Seq2[index.Use, error]
	// ByFilesOf gives who made or read files of a recorded folder, but not as files
	// of a folder of the same digest.
	ByFilesOf(ctx context.Context, tree hashing.TreeDigest, side index.Side) iter.Seq2[index.Use, error]
	// Files gives the files of a recorded folder; its error wraps fs.ErrNotExist where
	// they are not kept.
	Files(ctx context.Context, tree hashing.TreeDigest) iter.Seq2[hashing.Entry, error]
	// Problems says what cannot be read.
	Problems(ctx context.Context) ([]error, error)
}

// Records gives what was noted beside the records: a [store.Store] does.
type Records interface {
	// Attachments are where a record hangs.
	Attachments(ctx context.Context, id record.ID) ([]record.Attachment, error)
	// Sources are where bytes were fetched from, the newest first.
	Sources(ctx context.Context, digests ...hashing.FileDigest) (map[hashing.FileDigest][]record.Fetched, error)
}

// World is what a trace looks at.
type World struct {
	Catalog Catalog
	Records Records
	// Abandoned are the announced runs that left no record and run no longer.
	Abandoned []record.Intent
}
