package index

import (
	"context"
	"iter"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
)

// Catalog answers what was recorded. What it gives comes newest start first, then
// by the id from high to low, and within a run in the record's order. It is for
// one goroutine; a loop over an answer may ask for another one.
//
// Answers hold what could be read: ask [Catalog.Problems] what could not. An
// error of an answer means that there is none.
type Catalog struct {
	store  *store.Store
	engine engine
}

// engine is one way to answers.
type engine interface {
	runs(context.Context, Query) iter.Seq2[Run, error]
	uses(context.Context, wanted) iter.Seq2[Use, error]
	detail(context.Context, record.ID) (*Detail, error)
	digests(ctx context.Context, prefix string, limit int) ([]Digest, error)
	unsettled(context.Context, store.Alive) iter.Seq2[store.Unsettled, error]
	problems(context.Context) ([]error, error)
	close() error
}

// wanted says which uses are asked for: by one of run, digest, at and in.
type wanted struct {
	run    record.ID
	digest Digest
	at     *record.Location
	in     hashing.TreeDigest // any file of this folder
	side   Side
	until  time.Time // by runs that started then or earlier; zero sets no bound
}

// late tells whether a run started after the bound.
func (w wanted) late(r *Run) bool { return !w.until.IsZero() && r.Started.After(w.until) }

// Scan is the catalog that reads every record for every answer.
func Scan(s *store.Store) *Catalog { return &Catalog{store: s, engine: &scan{s}} }

// Close lets the index go.
func (c *Catalog) Close() error { return c.engine.close() }

// Runs gives the runs that have a record.
func (c *Catalog) Runs(ctx context.Context, q Query) iter.Seq2[Run, error] {
	return c.engine.runs(ctx, q)
}

// UsesOf gives what a run made and read, as its record lists it: the folders that
// it read stand as folders, see [Catalog.Files].
func (c *Catalog) UsesOf(ctx context.Context, run record.ID) iter.Seq2[Use, error] {
	return c.engine.uses(ctx, wanted{run: run})
}

// Detail is what the record says by which runs are joined. The bytes of the record
// are read and hashed; its error is that of [store.Store.Record].
func (c *Catalog) Detail(ctx context.Context, run record.ID) (*Detail, error) {
	return c.engine.detail(ctx, run)
}

// ByDigest gives who made or read these bytes, as a file or folder of its own or
// as a file in a recorded folder. The digest of nothing has no uses.
func (c *Catalog) ByDigest(ctx context.Context, d Digest, side Side) iter.Seq2[Use, error] {
	if d.IsEmpty() {
		return func(func(Use, error) bool) {}
	}
	return c.engine.uses(ctx, wanted{digest: d, side: side})
}

// MadeUntil gives, as ByDigest does, who made these bytes and started then or
// earlier: of bytes that are made again and again it passes over what came later.
func (c *Catalog) MadeUntil(ctx context.Context, d Digest, until time.Time) iter.Seq2[Use, error] {
	if d.IsEmpty() {
		return func(func(Use, error) bool) {}
	}
	return c.engine.uses(ctx, wanted{digest: d, side: Made, until: until})
}

// ByLocation gives who made or read what stood at a place, also within a recorded
// folder, whatever its bytes were.
func (c *Catalog) ByLocation(ctx context.Context, at record.Location, side Side) iter.Seq2[Use, error] {
	return c.engine.uses(ctx, wanted{at: &at, side: side})
}

// ByFilesOf gives who made or read any of the files of a folder, as ByDigest does
// for each of them, but for what concerns the folder as a whole: uses of a folder
// of this very digest are left out, and empty files.
func (c *Catalog) ByFilesOf(ctx context.Context, tree hashing.TreeDigest, side Side) iter.Seq2[Use, error] {
	if tree.IsEmpty() {
		return func(func(Use, error) bool) {}
	}
	return c.engine.uses(ctx, wanted{in: tree, side: side})
}

// Digests gives at most limit digests that start with prefix, of what any run made
// or read, files in recorded folders included, in their order.
func (c *Catalog) Digests(ctx context.Context, prefix string, limit int) ([]Digest, error) {
	return c.engine.digests(ctx, prefix, limit)
}

// Files gives the files of a recorded folder from its manifest, which the store
// keeps, in the order of their paths. An absent manifest is an error that wraps
// [store.ErrNotFound].
func (c *Catalog) Files(ctx context.Context, tree hashing.TreeDigest) iter.Seq2[hashing.Entry, error] {
	return files(ctx, c.store, tree)
}

// Unsettled is [store.Store.Unsettled], answered from here: what cannot be read is
// among the problems too.
func (c *Catalog) Unsettled(ctx context.Context, alive store.Alive) iter.Seq2[store.Unsettled, error] {
	return c.engine.unsettled(ctx, alive)
}

// Problems is what could not be read: records and manifests that are damaged or
// absent, which are a [*ManifestError]. What is in them is in no answer.
func (c *Catalog) Problems(ctx context.Context) ([]error, error) { return c.engine.problems(ctx) }
