package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"github.com/lineage-audit/lineage/store"
)

// Options say where an index may stand, and what the caller wants to hear of it.
type Options struct {
	// Dirs are folders for it: the first one that can be used is. Without any, or
	// where none can be used, the records are scanned.
	Dirs []string
	// Files brings the files of recorded folders up to date too: for who asks by
	// digest or place. Without it such questions are right, and slower.
	Files bool
	// Now is the time; it tells what may have changed within one tick of a clock.
	Now func() time.Time
	// Progress hears how many of so many records, or folders, an update of the index
	// has read.
	Progress func(what string, done, total int64)
	// Note hears why an index was thrown away or is not used.
	Note func(string)
}

func (o Options) note(format string, args ...any) {
	if o.Note != nil {
		o.Note(fmt.Sprintf(format, args...))
	}
}

func (o Options) now() time.Time {
	if o.Now == nil {
		return time.Time{}
	}
	return o.Now()
}

// Open is the catalog of a store: its index, brought up to date, or else the scan.
// That an index cannot be used is a note, and never an error.
func Open(ctx context.Context, s *store.Store, o Options) (*Catalog, error) {
	var failures []string
	for _, dir := range o.Dirs {
		t, err := open(ctx, s, dir, o)
		if err == nil {
			return &Catalog{s, &guard{tables: t, scan: &scan{s}, dir: dir, o: o}}, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if isLocked(err) {
			o.note("another process is writing the index, so that every record was read")
			return Scan(s), nil
		}
		failures = append(failures, fmt.Sprintf("in %s: %v", dir, err))
	}
	if len(failures) > 0 {
		o.note("no index can be used, so that every record was read: %s", strings.Join(failures, "; "))
	}
	return Scan(s), ctx.Err()
}

// open opens the index in a folder, makes it if there is none that can be used, and
// brings it up to date.
func open(ctx context.Context, s *store.Store, dir string, o Options) (*tables, error) {
	if err := prepare(dir); err != nil {
		return nil, err
	}
	fresh := false // nobody needs to look again whether it is up to date
	for try := 0; ; try++ {
		t, err := openTables(ctx, s, dir, o.now())
		switch {
		case err == nil && (fresh || !t.isStale(ctx, o.Files)):
			return t, nil
		case err == nil:
			if err = t.close(); err == nil {
				err = refresh(ctx, s, dir, o)
			}
		case errors.Is(err, fs.ErrNotExist):
			err = build(ctx, s, dir, o)
		case isBroken(err):
			o.note("the index in %s is made anew: %v", dir, err)
			err = build(ctx, s, dir, o)
		}
		fresh = err == nil
		// Where it is broken, it is made anew: but not for ever.
		if err != nil && !isBroken(err) || try == 4 {
			return nil, errors.Join(err, ctx.Err())
		}
	}
}

// isBroken tells whether an index is to be thrown away: it cannot be believed.
func isBroken(err error) bool {
	var e *indexError
	return errors.As(err, &e) && !isLocked(err)
}

// isStale tells whether the store has what the tables lack.
func (t *tables) isStale(ctx context.Context, files bool) bool {
	if len(t.news.changed) > 0 {
		return true
	}
	return files && slices.ContainsFunc(t.waiting, func(w tree) bool {
		now, _ := stampAt(ctx, t.store, manifestKey(w.digest))
		return now != w.stamp // what could not be read before is read again when it has changed
	})
}

// refresh brings an index that is sound up to date, in one transaction.
func refresh(ctx context.Context, s *store.Store, dir string, o Options) (err error) {
	path := dir + "/" + fileName
	db, conn, err := connect(ctx, path, "rw", "journal_mode(memory)", "locking_mode(exclusive)", "synchronous(full)", "cache_size(-65536)")
	if err != nil {
		return failed(ctx, err)
	}
	defer func() { err = errors.Join(err, conn.Close(), db.Close()) }()
	if _, err := conn.ExecContext(ctx, "BEGIN EXCLUSIVE"); err != nil {
		return failed(ctx, err)
	}
	before, err := checkSeal(ctx, conn, path)
	if err != nil {
		return errors.Join(failed(ctx, err), rollback(conn))
	}
	after := newSeal()
	if err := write(ctx, s, conn, after, clockIn(dir, o.now()), o); err != nil {
		if rollback(conn) == nil {
			affix(path, before)
		}
		return err
	}
	return failed(ctx, affix(path, after))
}

func rollback(conn *sql.Conn) error {
	_, err := conn.ExecContext(context.Background(), "ROLLBACK")
	return err
}

// write is the work of refresh between BEGIN and COMMIT.
func write(ctx context.Context, s *store.Store, conn *sql.Conn, seal int64, c clock, o Options) (err error) {
	n, err := newsOf(ctx, s, conn, c)
	if err != nil {
		return err
	}
	w, err := newWriter(ctx, conn)
	if err != nil {
		return failed(ctx, err)
	}
	u := &update{writer: w, store: s, progress: o.progressOf("records")}
	err = u.apply(ctx, n)
	if u.progress = o.progressOf("folders"); err == nil && o.Files {
		err = u.listTrees(ctx)
	}
	if err == nil {
		err = u.exec(ctx, "UPDATE meta SET seal = ?", seal)
	}
	if err = errors.Join(err, w.close()); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return failed(ctx, err)
}

func (o Options) progressOf(what string) func(done, total int64) {
	if o.Progress == nil {
		return nil
	}
	return func(done, total int64) { o.Progress(what, done, total) }
}
