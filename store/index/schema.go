package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"modernc.org/sqlite" // registers the driver too
	sqlite3 "modernc.org/sqlite/lib"
)

// version is that of the tables and of what stands in them. It changes with either:
// an index of another version is made anew in its place.
const version = 2

// fileName is the index within its folder. It stays when the version changes, so that
// none is left behind.
const fileName = "index-v1.sqlite"

// schema is what a record becomes. A digest is 'f' or 't', for a file or a folder,
// and its 32 bytes; started sorts as the time does. The number of a tree is used once:
// rows of entry outlive a folder that no run has any more.
const schema = `
CREATE TABLE meta(version INTEGER NOT NULL, seal INTEGER NOT NULL);
CREATE TABLE folder(name TEXT PRIMARY KEY, stamp INTEGER NOT NULL, seen INTEGER NOT NULL, settled INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE problem(key TEXT PRIMARY KEY, stamp INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE open(invocation BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE run(run INTEGER PRIMARY KEY, id BLOB NOT NULL, invocation BLOB NOT NULL, started BLOB NOT NULL,
	status TEXT NOT NULL, parent BLOB, packages INTEGER NOT NULL, facts BLOB NOT NULL, detail BLOB, stamp INTEGER NOT NULL);
CREATE TABLE use(run INTEGER NOT NULL, n INTEGER NOT NULL, side INTEGER NOT NULL, role TEXT NOT NULL, digest BLOB NOT NULL,
	started BLOB NOT NULL, location INTEGER NOT NULL, bytes INTEGER NOT NULL, parts INTEGER NOT NULL,
	folder INTEGER, tree BLOB, files INTEGER, uri TEXT, PRIMARY KEY(run, n)) WITHOUT ROWID;
CREATE TABLE location(location INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE hash(hash INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
CREATE TABLE commits(hash INTEGER NOT NULL, started BLOB NOT NULL, run INTEGER NOT NULL, PRIMARY KEY(hash, started, run)) WITHOUT ROWID;
CREATE TABLE packages(packages INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE);
CREATE TABLE package(name TEXT NOT NULL, version TEXT NOT NULL, packages INTEGER NOT NULL, PRIMARY KEY(name, version, packages)) WITHOUT ROWID;
CREATE TABLE tree(tree INTEGER PRIMARY KEY AUTOINCREMENT, digest BLOB NOT NULL UNIQUE, listed INTEGER NOT NULL, stamp INTEGER NOT NULL);
CREATE TABLE entry(prefix INTEGER NOT NULL, tree INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY(prefix, tree, at)) WITHOUT ROWID;
`

// indexes are made when the tables have been filled: that is much faster.
const indexes = `
CREATE UNIQUE INDEX run_id ON run(id);
CREATE INDEX run_invocation ON run(invocation);
CREATE INDEX run_started ON run(started);
CREATE INDEX run_status ON run(status, started);
CREATE INDEX run_packages ON run(packages, started);
CREATE INDEX run_parent ON run(parent) WHERE parent IS NOT NULL;
CREATE INDEX use_digest ON use(digest, side, started);
CREATE INDEX use_location ON use(location, side, started);
CREATE INDEX commits_run ON commits(run);
CREATE INDEX tree_unlisted ON tree(tree) WHERE listed = 0;
`

// indexError says that the index, and not the store, is why there is no answer.
type indexError struct{ err error }

func (e *indexError) Error() string { return "the index: " + e.err.Error() }
func (e *indexError) Unwrap() error { return e.err }

// failed wraps what SQLite says, but for the end of a context.
func failed(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &indexError{err}
}

// isLocked tells whether another process has the index.
func isLocked(err error) bool {
	var e *sqlite.Error
	return errors.As(err, &e) && (e.Code()&0xff == sqlite3.SQLITE_BUSY || e.Code()&0xff == sqlite3.SQLITE_LOCKED)
}

// connect opens the file at path. A file that is not there is an error, unless mode
// is "rwc".
func connect(ctx context.Context, path, mode string, pragmas ...string) (*sql.DB, *sql.Conn, error) {
	values := url.Values{"mode": {mode}}
	for _, p := range append(pragmas, "busy_timeout(2000)", "trusted_schema(0)", "cell_size_check(1)", "temp_store(memory)") {
		values.Add("_pragma", p)
	}
	name := url.URL{Scheme: "file", Path: path, RawQuery: values.Encode()}
	db, err := sql.Open("sqlite", name.String())
	if err != nil {
		return nil, nil, err
	}
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return db, conn, nil
}

// execAll runs statements that are separated by semicolons.
func execAll(ctx context.Context, conn *sql.Conn, script string) error {
	for statement := range strings.SplitSeq(script, ";") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := conn.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%.40s…: %w", strings.TrimSpace(statement), err)
		}
	}
	return nil
}
