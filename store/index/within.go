package index

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
)

func dirOf(p string) string { return path.Dir(p) }

// fewTrees is how many folders are asked for one by one, so that their uses need not
// all be read before the first one is given.
const fewTrees = 8

// meant are the files of folders that are asked for.
type meant map[hashing.TreeDigest][]hashing.Entry

// trees are the folders, but one, that have any of the files.
func (t *tables) trees(ctx context.Context, files []hashing.FileDigest, but hashing.TreeDigest) (meant, error) {
	wanted := make(map[hashing.FileDigest]bool, len(files))
	for _, d := range files {
		wanted[d] = true
	}
	found := meant{}
	for chunk := range slices.Chunk(files, chunkSize) {
		if err := t.treesOf(ctx, chunk, wanted, but, found); err != nil {
			return nil, err
		}
	}
	for _, w := range t.waiting {
		if w.digest == but {
			continue
		}
		m, err := t.whole(ctx, w.digest)
		if err != nil {
			return nil, err
		}
		for _, e := range m.Entries() {
			if wanted[e.Digest] {
				found[w.digest] = append(found[w.digest], e)
			}
		}
	}
	for _, lines := range found {
		slices.SortFunc(lines, func(a, b hashing.Entry) int { return strings.Compare(a.Path, b.Path) })
	}
	return found, nil
}

// chunkSize is how many digests one statement asks for.
const chunkSize = 256

// many is the text of so many parameters.
func many(n int) string { return "?" + strings.Repeat(", ?", n-1) }

// hit is a row of the table of entries, with its folder.
type hit struct {
	tree
	at int64
}

func (t *tables) treesOf(ctx context.Context, files []hashing.FileDigest, wanted map[hashing.FileDigest]bool, but hashing.TreeDigest, found meant) error {
	hits, err := t.hits(ctx, files, but)
	if err != nil {
		return err
	}
	for _, h := range hits {
		e, there, err := t.line(ctx, h)
		if err != nil {
			return err
		}
		if there && wanted[e.Digest] {
			found[h.digest] = append(found[h.digest], e)
		}
	}
	return nil
}

// hits are the rows of files in folders, but one: the files of a large folder mostly
// hit that very folder.
func (t *tables) hits(ctx context.Context, files []hashing.FileDigest, but hashing.TreeDigest) (found []hit, err error) {
	args := make([]any, len(files), len(files)+1)
	for i, d := range files {
		args[i] = prefixOf(d)
	}
	const others = " AND e.tree <> coalesce((SELECT tree FROM tree WHERE digest = ?), 0)"
	rows, err := t.query(ctx, "SELECT t.tree, t.digest, t.stamp, e.at FROM entry e CROSS JOIN tree t ON t.tree = e.tree"+
		" WHERE e.prefix IN ("+many(len(args))+")"+others, append(args, but[:])...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var h hit
		var digest []byte
		if err := rows.Scan(&h.number, &digest, &h.stamp, &h.at); err != nil {
			return nil, failed(ctx, err)
		}
		if copy(h.digest[:], digest) != len(h.digest) {
			return nil, &indexError{errors.New("a folder's digest is short")}
		}
		found = append(found, h)
	}
	return found, failed(ctx, rows.Err())
}

// line reads the file that a hit means, and whether its manifest is still there.
func (t *tables) line(ctx context.Context, h hit) (hashing.Entry, bool, error) {
	intact, known := t.intact[h.number]
	if !known {
		now, err := stampAt(ctx, t.store, manifestKey(h.digest))
		if ctx.Err() != nil {
			return hashing.Entry{}, false, ctx.Err()
		}
		intact = err == nil && now == h.stamp && now != 0
		t.intact[h.number] = intact
	}
	if intact {
		if e, err := lineAt(ctx, t.store, h.tree, h.at); err == nil {
			return e, true, nil
		}
	}
	m, err := t.whole(ctx, h.digest)
	if err != nil || m.Len() == 0 {
		return hashing.Entry{}, false, err
	}
	var at int64
	for _, e := range m.Entries() {
		if at == h.at {
			return e, true, nil
		}
		at += lineSize(e)
	}
	return hashing.Entry{}, false, &indexError{errors.New("a row means no line of its manifest")}
}

