package trace_test

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store/index"
	"github.com/lineage-audit/lineage/trace"
)

// memo remembers what a catalog answered: the scan reads every record each time, and
// a test asks the same again and again.
type memo struct {
	trace.Catalog
	uses     map[string][]index.Use
	problems *[]error
	records  map[record.ID]*record.Record
	details  map[record.ID]*index.Detail
}

func (m *memo) ByDigest(ctx context.Context, d index.Digest, side index.Side) iter.Seq2[index.Use, error] {
	return m.answer(fmt.Sprint(d, side), m.Catalog.ByDigest(ctx, d, side))
}

func (m *memo) MadeUntil(ctx context.Context, d index.Digest, until time.Time) iter.Seq2[index.Use, error] {
	return m.answer(fmt.Sprint("until", d, until), m.Catalog.MadeUntil(ctx, d, until))
}

func (m *memo) ByFilesOf(ctx context.Context, tree hashing.TreeDigest, side index.Side) iter.Seq2[index.Use, error] {
	return m.answer(fmt.Sprint("files of", tree, side), m.Catalog.ByFilesOf(ctx, tree, side))
}

func (m *memo) Problems(ctx context.Context) ([]error, error) {
	if m.problems == nil {
		found, err := m.Catalog.Problems(ctx)
		if err != nil {
			return nil, err
		}
		m.problems = &found
	}
	return *m.problems, nil
}

// Detail is of the records that are decoded already.
func (m *memo) Detail(ctx context.Context, id record.ID) (*index.Detail, error) {
	if d := m.details[id]; d != nil {
		return d, nil
	}
	if r := m.records[id]; r != nil {
		m.details[id] = index.DetailOf(r)
		return m.details[id], nil
	}
	return m.Catalog.Detail(ctx, id)
}

func (m *memo) answer(key string, ask iter.Seq2[index.Use, error]) iter.Seq2[index.Use, error] {
	return func(yield func(index.Use, error) bool) {
		known, found := m.uses[key]
		if !found {
			for u, err := range ask {
				if err != nil {
					yield(u, err)
					return
				}
				known = append(known, u)
			}
			m.uses[key] = known
		}
		for _, u := range known {
			if !yield(u, nil) {
				return
			}
		}
	}
}
