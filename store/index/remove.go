package index

import (
	"cmp"
	"context"
	"database/sql"
	"errors"

	"github.com/lineage-audit/lineage/record"
)

// remove takes a record out of the tables, and gives its invocation where no other
// record is of it.
func (w *writer) remove(ctx context.Context, id record.ID) (*record.Invocation, error) {
	var run int64
	var invocation []byte
	err := w.conn.QueryRowContext(ctx, "SELECT run, invocation FROM run WHERE id = ?", id[:]).Scan(&run, &invocation)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	trees, failure := w.treesOf(ctx, run)
	err = cmp.Or(err, failure)
	for _, table := range []string{"use", "commits", "run"} {
		err = cmp.Or(err, w.exec(ctx, "DELETE FROM "+table+" WHERE run = ?", run))
	}
	for _, d := range trees {
		err = cmp.Or(err, w.removeTree(ctx, d))
	}
	var others int
	err = cmp.Or(err, w.conn.QueryRowContext(ctx, "SELECT count(*) FROM run WHERE invocation = ?", invocation).Scan(&others))
	if err != nil || others > 0 || len(invocation) != 16 {
		return nil, err
	}
	i := record.Invocation(invocation)
	return &i, nil
}

// treesOf are the folders of a run.
func (w *writer) treesOf(ctx context.Context, run int64) (found [][]byte, err error) {
	find, err := w.statement(ctx, "SELECT DISTINCT digest FROM use WHERE run = ? AND substr(digest, 1, 1) = x'74'")
	if err != nil {
		return nil, err
	}
	rows, err := find.QueryContext(ctx, run)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var d []byte
		if err := rows.Scan(&d); err != nil {
			return nil, err
		}
		found = append(found, d)
	}
	return found, rows.Err()
}

// removeTree forgets a folder that no run has any more. The rows of its files stand in
// the order of their digests, so that finding them takes a look at all there are: they
// are left, mean nothing, and go when the index is made anew.
func (w *writer) removeTree(ctx context.Context, encoded []byte) error {
	d, err := decodeDigest(encoded)
	if err != nil {
		return err
	}
	delete(w.known, treeKey(d))
	return w.exec(ctx, "DELETE FROM tree WHERE digest = ? AND NOT EXISTS (SELECT 1 FROM use WHERE use.digest = ? AND parts = 0)", d.Tree[:], encoded)
}
