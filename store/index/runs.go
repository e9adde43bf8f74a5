package index

import (
	"bytes"
	"cmp"
	"context"
	"iter"
	"strings"
)

func (t *tables) runs(ctx context.Context, q Query) iter.Seq2[Run, error] {
	return func(yield func(Run, error) bool) {
		parts, err := t.runParts(ctx, q)
		if err != nil {
			yield(Run{}, err)
			return
		}
		n := 0
		for run, err := range t.soundRuns(ctx, merge(parts, compareRuns)) {
			if err != nil {
				yield(Run{}, err)
				return
			}
			if !strings.Contains(strings.Join(run.Command, " "), q.Command) {
				continue
			}
			if n++; n > q.Offset && !yield(*run, nil) || q.Limit > 0 && n == q.Offset+q.Limit {
				return
			}
		}
	}
}

func compareRuns(a, b *runRow) int {
	return cmp.Or(bytes.Compare(b.started, a.started), bytes.Compare(b.id, a.id))
}

// soundRuns gives the runs whose records are what they were, each once: a run has
// two rows in a row if it is of two commits that are asked for.
func (t *tables) soundRuns(ctx context.Context, rows iter.Seq2[*runRow, error]) iter.Seq2[*Run, error] {
	return func(yield func(*Run, error) bool) {
		last := int64(-1)
		for row, err := range rows {
			if err == nil && row.number == last {
				continue
			}
			run, sound := (*Run)(nil), false
			if err == nil {
				last = row.number
				run, err = row.run()
			}
			if err == nil {
				sound, err = t.isSound(ctx, run.ID, row.stamp)
			}
			if (err != nil || sound) && !yield(run, err) || err != nil {
				return
			}
		}
	}
}

// runRows gives the rows of a statement.
func (t *tables) runRows(ctx context.Context, text string, args []any) iter.Seq2[*runRow, error] {
	return func(yield func(*runRow, error) bool) {
		rows, err := t.query(ctx, text, args...)
		if err != nil {
			yield(nil, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			row := new(runRow)
			err := failed(ctx, rows.Scan(row.fields()...))
			if !yield(row, err) || err != nil {
				return
			}
		}
		if err := failed(ctx, rows.Err()); err != nil {
			yield(nil, err)
		}
	}
}
