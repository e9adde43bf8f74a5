package bundle

import (
	"context"
	"errors"
	"io"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
)

// ErrBundle says that bytes are no bundle as [Write] makes it.
var ErrBundle = errors.New("not a bundle of lineage export")

// Summary is what a bundle holds.
type Summary struct {
	Runs    []record.ID
	Objects int
	Bytes   int64
	// Missing are keys that a record names and that were not there.
	Missing []string
}

// WriteOptions say how a bundle is written.
type WriteOptions struct {
	Gzip bool
	// Partial leaves out what the store does not have, and names it in the summary;
	// otherwise that is an error.
	Partial  bool
	Progress func(done, total int64)
}

// Write writes the records, and all that the store has of them, as one bundle.
func Write(ctx context.Context, w io.Writer, s *store.Store, runs []record.ID, o WriteOptions) (Summary, error) {
	return Summary{}, ErrBundle
}

// ReadOptions bound what is read.
type ReadOptions struct {
	// MaxBytes bounds the bundle once it is unpacked; 0 is [DefaultMaxBytes].
	MaxBytes int64
	// Partial takes a bundle whose records name blobs or intents that neither it nor
	// the store has.
	Partial  bool
	Progress func(done, total int64)
}

// DefaultMaxBytes bounds a bundle if nobody says otherwise.
const DefaultMaxBytes = 1 << 40

// Check reads a bundle to its end and believes nothing of it. Errors wrap [ErrBundle].
func Check(ctx context.Context, r io.Reader, o ReadOptions) (Summary, error) {
	return Summary{}, ErrBundle
}

// Imported is what an import did.
type Imported struct {
	Summary
	New   int // objects that were not there
	There int // objects that were there already, with the same bytes
}

// Import puts what a bundle holds into the store. The bundle is read to its end, and
// compared with what the store has, before anything is put.
func Import(ctx context.Context, s *store.Store, r io.ReadSeeker, o ReadOptions) (Imported, error) {
	return Imported{}, ErrBundle
}
