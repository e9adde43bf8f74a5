package trace

import (
	"context"
	"fmt"
	"maps"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Subject is what a trace starts from: a run, bytes, a package or a commit; with
// Model the bytes that an entry of a registry holds.
type Subject struct {
	Asked string // as it was asked for

	Run record.ID // a recorded run

	File  hashing.FileDigest // the bytes of a file
	Tree  hashing.TreeDigest // the bytes of a folder
	Files *hashing.Manifest  // of the folder, where it is known
	At    record.Location    // of File or Tree, where it was met at a place that records know
	Bytes int64              // of File or Tree, -1 where it is not known
	// Sizes are how many bytes the files of the folder have, as far as it is known.
	Sizes map[hashing.FileDigest]int64
	Model *Model // an entry that holds File or Tree
	// Claims are the records that the entry names as its own.
	Claims []record.ID

	Package *Package
	Commit  *Commit
}

// Options bound a trace. The zero value goes upstream, as far as there is anything.
type Options struct {
	Direction Direction
	Depth     int // how many runs in a row; 0 for no limit
	Width     int // how many inputs, makers, readers and outputs of one thing; 0 for 100
	Nodes     int // in all, about; 0 for 10,000
}

// The limits where nobody names others.
const (
	DefaultWidth = 100
	DefaultNodes = 10_000
)

// Trace follows a subject through the records. Its error is that of ctx, or says
// that something could not be asked at all; a record that cannot be read is no
// error, and stands in the graph.
func Trace(ctx context.Context, w World, s Subject, o Options) (Graph, error) {
	if o.Direction == "" {
		o.Direction = Upstream
	}
	if o.Width <= 0 {
		o.Width = DefaultWidth
	}
	if o.Nodes <= 0 {
		o.Nodes = DefaultNodes
	}
	t := newTracer(w, o)
	t.asked, t.g.Asked = s, s.Asked
	maps.Copy(t.sizes, s.Sizes)
	problems, err := w.Catalog.Problems(ctx)
	if err != nil {
		return Graph{}, fmt.Errorf("tracing %q: %w", s.Asked, err)
	}
	for _, p := range problems {
		t.problem(p)
	}
	if err := t.start(ctx, s); err != nil {
		return Graph{}, fmt.Errorf("tracing %q: %w", s.Asked, err)
	}
	if err := t.follow(ctx); err != nil {
		return Graph{}, fmt.Errorf("tracing %q: %w", s.Asked, err)
	}
	return t.finish(), nil
}

// start puts what was asked for into the graph.
func (t *tracer) start(ctx context.Context, s Subject) error {
	switch {
	case !s.Run.IsZero():
		id := t.run(ctx, s.Run)
		t.g.Start = []string{id}
		t.later(s.Run, 1)
		return nil
	case s.Package != nil:
		return t.startPackage(ctx, *s.Package)
	case s.Commit != nil:
		return t.startCommit(ctx, *s.Commit)
	case t.o.Direction == Downstream:
		return t.startUsed(ctx)
	}
	return t.startBytes(ctx)
}

// follow goes from run to run until nothing is left, the nearest first.
func (t *tracer) follow(ctx context.Context) error {
	for len(t.queue) > 0 {
		next := t.queue[0]
		t.queue = t.queue[1:]
		if err := ctx.Err(); err != nil {
			return err
		}
		expand := t.upstream
		if t.o.Direction == Downstream {
			expand = t.downstream
		}
		if err := expand(ctx, next); err != nil {
			return err
		}
	}
	return nil
}
