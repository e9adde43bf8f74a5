package index

import (
	"database/sql"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// runColumns are what a run is put together of; few runs are enough for reading
// them in many.
const runColumns = "r.run, r.id, r.invocation, r.started, r.parent, r.facts, r.stamp"

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

// useOrder is the order of every answer, told by a column of the index that uses are
// found by.
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
