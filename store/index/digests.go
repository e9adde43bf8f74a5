package index

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"github.com/lineage-audit/lineage/hashing"
)

func (t *tables) digests(ctx context.Context, prefix string, limit int) ([]Digest, error) {
	first, last, found := prefixRange(prefix, 32)
	if !found {
		return nil, nil
	}
	all := map[Digest]bool{}
	for _, kind := range []byte{'f', 't'} {
		if err := t.addDigests(ctx, all, append([]byte{kind}, first...), append([]byte{kind}, last...), limit); err != nil {
			return nil, err
		}
	}
	if err := t.addEntries(ctx, all, hashing.FileDigest(first), hashing.FileDigest(last), limit); err != nil {
		return nil, err
	}
	for _, w := range t.waiting {
		m, err := t.whole(ctx, w.digest)
		if err != nil {
			return nil, err
		}
		for _, e := range m.Entries() {
			if d := OfFile(e.Digest); isBetween(e.Digest, first, last) && !all[d] {
				if all[d], err = t.isUsed(ctx, d); err != nil {
					return nil, err
				}
			}
		}
	}
	return firstDigests(all, prefix, limit), nil
}

func isBetween(d hashing.FileDigest, first, last []byte) bool {
	return bytes.Compare(d[:], first) >= 0 && bytes.Compare(d[:], last) <= 0
}

// isUsed tells whether a digest is in a record that can be read.
func (t *tables) isUsed(ctx context.Context, d Digest) (bool, error) {
	for _, err := range t.uses(ctx, wanted{digest: d}) {
		return err == nil, err
	}
	return false, nil
}

// addDigests leaps from digest to digest: one may stand in a million rows.
func (t *tables) addDigests(ctx context.Context, all map[Digest]bool, first, last []byte, limit int) error {
	for n := 0; n < limit; {
		b, err := t.next(ctx, first, last)
		if err != nil || b == nil {
			return err
		}
		d, err := decodeDigest(b)
		if err != nil {
			return &indexError{err}
		}
		used, err := t.isUsed(ctx, d)
		if err != nil {
			return err
		}
		if used {
			all[d] = true
			n++
		}
		first = append(b, 0) // the next one is greater
	}
	return nil
}

func (t *tables) next(ctx context.Context, first, last []byte) (found []byte, err error) {
	rows, err := t.query(ctx, "SELECT digest FROM use WHERE digest >= ? AND digest <= ? ORDER BY digest LIMIT 1", first, last)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&found); err != nil {
			return nil, failed(ctx, err)
		}
	}
	return found, failed(ctx, rows.Err())
}

// addEntries adds files of folders until there are enough of them: rows stand in the
// order of their first digits.
func (t *tables) addEntries(ctx context.Context, all map[Digest]bool, first, last hashing.FileDigest, limit int) error {
	found, reached := map[Digest]bool{}, int64(0)
	for h, err := range t.hitsBetween(ctx, prefixOf(first), prefixOf(last)) {
		if err != nil {
			return err
		}
		if len(found) >= limit && h.prefix > reached {
			return nil
		}
		reached = h.prefix
		e, there, err := t.line(ctx, h.hit)
		if err != nil {
			return err
		}
		d := OfFile(e.Digest)
		if !there || !isBetween(e.Digest, first[:], last[:]) || found[d] {
			continue
		}
		used, err := t.isUsed(ctx, d)
		if err != nil {
			return err
		}
		if used {
			found[d], all[d] = true, true
		}
	}
	return nil
}

// prefixedHit is a hit and by what it was found.
type prefixedHit struct {
	hit
	prefix int64
}

func (t *tables) hitsBetween(ctx context.Context, first, last int64) func(func(prefixedHit, error) bool) {
	return func(yield func(prefixedHit, error) bool) {
		rows, err := t.query(ctx, "SELECT e.prefix, t.tree, t.digest, t.stamp, e.at FROM entry e CROSS JOIN tree t ON t.tree = e.tree"+
			" WHERE e.prefix >= ? AND e.prefix <= ? ORDER BY e.prefix", first, last)
		if err != nil {
			yield(prefixedHit{}, err)
			return
		}
		defer rows.Close()
		for rows.Next() {
			var h prefixedHit
			var digest []byte
			err := failed(ctx, rows.Scan(&h.prefix, &h.number, &digest, &h.stamp, &h.at))
			if err == nil && copy(h.digest[:], digest) != len(h.digest) {
				err = &indexError{errors.New("a folder's digest is short")}
			}
			if !yield(h, err) || err != nil {
				return
			}
		}
		if err := failed(ctx, rows.Err()); err != nil {
			yield(prefixedHit{}, err)
		}
	}
}

// compareDigests is the order of their texts; a file's stands before a folder's.
func compareDigests(a, b Digest) int {
	if c := bytes.Compare(a.bytes(), b.bytes()); c != 0 || a.IsTree() == b.IsTree() {
		return c
	}
	if b.IsTree() {
		return -1
	}
	return 1
}

func (d Digest) bytes() []byte {
	if d.IsTree() {
		return d.Tree[:]
	}
	return d.File[:]
}

// sortErrors puts problems into the order of their texts, each once.
func sortErrors(all []error) []error {
	slices.SortFunc(all, func(a, b error) int { return bytes.Compare([]byte(a.Error()), []byte(b.Error())) })
	return slices.CompactFunc(all, func(a, b error) bool { return a.Error() == b.Error() })
}
