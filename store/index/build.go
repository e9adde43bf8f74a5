package index

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"os"
	"path/filepath"

	"github.com/lineage-audit/lineage/store"
)

// build makes a new index beside the place of an old one, and puts it there when it
// is whole: whoever is stopped before has changed nothing.
func build(ctx context.Context, s *store.Store, dir string, o Options) (err error) {
	sweep(dir, o.now())
	temp := filepath.Join(dir, buildPrefix+rand.Text())
	defer func() {
		if err != nil {
			os.Remove(temp)
		}
	}()
	seal := newSeal()
	if err := fill(ctx, s, temp, seal, o); err != nil {
		return err
	}
	if err := syncFile(temp); err != nil {
		return err
	}
	if err := affix(temp, seal); err != nil {
		return err
	}
	return os.Rename(temp, filepath.Join(dir, fileName))
}

func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// fill writes a new file. Nobody else sees it, so that it needs no journal.
func fill(ctx context.Context, s *store.Store, path string, seal int64, o Options) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	db, conn, err := connect(ctx, path, "rw", "journal_mode(off)", "locking_mode(exclusive)", "synchronous(off)", "cache_size(-262144)")
	if err != nil {
		return unusable(failed(ctx, err))
	}
	defer func() { err = errors.Join(err, conn.Close(), db.Close()) }()
	return unusable(fillTables(ctx, s, conn, seal, clockIn(filepath.Dir(path), o.now()), o))
}

// unusable says that the place is no good for an index, since one that was just
// begun cannot be broken.
func unusable(err error) error {
	var e *indexError
	if errors.As(err, &e) {
		return e.err
	}
	return err
}

func fillTables(ctx context.Context, s *store.Store, conn *sql.Conn, seal int64, c clock, o Options) (err error) {
	if err := execAll(ctx, conn, "BEGIN;"+schema); err != nil {
		return failed(ctx, err)
	}
	n, err := newsOf(ctx, s, conn, c)
	if err != nil {
		return err
	}
	w, err := newWriter(ctx, conn)
	if err != nil {
		return failed(ctx, err)
	}
	defer func() { err = errors.Join(err, w.close()) }()
	u := &update{writer: w, store: s, progress: o.progressOf("records")}
	if err := u.applyRecords(ctx, n); err != nil {
		return err
	}
	if err := execAll(ctx, conn, indexes); err != nil {
		return failed(ctx, err)
	}
	if err := u.applyIntents(ctx, n); err != nil {
		return err
	}
	if u.progress = o.progressOf("folders"); o.Files {
		if err := u.listTrees(ctx); err != nil {
			return err
		}
	}
	if err := u.exec(ctx, "INSERT INTO meta VALUES (?, ?)", version, seal); err != nil {
		return failed(ctx, err)
	}
	return failed(ctx, execAll(ctx, conn, "COMMIT"))
}
