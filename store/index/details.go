package index

import (
	"cmp"
	"context"
	"encoding/json"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// detail is put together of rows if the bytes of the record are those that it was
// indexed from. Hashing them takes a tenth of what decoding them does.
func (t *tables) detail(ctx context.Context, id record.ID) (*Detail, error) {
	raw, err := t.store.RawRecord(ctx, id)
	if err == nil && hashing.Bytes(raw.Bytes) == hashing.FileDigest(id) {
		d, err := t.storedDetail(ctx, id)
		if d != nil || err != nil {
			return d, err
		}
	}
	return (&scan{t.store}).detail(ctx, id) // it came later, or the store says what is wrong
}

// storedDetail is what the tables have of a record, nil if they do not have it.
func (t *tables) storedDetail(ctx context.Context, id record.ID) (*Detail, error) {
	rows, err := t.query(ctx, "SELECT "+runColumns+", r.detail FROM run r WHERE r.id = ?", id[:])
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	if !rows.Next() {
		return nil, failed(ctx, rows.Err())
	}
	var row runRow
	var raw []byte
	if err := rows.Scan(append(row.fields(), &raw)...); err != nil {
		return nil, failed(ctx, err)
	}
	run, err := row.run()
	if err != nil {
		return nil, err
	}
	var kept detail
	if raw != nil {
		if err := json.Unmarshal(raw, &kept); err != nil {
			return nil, &indexError{err}
		}
	}
	d := &Detail{
		Run: *run, Coverage: cmp.Or(kept.Coverage, record.CoverageDeclared), NoData: kept.NoData, NoPreprocessing: kept.NoPreprocessing,
		Unhashed: kept.Unhashed, Differs: kept.Differs,
	}
	d.Items, err = t.items(ctx, row.number, kept.Sources)
	return d, err
}

// items are what a run made and read.
func (t *tables) items(ctx context.Context, run int64, sources map[int][]record.Source) (found []Item, err error) {
	rows, err := t.query(ctx, "SELECT u.n, u.side, u.role, u.digest, l.text, u.files, u.bytes, coalesce(u.uri, '') FROM use u"+
		" CROSS JOIN location l ON l.location = u.location WHERE u.run = ? AND u.folder IS NULL AND u.files IS NOT NULL ORDER BY u.n", run)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var n, side int
		var role, at string
		var digest []byte
		var i Item
		if err := rows.Scan(&n, &side, &role, &digest, &at, &i.Files, &i.Bytes, &i.URI); err != nil {
			return nil, failed(ctx, err)
		}
		i.Side, i.Role, i.Sources = decodeSide(side), record.Role(role), sources[n]
		if i.Digest, err = decodeDigest(digest); err == nil {
			i.Location, err = record.ParseLocation(at)
		}
		if err != nil {
			return nil, &indexError{err}
		}
		found = append(found, i)
	}
	return found, failed(ctx, rows.Err())
}
