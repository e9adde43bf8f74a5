package index

import (
	"context"
	"fmt"
	"iter"
	"strings"
)

// fewWays is how many ways are gone side by side.
const fewWays = 16

// way is a statement that finds runs in the order of an answer.
type way struct {
	tables  string
	started string // the column that has the order
	where   []string
	args    []any
	few     bool // what is left is found by what leaves few runs, and then sorted
}

func (w *way) add(text string, args ...any) {
	w.where, w.args = append(w.where, text), append(w.args, args...)
}

// text is the statement. A sign in front of a column keeps SQLite from walking its
// index.
func (w *way) text() string {
	text := "SELECT " + runColumns + " FROM " + w.tables
	if len(w.where) > 0 {
		text += " WHERE " + strings.Join(w.where, " AND ")
	}
	if w.few {
		return text + " ORDER BY +r.started DESC, r.id DESC"
	}
	return text + " ORDER BY " + w.started + " DESC, r.id DESC"
}

// runParts are answers that make up one together.
func (t *tables) runParts(ctx context.Context, q Query) (parts []iter.Seq2[*runRow, error], err error) {
	ways, err := t.ways(ctx, q)
	for _, w := range ways {
		parts = append(parts, t.runRows(ctx, w.text(), w.args))
	}
	return parts, err
}

// ways are how the runs of a query are found. Those of one commit stand in order, and
// those with one set of packages; of many commits or sets they are looked for among
// all runs.
func (t *tables) ways(ctx context.Context, q Query) ([]way, error) {
	switch {
	case q.Commit != "":
		hashes, err := t.numbers(ctx, "SELECT h.hash FROM hash h WHERE "+ofCommit, q.commits()...)
		if err != nil || len(hashes) <= fewWays {
			return q.each(hashes, way{tables: "commits c CROSS JOIN run r ON r.run = c.run", started: "c.started"}, "c.hash = ?"), err
		}
	case q.Package != "":
		text, args := q.packages()
		sets, err := t.numbers(ctx, "SELECT DISTINCT p.packages FROM package p WHERE "+text, args...)
		if err != nil || len(sets) <= fewWays {
			return q.each(sets, way{tables: "run r", started: "r.started"}, "r.packages = ?"), err
		}
	}
	w := way{tables: "run r", started: "r.started"}
	q.narrow(&w)
	if q.Commit != "" {
		if err := t.among(ctx, &w, "r.run IN (SELECT c.run FROM commits c WHERE c.hash IN (SELECT h.hash FROM hash h WHERE "+ofCommit+"))", q.commits()); err != nil {
			return nil, err
		}
	}
	if q.Package != "" {
		text, args := q.packages()
		if err := t.among(ctx, &w, "r.packages IN (SELECT p.packages FROM package p WHERE "+text+")", args); err != nil {
			return nil, err
		}
	}
	return []way{w}, nil
}

// each is one way for each of the numbers.
func (q Query) each(numbers []int64, by way, condition string) (all []way) {
	for _, n := range numbers {
		w := by
		w.add(condition, n)
		q.narrow(&w)
		if q.Commit != "" && q.Package != "" {
			text, args := q.packages()
			w.add("+r.packages IN (SELECT p.packages FROM package p WHERE "+text+")", args...)
		}
		w.few = false // they stand in order
		all = append(all, w)
	}
	return all
}

// numbers are the first of those that a statement gives, one more than a few.
func (t *tables) numbers(ctx context.Context, text string, args ...any) (found []int64, err error) {
	rows, err := t.query(ctx, fmt.Sprintf("%s LIMIT %d", text, fewWays+1), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, failed(ctx, err)
		}
		found = append(found, n)
	}
	return found, failed(ctx, rows.Err())
}

// among adds a condition of which nobody knows before how many runs it leaves: if
// they are many, some are soon met in the order of time.
func (t *tables) among(ctx context.Context, w *way, text string, args []any) error {
	const most = 5000
	counted, err := t.query(ctx, fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM run r WHERE %s LIMIT %d)", text, most), args...)
	if err != nil {
		return err
	}
	defer counted.Close()
	var n int
	for counted.Next() {
		if err := counted.Scan(&n); err != nil {
			return failed(ctx, err)
		}
	}
	if n < most {
		w.few = true
	} else {
		text = "+" + text
	}
	w.add(text, args...)
	return failed(ctx, counted.Err())
}

// ofCommit is the condition that commits start with some digits.
const ofCommit = "h.text >= ? AND h.text < ?"

func (q Query) commits() []any { return []any{q.Commit, q.Commit + "g"} } // after every digit

// packages is the condition that a set has the package.
func (q Query) packages() (string, []any) {
	if q.Version == "" {
		return "p.name = ?", []any{q.Package}
	}
	return "p.name = ? AND p.version = ?", []any{q.Package, q.Version}
}

// narrow adds what a query says beside commit and package.
func (q Query) narrow(w *way) {
	for _, prefix := range []struct {
		column, digits string
		size           int
	}{{"r.id", q.ID, 32}, {"r.invocation", q.Invocation, 16}} {
		if prefix.digits == "" {
			continue
		}
		w.few = true
		if first, last, found := prefixRange(prefix.digits, prefix.size); found {
			w.add(prefix.column+" >= ? AND "+prefix.column+" <= ?", first, last)
		} else {
			w.add("0")
		}
	}
	if q.Status != "" {
		w.add("r.status = ?", string(q.Status))
	}
	if !q.Parent.IsZero() {
		w.few = true
		w.add("r.parent = ?", q.Parent[:])
	}
	if !q.Since.IsZero() {
		w.add(w.started+" >= ?", encodeTime(q.Since))
	}
	if !q.Before.IsZero() {
		w.add(w.started+" < ?", encodeTime(q.Before))
	}
}
