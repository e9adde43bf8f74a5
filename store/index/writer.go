package index

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/lineage-audit/lineage/record"
)

// writer fills the tables. It is used within one transaction.
type writer struct {
	conn     *sql.Conn
	prepared map[string]*sql.Stmt
	// ids of what was met before: texts and sets of packages come again and again.
	known   map[string]int64
	nextRun int64
}

// mostKnown bounds the memory of a writer.
const mostKnown = 200_000

func newWriter(ctx context.Context, conn *sql.Conn) (*writer, error) {
	w := &writer{conn: conn, prepared: map[string]*sql.Stmt{}, known: map[string]int64{}}
	err := conn.QueryRowContext(ctx, "SELECT coalesce(max(run), 0) + 1 FROM run").Scan(&w.nextRun)
	return w, err
}

func (w *writer) close() (err error) {
	for _, s := range w.prepared {
		err = errors.Join(err, s.Close())
	}
	return err
}

func (w *writer) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, found := w.prepared[query]; found {
		return s, nil
	}
	s, err := w.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", query, err)
	}
	w.prepared[query] = s
	return s, nil
}

func (w *writer) exec(ctx context.Context, query string, args ...any) error {
	s, err := w.statement(ctx, query)
	if err == nil {
		_, err = s.ExecContext(ctx, args...)
	}
	return err
}

// number is the id of a text or digest in a table that has one row for each.
func (w *writer) number(ctx context.Context, table, column string, value any) (id int64, added bool, err error) {
	key := fmt.Sprintf("%s %s", table, value)
	if id, found := w.known[key]; found {
		return id, false, nil
	}
	find, err := w.statement(ctx, "SELECT "+table+" FROM "+table+" WHERE "+column+" = ?")
	if err != nil {
		return 0, false, err
	}
	err = find.QueryRowContext(ctx, value).Scan(&id)
	if added = errors.Is(err, sql.ErrNoRows); added {
		add, failure := w.statement(ctx, "INSERT INTO "+table+"("+column+") VALUES (?) RETURNING "+table)
		if failure != nil {
			return 0, false, failure
		}
		err = add.QueryRowContext(ctx, value).Scan(&id)
	}
	if len(w.known) >= mostKnown {
		clear(w.known)
	}
	w.known[key] = id
	return id, added, err
}

// add puts a record into the tables.
func (w *writer) add(ctx context.Context, r *record.Record, stamp int64) error {
	of, n := runOf(r), w.nextRun
	w.nextRun++
	raw, err := encodeFacts(of)
	if err != nil {
		return err
	}
	packages, err := w.addPackages(ctx, r)
	if err != nil {
		return err
	}
	var parent []byte
	if !of.Parent.IsZero() {
		parent = of.Parent[:]
	}
	more, err := encodeDetail(r)
	if err != nil {
		return err
	}
	started := encodeTime(of.Started.Time)
	err = w.exec(ctx, "INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		n, of.ID[:], of.Invocation[:], started, string(of.Outcome.Status), parent, packages, raw, more, stamp)
	for i, u := range namedBy(r) {
		err = cmp.Or(err, w.addUse(ctx, n, i, u))
	}
	for _, c := range commitsOf(r) {
		err = cmp.Or(err, w.addCommit(ctx, n, started, c))
	}
	return cmp.Or(err, w.exec(ctx, "DELETE FROM open WHERE invocation = ?", of.Invocation[:]))
}

func (w *writer) addUse(ctx context.Context, run int64, i int, u named) error {
	at, _, err := w.number(ctx, "location", "text", u.Location.String())
	if err != nil {
		return err
	}
	var folder, tree any
	if u.Within != nil {
		if folder, _, err = w.number(ctx, "location", "text", u.Within.Location.String()); err != nil {
			return err
		}
		tree = u.Within.Tree[:]
	}
	if u.Digest.IsTree() && !u.Parts && !u.Digest.IsEmpty() {
		if err := w.addTree(ctx, u.Digest); err != nil {
			return err
		}
	}
	var files, uri any
	if u.files >= 0 {
		files = u.files
	}
	if u.uri != "" {
		uri = u.uri
	}
	return w.exec(ctx, "INSERT INTO use VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
		run, i, encodeSide(u.Side), string(u.Role), encodeDigest(u.Digest), encodeTime(u.Run.Started.Time), at, u.Bytes, u.Parts, folder, tree, files, uri)
}

// addTree notes that the files of a folder are wanted.
func (w *writer) addTree(ctx context.Context, d Digest) error {
	key := treeKey(d)
	if _, known := w.known[key]; known {
		return nil
	}
	w.known[key] = 0
	return w.exec(ctx, "INSERT INTO tree(digest, listed, stamp) VALUES (?, 0, -1) ON CONFLICT DO NOTHING", d.Tree[:])
}

// treeKey is that of a folder among what is known.
func treeKey(d Digest) string { return "tree " + d.String() }

func (w *writer) addCommit(ctx context.Context, run int64, started []byte, c record.GitHash) error {
	hash, _, err := w.number(ctx, "hash", "text", string(c))
	if err != nil {
		return err
	}
	return w.exec(ctx, "INSERT INTO commits VALUES (?, ?, ?) ON CONFLICT DO NOTHING", hash, started, run)
}

// addPackages keeps a set of packages once, however many runs have it.
func (w *writer) addPackages(ctx context.Context, r *record.Record) (int64, error) {
	var all [][2]string
	for _, p := range r.Dependencies(record.RolePackage) {
		all = append(all, [2]string{p.Annotations.Package.Name, p.Annotations.Package.Version})
	}
	slices.SortFunc(all, func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	all = slices.Compact(all)
	hash := sha256.New()
	for _, p := range all {
		fmt.Fprintf(hash, "%q %q\n", p[0], p[1])
	}
	set, added, err := w.number(ctx, "packages", "digest", hash.Sum(nil))
	if !added {
		return set, err
	}
	for _, p := range all {
		err = cmp.Or(err, w.exec(ctx, "INSERT INTO package VALUES (?, ?, ?)", p[0], p[1], set))
	}
	return set, err
}
