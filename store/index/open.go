package index

import (
	"context"

	"github.com/lineage-audit/lineage/store"
)

// Options say where an index may stand, and what the caller wants to hear of it.
type Options struct {
	// Dirs are folders for it: the first one that can be used is. Without any, or
	// where none can be used, the records are scanned.
	Dirs []string
	// Progress hears how many of so many records an update of the index has read.
	Progress func(done, total int64)
	// Note hears why an index was thrown away or is not used.
	Note func(string)
}

// Open is the catalog of a store: its index, brought up to date, or else the scan.
func Open(ctx context.Context, s *store.Store, o Options) (*Catalog, error) {
	return Scan(s), ctx.Err()
}
