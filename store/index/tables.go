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
	store    *store.Store
	path     string
	db       *sql.DB
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
	news     *news
	now      time.Time
	waiting  []tree // folders whose files are not indexed

	sound   map[record.ID]bool // records that were looked at again
	intact  map[int64]bool     // manifests likewise, by tree
	noticed map[string]error   // what was found damaged on the way, by key
	last    struct {           // the manifest that was read last
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
	db, conn, err := connect(ctx, path, "ro", "query_only(1)")
	if err != nil {
		return nil, failed(ctx, err)
	}
	t := &tables{
		store: s, path: path, now: now, db: db, conn: conn, prepared: map[string]*sql.Stmt{}, sound: map[record.ID]bool{},
		intact: map[int64]bool{}, noticed: map[string]error{},
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
	if t.news, err = newsOf(ctx, t.store, t.conn, now); err != nil {
		return err
	}
	t.waiting, err = unlisted(ctx, t.conn)
	return err
}

func (t *tables) close() (err error) {
	for _, s := range t.prepared {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, t.conn.Close(), t.db.Close())
}

// query runs a prepared statement.
func (t *tables) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	s, found := t.prepared[text]
	if !found {
		var err error
		if s, err = t.conn.PrepareContext(ctx, text); err != nil {
			return nil, failed(ctx, fmt.Errorf("%s: %w", text, err))
		}
		t.prepared[text] = s
	}
	rows, err := s.QueryContext(ctx, args...)
	return rows, failed(ctx, err)
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