// lineSize is how many bytes of a manifest a file takes.
func lineSize(e hashing.Entry) int64 {
	m, err := hashing.NewManifest([]hashing.Entry{{Path: e.Path, Digest: e.Digest}})
	if err != nil {
		panic("index: a manifest's line is none: " + err.Error())
	}
	return int64(len(m.Bytes()))
}

// whole reads a manifest, and remembers the last one. One that cannot be read has no files.
func (t *tables) whole(ctx context.Context, tree hashing.TreeDigest) (hashing.Manifest, error) {
	switch {
	case t.unread[tree]:
		return hashing.Manifest{}, nil
	case t.last.digest == tree:
		return t.last.manifest, nil
	}
	m, err := manifest(ctx, t.store, tree)
	if ctx.Err() != nil {
		return m, ctx.Err()
	}
	if err != nil {
		t.unread[tree] = true
	}
	t.last.digest, t.last.manifest = tree, m
	return m, nil
}

// within are the uses of folders that stand for some of their files.
func (t *tables) within(ctx context.Context, files meant, w wanted) ([]rowsOf, error) {
	const of = "u.digest = ? AND u.side = ? AND u.parts = 0 AND u.started <= ?" + useOrder
	var parts []rowsOf
	for tree, lines := range files {
		parts = append(parts, t.bySide(w.side, func(side int) rowsOf {
			return standingFor(t.rows(ctx, of, encodeDigest(OfTree(tree)), side, w.last()), lines)
		})...)
	}
	if len(files) <= fewTrees {
		return parts, nil
	}
	var all []*useRow
	for _, p := range parts {
		for row, err := range p {
			if err != nil {
				return nil, err
			}
			all = append(all, row)
		}
	}
	return []rowsOf{fromRows(all)}, nil
}

func standingFor(rows rowsOf, lines []hashing.Entry) rowsOf {
	return func(yield func(*useRow, error) bool) {
		for row, err := range rows {
			if err == nil {
				row.lines = lines
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

// partsIn are the uses of any file of a folder.
func (t *tables) partsIn(ctx context.Context, w wanted) ([]rowsOf, error) {
	m, err := manifest(ctx, t.store, w.in)
	if err != nil {
		return nil, manifestError(w.in, err)
	}
	there := make(map[hashing.FileDigest]bool, m.Len())
	var files []hashing.FileDigest
	for _, e := range m.Entries() {
		if !there[e.Digest] && !e.Digest.IsEmpty() {
			there[e.Digest] = true
			files = append(files, e.Digest)
		}
	}
	var all []*useRow
	for chunk := range slices.Chunk(files, chunkSize) {
		if all, err = t.direct(ctx, all, chunk, w.in, w.side); err != nil {
			return nil, err
		}
	}
	found, err := t.trees(ctx, files, w.in)
	if err != nil {
		return nil, err
	}
	parts, err := t.within(ctx, found, w)
	return append(parts, fromRows(all)), err
}

// direct adds the uses of files that stand for themselves, but not those that are
// parts of the folder.
func (t *tables) direct(ctx context.Context, all []*useRow, files []hashing.FileDigest, but hashing.TreeDigest, side Side) ([]*useRow, error) {
	sides := "1, 2"
	if side != "" {
		sides = string(rune('0' + encodeSide(side)))
	}
	args := make([]any, len(files), len(files)+1)
	for i, d := range files {
		args[i] = encodeDigest(OfFile(d))
	}
	condition := "u.digest IN (" + many(len(files)) + ") AND u.side IN (" + sides + ") AND (u.tree IS NULL OR u.tree <> ?)"
	for row, err := range t.rows(ctx, condition, append(args, but[:])...) {
		if err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, nil
}
