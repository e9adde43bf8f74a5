package index_test

import (
	"bytes"
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/store/index"
)

// readerOf is a run that read a folder, whose manifest is kept.
func (f *fixture) readerOf(t *testing.T, i int, files recordtest.Files) *record.Record {
	t.Helper()
	at := recordtest.As(record.Invocation{byte(i), 7}, recordtest.Started.Add(time.Duration(i)*time.Minute))
	r := recordtest.Record(t, at, recordtest.InputTree(record.RoleData, "repo:in", files))
	check(t, f.PutRecord(t.Context(), r))
	m := files.Manifest()
	check(t, f.PutBlob(t.Context(), m.Digest().ManifestDigest(), bytes.NewReader(m.Bytes())))
	return r
}

// readers is how many runs read the bytes.
func (f *fixture) readers(t *testing.T, content string) (n int) {
	t.Helper()
	c, err := index.Open(t.Context(), f.Store, f.options())
	check(t, err)
	defer c.Close()
	for _, err := range c.ByDigest(t.Context(), index.OfFile(hashing.Bytes([]byte(content))), index.Read) {
		check(t, err)
		n++
	}
	return n
}

// folders is how many the index has of the digest.
func (f *fixture) folders(t *testing.T, files recordtest.Files) (n int) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+f.file()+"?mode=ro")
	check(t, err)
	defer db.Close()
	d := files.Manifest().Digest()
	check(t, db.QueryRowContext(t.Context(), "SELECT count(*) FROM tree WHERE digest = ?", d[:]).Scan(&n))
	return n
}

// A folder is forgotten with the last run that had it, and is found again when one
// comes back; its number is no other folder's meanwhile.
func TestFolderOfRemovedRuns(t *testing.T) {
	f := newFixture(t, 1)
	shared, other := recordtest.Files{"a": "shared content"}, recordtest.Files{"b": "other content"}
	expect := func(readers, folders int) {
		t.Helper()
		if got := f.readers(t, "shared content"); got != readers {
			t.Errorf("%d runs read it, want %d", got, readers)
		}
		if got := f.folders(t, shared); got != folders {
			t.Errorf("%d folders, want %d", got, folders)
		}
	}
	remove := func(r *record.Record) {
		t.Helper()
		key := store.Key{Kind: store.KindRecord, Record: r.ID()}.String()
		check(t, os.Remove(filepath.Join(filepath.Dir(f.dir), key)))
	}
	first, second := f.readerOf(t, 1, shared), f.readerOf(t, 2, shared)
	expect(2, 1)
	remove(first)
	expect(1, 1)
	remove(second)
	expect(0, 0)
	f.readerOf(t, 3, other)
	expect(0, 0)
	check(t, f.PutRecord(t.Context(), first))
	expect(1, 1)
	if got := f.readers(t, "other content"); got != 1 {
		t.Errorf("%d runs read the other folder", got)
	}
}
