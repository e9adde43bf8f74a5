package index

import (
	"bytes"
	"cmp"
	"context"
	"iter"
	"slices"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// rowsOf is an answer, or a part of one, in the order of all answers.
type rowsOf = iter.Seq2[*useRow, error]

func (t *tables) uses(ctx context.Context, w wanted) iter.Seq2[Use, error] {
	return func(yield func(Use, error) bool) {
		parts, err := t.parts(ctx, w)
		if err != nil {
			yield(Use{}, err)
			return
		}
		of := (*Run)(nil)
		for row, err := range merge(parts, compareRows) {
			sound := false
			if err == nil && (of == nil || !bytes.Equal(of.ID[:], row.id)) {
				of, err = row.run()
			}
			if err == nil {
				sound, err = t.isSound(ctx, of.ID, row.stamp)
			}
			if err != nil {
				yield(Use{}, err)
				return
			}
			if sound && !give(row, of, yield) {
				return
			}
		}
	}
}

// give yields what a row stands for: itself, or files of its folder.
func give(row *useRow, of *Run, yield func(Use, error) bool) bool {
	u := row.use
	u.Run = of
	if row.lines == nil {
		return yield(u, nil)
	}
	for _, e := range row.lines {
		if !yield(fileOf(u, e), nil) {
			return false
		}
	}
	return true
}

// parts are answers that make up one together.
func (t *tables) parts(ctx context.Context, w wanted) ([]rowsOf, error) {
	switch {
	case !w.run.IsZero():
		const find = "SELECT run FROM run WHERE id = ?"
		return []rowsOf{t.rows(ctx, "u.run = ("+find+") ORDER BY u.n", w.run[:])}, nil
	case w.at != nil:
		return t.partsAt(ctx, *w.at, w.side)
	case w.in != hashing.TreeDigest{}:
		return t.partsIn(ctx, w)
	}
	parts := t.bySide(w.side, func(side int) rowsOf {
		return t.rows(ctx, "u.digest = ? AND u.side = ? AND u.started <= ?"+useOrder, encodeDigest(w.digest), side, w.last())
	})
	if w.digest.IsTree() {
		return parts, nil
	}
	meant, err := t.trees(ctx, []hashing.FileDigest{w.digest.File}, hashing.TreeDigest{})
	if err != nil {
		return nil, err
	}
	within, err := t.within(ctx, meant, w)
	return append(parts, within...), err
}

// last is the bound of the column that has the time, greater than any where there is
// none.
func (w wanted) last() []byte {
	if w.until.IsZero() {
		return []byte{0xff}
	}
	return encodeTime(w.until)
}

// bySide asks for one side or both: rows stand in order on each.
func (t *tables) bySide(side Side, ask func(side int) rowsOf) []rowsOf {
	if side != "" {
		return []rowsOf{ask(encodeSide(side))}
	}
	return []rowsOf{ask(encodeSide(Made)), ask(encodeSide(Read))}
}

// rows gives the rows that a condition, which has the order, leaves.
func (t *tables) rows(ctx context.Context, condition string, args ...any) rowsOf {
	return func(yield func(*useRow, error) bool) {
		rows, err := t.query(ctx, "SELECT "+useColumns+useTables+" WHERE "+condition, args...)
		if err != nil {
			yield(nil, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			row := new(useRow)
			err := failed(ctx, scanUse(rows, row))
			if !yield(row, err) || err != nil {
				return
			}
		}
		if err := failed(ctx, rows.Err()); err != nil {
			yield(nil, err)
		}
	}
}

// partsAt are the uses of a place itself, and of it within folders above it.
func (t *tables) partsAt(ctx context.Context, at record.Location, side Side) ([]rowsOf, error) {
	const there = "u.location = (SELECT location FROM location WHERE text = ?) AND u.side = ?"
	parts := t.bySide(side, func(side int) rowsOf { return t.rows(ctx, there+useOrder, at.String(), side) })
	for _, folder := range above(at) {
		path, _ := belowIf(folder, at)
		parts = append(parts, t.bySide(side, func(side int) rowsOf {
			rows := t.rows(ctx, there+" AND u.parts = 0 AND substr(u.digest, 1, 1) = x'74'"+useOrder, folder.String(), side)
			return t.having(ctx, rows, path)
		})...)
	}
	return parts, nil
}

// above are the folders that a place may stand in.
func above(at record.Location) (all []record.Location) {
	for folder := at; ; {
		parent := record.Location{Root: folder.Root, Path: dirOf(folder.Path)}
		if parent == folder {
			return all
		}
		all, folder = append(all, parent), parent
	}
}

// having leaves the folders that have a file at the path.
func (t *tables) having(ctx context.Context, rows rowsOf, path string) rowsOf {
	found := map[hashing.TreeDigest][]hashing.Entry{}
	return func(yield func(*useRow, error) bool) {
		for row, err := range rows {
			if err == nil {
				tree := row.use.Digest.Tree
				if _, known := found[tree]; !known {
					found[tree], err = t.lookup(ctx, tree, path)
				}
				row.lines = found[tree]
			}
			if err != nil {
				yield(nil, err)
				return
			}
			if len(row.lines) > 0 && !yield(row, nil) {
				return
			}
		}
	}
}

func (t *tables) lookup(ctx context.Context, tree hashing.TreeDigest, path string) ([]hashing.Entry, error) {
	m, err := t.whole(ctx, tree)
	if d, found := m.Lookup(path); found {
		return []hashing.Entry{{Path: path, Digest: d}}, err
	}
	return nil, err
}

func compareRows(a, b *useRow) int {
	return cmp.Or(bytes.Compare(b.started, a.started), bytes.Compare(b.id, a.id), cmp.Compare(a.n, b.n))
}

// fromRows is a part that is there already.
func fromRows(all []*useRow) rowsOf {
	slices.SortStableFunc(all, compareRows)
	return func(yield func(*useRow, error) bool) {
		for _, row := range all {
			if !yield(row, nil) {
				return
			}
		}
	}
}
