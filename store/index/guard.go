package index

import (
	"context"
	"iter"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
)

// guard asks the tables until they fail, and from then on the scan. An answer that
// had begun goes on where it was: both have the same order.
type guard struct {
	tables *tables
	scan   *scan
	dir    string
	o      Options
	broken bool
}

var _ engine = (*guard)(nil)

// gave hears how the tables answered, and tells whether the scan has to.
func (g *guard) gave(err error) bool {
	if isBroken(err) && !g.broken {
		g.broken = true
		g.o.note("the index in %s is thrown away, and every record read: %v", g.dir, err)
		Remove(g.dir)
	}
	return g.broken && isBroken(err)
}

func (g *guard) engine() engine {
	if g.broken {
		return g.scan
	}
	return g.tables
}

// guarded gives what ask has of the engine that works.
func guarded[T any](g *guard, ask func(engine) iter.Seq2[T, error]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		given := 0
		for v, err := range ask(g.engine()) {
			if g.gave(err) {
				rest(ask(g.scan), given, yield)
				return
			}
			if given++; !yield(v, err) {
				return
			}
		}
	}
}

// rest yields what follows the first n.
func rest[T any](all iter.Seq2[T, error], n int, yield func(T, error) bool) {
	for v, err := range all {
		if n--; n >= 0 && err == nil {
			continue
		}
		if !yield(v, err) {
			return
		}
	}
}

func (g *guard) runs(ctx context.Context, q Query) iter.Seq2[Run, error] {
	return guarded(g, func(e engine) iter.Seq2[Run, error] { return e.runs(ctx, q) })
}

func (g *guard) uses(ctx context.Context, w wanted) iter.Seq2[Use, error] {
	return guarded(g, func(e engine) iter.Seq2[Use, error] { return e.uses(ctx, w) })
}

func (g *guard) unsettled(ctx context.Context, alive store.Alive) iter.Seq2[store.Unsettled, error] {
	return guarded(g, func(e engine) iter.Seq2[store.Unsettled, error] { return e.unsettled(ctx, alive) })
}

func (g *guard) digests(ctx context.Context, prefix string, limit int) ([]Digest, error) {
	found, err := g.engine().digests(ctx, prefix, limit)
	if g.gave(err) {
		return g.scan.digests(ctx, prefix, limit)
	}
	return found, err
}

func (g *guard) detail(ctx context.Context, run record.ID) (*Detail, error) {
	found, err := g.engine().detail(ctx, run)
	if g.gave(err) {
		return g.scan.detail(ctx, run)
	}
	return found, err
}

func (g *guard) problems(ctx context.Context) ([]error, error) {
	found, err := g.engine().problems(ctx)
	if g.gave(err) {
		return g.scan.problems(ctx)
	}
	return found, err
}

func (g *guard) close() error { return g.tables.close() }
