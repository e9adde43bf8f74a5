package store

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/lineage-audit/lineage/record"
)

// Upstream gives the runs that made what these ones read, and what those read in
// turn, in the order of the ids; these ones are among them only if a run of them made
// something for another. Runs are joined as by PlanSweep. While something cannot be
// read the answer may lack a run: what is wrong stands in the error, beside the others.
func (s *Store) Upstream(ctx context.Context, of []record.ID) ([]record.ID, error) {
	w := newSweeper(s, nil, SweepOptions{}, time.Time{})
	if err := w.records(ctx); err != nil {
		return nil, err
	}
	var todo []*sweptRun
	for _, id := range of {
		if r, there := w.byID[id]; there {
			todo = append(todo, r)
		}
	}
	m, found := &makers{sweeper: w}, map[record.ID]bool{}
	for len(todo) > 0 {
		r := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		err := m.of(ctx, r, func(maker *sweptRun) {
			if !found[maker.ID] && maker != r {
				found[maker.ID] = true
				todo = append(todo, maker)
			}
		})
		if err != nil {
			return nil, err
		}
	}
	all := make([]record.ID, 0, len(found))
	for id := range found {
		all = append(all, id)
	}
	slices.SortFunc(all, func(a, b record.ID) int { return bytes.Compare(a[:], b[:]) })
	return all, errors.Join(w.damaged...)
}
