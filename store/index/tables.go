package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
)

// tables is the engine that asks the index. It holds a transaction, during which
// nobody can write, so that all its answers are of one moment.
type tables struct {
	store *store.Store
	path  string
	db    *sql.DB
	conn  *sql.Conn
	// statements are all that were prepared; those that give no answer now are free.
	statements []*sql.Stmt
	free       map[string][]*sql.Stmt
	news       *news
	now        time.Time
	waiting    []tree // folders whose files are not indexed

	sound   map[record.ID]bool          // records that were looked at again
	intact  map[int64]bool              // manifests likewise, by tree
	noticed map[string]error            // records that were found damaged on the way, by key
	unread  map[hashing.TreeDigest]bool // folders whose manifests could not be read
	last    struct {                    // the manifest that was read last
		digest   hashing.TreeDigest
		manifest hashing.Manifest
	}
}

var _ engine = (*tables)(nil)

// openTables opens the index in a folder for reading. Any error but those of ctx, of
// the store, and isLocked, says that there is none that can be used.
func openTables(ctx context.Context, s *store.Store, dir string, now time.Time) (*tables, error) {
	path := filepath.Join(dir, fileName)
	if err := checkFile(path); err != nil {
		return nil, err
	}
	db, conn, err := connect(ctx, path, "ro", "query_only(1)", "cache_size(-65536)")
	if err != nil {
		return nil, failed(ctx, err)
	}
	t := &tables{
		store: s, path: path, now: now, db: db, conn: conn, free: map[string][]*sql.Stmt{}, sound: map[record.ID]bool{},
		intact: map[int64]bool{}, noticed: map[string]error{}, unread: map[hashing.TreeDigest]bool{},
	}
	if err := t.begin(ctx, now); err != nil {
		return nil, errors.Join(err, t.close())
	}
	return t, nil
}

func (t *tables) begin(ctx context.Context, now time.Time) (err error) {
	if _, err := t.conn.ExecContext(ctx, "BEGIN"); err != nil {
		return failed(ctx, err)
	}
	if _, err := checkSeal(ctx, t.conn, t.path); err != nil {
		return failed(ctx, err)
	}
	if t.news, err = newsOf(ctx, t.store, t.conn, clock{now: now}); err != nil {
		return err
	}
	t.waiting, err = unlisted(ctx, t.conn)
	return err
}

func (t *tables) close() (err error) {
	for _, s := range t.statements {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, t.conn.Close(), t.db.Close())
}

// rows are those of a prepared statement, which is free again when they are closed:
// a statement gives one answer at a time.
type rows struct {
	*sql.Rows
	t         *tables
	text      string
	statement *sql.Stmt
}

// Close lets the statement be used again.
func (r *rows) Close() error {
	r.t.free[r.text] = append(r.t.free[r.text], r.statement)
	return r.Rows.Close()
}

// query runs a statement, which is kept for the next time.
func (t *tables) query(ctx context.Context, text string, args ...any) (*rows, error) {
	var s *sql.Stmt
	if free := t.free[text]; len(free) > 0 {
		s, t.free[text] = free[len(free)-1], free[:len(free)-1]
	} else {
		var err error
		if s, err = t.conn.PrepareContext(ctx, text); err != nil {
			return nil, failed(ctx, fmt.Errorf("%s: %w", text, err))
		}
		t.statements = append(t.statements, s)
	}
	found, err := s.QueryContext(ctx, args...)
	if err != nil {
		return nil, failed(ctx, err)
	}
	return &rows{found, t, text, s}, nil
}

// isSound tells whether a record is still what its row says. As long as its file was
// not touched it is; else it is read again, and what has the id has the same facts.
func (t *tables) isSound(ctx context.Context, id record.ID, stamp int64) (bool, error) {
	if sound, known := t.sound[id]; known {
		return sound, nil
	}
	key := store.Key{Kind: store.KindRecord, Record: id}.String()
	now, err := stampAt(ctx, t.store, key)
	if err != nil || now != stamp {
		_, err = t.store.Record(ctx, id)
	}
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) { // gone is not damaged
		t.noticed[key] = err
	}
	if len(t.sound) >= mostKnown {
		clear(t.sound)
	}
	t.sound[id] = err == nil
	return err == nil, nil
}
