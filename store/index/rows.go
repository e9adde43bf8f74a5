package index

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"iter"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// runColumns are what a run is put together of; few runs are enough for reading
// them in many.
const runColumns = "r.run, r.id, r.invocation, r.started, r.parent, r.facts, r.stamp"

// newest is the order of every answer. A sign in front of a column keeps SQLite from
// walking its index where few rows are wanted.
const newest = " ORDER BY r.started DESC, r.id DESC"

// runRow is one row of runColumns.
type runRow struct {
	number                               int64
	id, invocation, started, parent, raw []byte
	stamp                                int64
}

func (r *runRow) fields() []any {
	return []any{&r.number, &r.id, &r.invocation, &r.started, &r.parent, &r.raw, &r.stamp}
}

func (r *runRow) run() (*Run, error) {
	run, err := decodeRun(r.id, r.invocation, r.started, r.parent, r.raw)
	if err != nil {
		return nil, &indexError{err}
	}
	return run, nil
}

func (t *tables) runs(ctx context.Context, q Query) iter.Seq2[Run, error] {
	return func(yield func(Run, error) bool) {
		text, args, err := t.runQuery(ctx, q)
		if err != nil {
			yield(Run{}, err)
			return
		}
		n := 0
		for run, err := range t.soundRuns(ctx, text, args) {
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

// soundRuns gives the runs of a query whose records are what they were.
func (t *tables) soundRuns(ctx context.Context, text string, args []any) iter.Seq2[*Run, error] {
	return func(yield func(*Run, error) bool) {
		rows, err := t.query(ctx, text, args...)
		if err != nil {
			yield(nil, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			var row runRow
			err := failed(ctx, rows.Scan(row.fields()...))
			run, sound := (*Run)(nil), false
			if err == nil {
				run, err = row.run()
			}
			if err == nil {
				sound, err = t.isSound(ctx, run.ID, row.stamp)
			}
			if (err != nil || sound) && !yield(run, err) || err != nil {
				return
			}
		}
		if err := failed(ctx, rows.Err()); err != nil {
			yield(nil, err)
		}
	}
}

// condition is a part of a WHERE clause.
type condition struct {
	text string
	args []any
	few  bool // it leaves few runs: they are found by it, and then sorted
	// among says that the text compares a column with what a SELECT gives: nobody
	// knows before how many runs that leaves.
	among bool
}

func (t *tables) runQuery(ctx context.Context, q Query) (string, []any, error) {
	all, err := q.conditions()
	if err != nil {
		return "", nil, err
	}
	order, where, args := newest, []string(nil), []any(nil)
	for _, c := range all {
		if c.among {
			if c.few, err = t.areFew(ctx, c); err != nil {
				return "", nil, err
			}
			if !c.few {
				c.text = "+" + c.text // those that fit are soon met in the order of time
			}
		}
		if where, args = append(where, c.text), append(args, c.args...); c.few {
			order = " ORDER BY +r.started DESC, r.id DESC"
		}
	}
	text := "SELECT " + runColumns + " FROM run r"
	if len(where) > 0 {
		text += " WHERE " + strings.Join(where, " AND ")
	}
	return text + order, args, nil
}

// areFew tells whether a condition leaves few runs.
func (t *tables) areFew(ctx context.Context, c condition) (bool, error) {
	const most = 5000
	rows, err := t.query(ctx, fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM run r WHERE %s LIMIT %d)", c.text, most), c.args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	var n int
	for rows.Next() {
		if err := rows.Scan(&n); err != nil {
			return false, failed(ctx, err)
		}
	}
	return n < most, failed(ctx, rows.Err())
}

func (q Query) conditions() (all []condition, err error) {
	add := func(few bool, text string, args ...any) {
		all = append(all, condition{text: text, args: args, few: few})
	}
	among := func(text string, args ...any) { all = append(all, condition{text: text, args: args, among: true}) }
	for _, prefix := range []struct {
		column, digits string
		size           int
	}{{"r.id", q.ID, 32}, {"r.invocation", q.Invocation, 16}} {
		if prefix.digits != "" {
			first, last, found := prefixRange(prefix.digits, prefix.size)
			if !found {
				add(true, "0")
				continue
			}
			add(true, prefix.column+" >= ? AND "+prefix.column+" <= ?", first, last)
		}
	}
	if q.Status != "" {
		add(false, "r.status = ?", string(q.Status))
	}
	if !q.Parent.IsZero() {
		add(true, "r.parent = ?", q.Parent[:])
	}
	if !q.Since.IsZero() {
		add(false, "r.started >= ?", encodeTime(q.Since))
	}
	if !q.Before.IsZero() {
		add(false, "r.started < ?", encodeTime(q.Before))
	}
	if q.Commit != "" {
		among("r.run IN (SELECT c.run FROM commits c WHERE c.hash IN (SELECT h.hash FROM hash h WHERE h.text >= ? AND h.text < ?))",
			q.Commit, q.Commit+"g") // after every digit
	}
	if q.Package != "" {
		text, args := "r.packages IN (SELECT p.packages FROM package p WHERE p.name = ?", []any{q.Package}
		if q.Version != "" {
			text, args = text+" AND p.version = ?", append(args, q.Version)
		}
		among(text+")", args...)
	}
	return all, nil
}

// prefixRange are the least and the greatest value of so many bytes that start with
// these digits; none does, if they are no such digits.
func prefixRange(digits string, size int) (first, last []byte, found bool) {
	if len(digits) > 2*size || strings.Trim(digits, "0123456789abcdef") != "" {
		return nil, nil, false
	}
	pad := func(with string) []byte {
		b, _ := hex.DecodeString(digits + strings.Repeat(with, 2*size-len(digits)))
		return b
	}
	return pad("0"), pad("f"), true
}

// useColumns are what a use is put together of, after runColumns.
const useColumns = runColumns + ", u.n, u.side, u.role, u.digest, l.text, u.bytes, u.parts, f.text, u.tree"

const useTables = " FROM use u CROSS JOIN run r ON r.run = u.run" +
	" CROSS JOIN location l ON l.location = u.location LEFT JOIN location f ON f.location = u.folder"

// useOrder is newest, told by a column of the index that uses are found by.
const useOrder = " ORDER BY u.started DESC, r.id DESC, u.n"

// useRow is one row of useColumns.
type useRow struct {
	runRow
	n     int64
	use   Use
	lines []hashing.Entry // of a folder: the files that are meant, and not it
}

func scanUse(rows *rows, row *useRow) error {
	var side int
	var role, at string
	var folder sql.NullString
	var digest, tree []byte
	err := rows.Scan(append(row.fields(), &row.n, &side, &role, &digest, &at, &row.use.Bytes, &row.use.Parts, &folder, &tree)...)
	if err != nil {
		return err
	}
	row.use.Side, row.use.Role = decodeSide(side), record.Role(role)
	if row.use.Digest, err = decodeDigest(digest); err != nil {
		return err
	}
	if row.use.Location, err = record.ParseLocation(at); err != nil || !folder.Valid {
		return err
	}
	in, err := record.ParseLocation(folder.String)
	path, inside := belowIf(in, row.use.Location)
	if err != nil || !inside || len(tree) != 32 {
		return fmt.Errorf("a row has a file at %q in a folder at %q", at, folder.String)
	}
	row.use.Within = &Within{hashing.TreeDigest(tree), in, path}
	return nil
}
