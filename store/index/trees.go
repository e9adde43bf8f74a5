package index

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/store"
)

// The files of a folder are indexed once, however many runs read it: a row has the
// first digits of a file's digest and where its line stands in the manifest, which
// the store keeps. That is a fifth of what paths and digests would take.

// tree is a folder whose files are wanted.
type tree struct {
	number int64
	digest hashing.TreeDigest
	stamp  int64 // of its manifest, when that was read
}

// entry is one file of a folder.
type entry struct{ prefix, tree, at int64 }

// batch is how many entries are sorted before they go into the table, which is
// ordered by what looks random.
const batch = 500_000

// unlisted are the folders whose files the tables do not have.
func unlisted(ctx context.Context, conn *sql.Conn) (found []tree, err error) {
	rows, err := conn.QueryContext(ctx, "SELECT tree, digest, stamp FROM tree WHERE listed = 0")
	if err != nil {
		return nil, failed(ctx, err)
	}
	defer rows.Close()
	for rows.Next() {
		var number, stamp int64
		var digest []byte
		if err := rows.Scan(&number, &digest, &stamp); err != nil || len(digest) != 32 {
			return nil, failed(ctx, cmp.Or(err, fmt.Errorf("a folder's digest has %d bytes", len(digest))))
		}
		found = append(found, tree{number, hashing.TreeDigest(digest), stamp})
	}
	return found, failed(ctx, rows.Err())
}

// listTrees puts the files of the folders that have none yet into the tables. What
// cannot be read is left for another time.
func (u *update) listTrees(ctx context.Context) error {
	todo, err := unlisted(ctx, u.conn)
	if err != nil {
		return err
	}
	var entries []entry
	for i, t := range todo {
		found, stamp, err := entriesOf(ctx, u.store, t)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		listed := err == nil // else it is among the problems
		if err := u.exec(ctx, "UPDATE tree SET listed = ?, stamp = ? WHERE tree = ?", listed, stamp, t.number); err != nil {
			return failed(ctx, err)
		}
		if entries = append(entries, found...); len(entries) > batch || i == len(todo)-1 {
			if err := u.addEntries(ctx, entries); err != nil {
				return err
			}
			entries = entries[:0]
		}
		if u.progress != nil {
			u.progress(int64(i+1), int64(len(todo)))
		}
	}
	return u.addEntries(ctx, entries)
}

func (u *update) addEntries(ctx context.Context, entries []entry) error {
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.prefix, b.prefix), cmp.Compare(a.tree, b.tree), cmp.Compare(a.at, b.at))
	})
	for i, e := range entries {
		if i%1000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := u.exec(ctx, "INSERT OR IGNORE INTO entry VALUES (?, ?, ?)", e.prefix, e.tree, e.at); err != nil {
			return failed(ctx, err)
		}
	}
	return nil
}

// entriesOf reads a manifest. Its stamp comes first.
func entriesOf(ctx context.Context, s *store.Store, t tree) ([]entry, int64, error) {
	stamp, err := stampAt(ctx, s, manifestKey(t.digest))
	if err != nil {
		return nil, 0, err
	}
	raw, err := s.ReadBlob(ctx, t.digest.ManifestDigest(), maxManifest)
	if err != nil {
		return nil, stamp, err
	}
	m, err := hashing.ParseManifest(raw)
	if err != nil {
		return nil, stamp, err
	}
	var at int64
	found := make([]entry, 0, m.Len())
	for _, e := range m.Entries() {
		found = append(found, entry{prefixOf(e.Digest), t.number, at})
		at += int64(bytes.IndexByte(raw[at:], '\n') + 1)
	}
	return found, stamp, nil
}

func manifestKey(d hashing.TreeDigest) string {
	return store.Key{Kind: store.KindBlob, Digest: d.ManifestDigest()}.String()
}

// lineAt reads one line of a manifest that is as it was when it was hashed.
func lineAt(ctx context.Context, s *store.Store, t tree, at int64) (hashing.Entry, error) {
	var line []byte
	for size := 512; ; size *= 8 {
		line = make([]byte, size)
		n, err := s.PeekBlob(ctx, t.digest.ManifestDigest(), line, at)
		if err != nil && !errors.Is(err, io.EOF) {
			return hashing.Entry{}, err
		}
		if end := bytes.IndexByte(line[:n], '\n'); end >= 0 {
			line = line[:end+1]
			break
		}
		if n < size {
			return hashing.Entry{}, fmt.Errorf("no line of the manifest of %s stands at %d", t.digest, at)
		}
	}
	m, err := hashing.ParseManifest(line)
	if err != nil {
		return hashing.Entry{}, err
	}
	return m.Entries()[0], nil
}
