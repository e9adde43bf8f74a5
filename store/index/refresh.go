package index

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
)

// news is what changed in a store since its index was written.
type news struct {
	known   map[string]folder
	changed []folder // as they are now
	beside  []string // names that are none of a folder of records or intents
}

// newsOf looks at every folder, and at what could not be read before.
func newsOf(ctx context.Context, s *store.Store, conn *sql.Conn, c clock) (*news, error) {
	n := &news{known: map[string]folder{}}
	if err := n.read(ctx, conn); err != nil {
		return nil, err
	}
	again, err := mended(ctx, s, conn)
	if err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for _, kind := range []store.Kind{store.KindRecord, store.KindIntent} {
		names, beside, err := shards(ctx, s, kind)
		if err != nil {
			return nil, &store.ListError{What: string(kind), Err: err}
		}
		n.beside = append(n.beside, beside...)
		for _, name := range names {
			there[name] = true
			known := n.known[name]
			known.name = name
			f, err := look(ctx, s, known, c)
			if err != nil {
				return nil, err
			}
			if !known.unchanged(f) || again[name] {
				n.changed = append(n.changed, f)
			}
		}
		for name := range n.known {
			if !there[name] && kindOf(name) == kind {
				n.changed = append(n.changed, folder{name: name, gone: true})
			}
		}
	}
	return n, nil
}

func kindOf(shard string) store.Kind { return store.Kind(shard[:len(shard)-len("/aa/")]) }

func (n *news) read(ctx context.Context, conn *sql.Conn) error {
	rows, err := conn.QueryContext(ctx, "SELECT name, stamp, seen, settled FROM folder")
	if err != nil {
		return failed(ctx, err)
	}
	defer rows.Close()
	for rows.Next() {
		var f folder
		if err := rows.Scan(&f.name, &f.stamp, &f.seen, &f.settled); err != nil {
			return failed(ctx, err)
		}
		if len(f.name) < len("/aa/") {
			return &indexError{fmt.Errorf("a folder is called %q", f.name)}
		}
		n.known[f.name] = f
	}
	return failed(ctx, rows.Err())
}

// mended are the folders of what could not be read, and has changed since.
func mended(ctx context.Context, s *store.Store, conn *sql.Conn) (map[string]bool, error) {
	rows, err := conn.QueryContext(ctx, "SELECT key, stamp FROM problem")
	if err != nil {
		return nil, failed(ctx, err)
	}
	defer rows.Close()
	again := map[string]bool{}
	for rows.Next() {
		var key string
		var stamp int64
		if err := rows.Scan(&key, &stamp); err != nil {
			return nil, failed(ctx, err)
		}
		now, err := stampAt(ctx, s, key)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err != nil || now != stamp || stamp == 0 {
			again[shardOf(key)] = true
		}
	}
	return again, failed(ctx, rows.Err())
}

// shardOf is the folder of a key that stands in a shard, at whatever depth.
func shardOf(key string) string {
	for i, slashes := 0, 0; i < len(key); i++ {
		if key[i] == '/' {
			if slashes++; slashes == 2 {
				return key[:i+1]
			}
		}
	}
	return key
}

// stampAt is the stamp of a key's file, 0 where the store has none to give.
func stampAt(ctx context.Context, s *store.Store, key string) (int64, error) {
	stat, err := s.Look(ctx, key)
	if errors.Is(err, errors.ErrUnsupported) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return stampOf(stat), nil
}

// update brings the tables up to date with what changed.
type update struct {
	*writer
	store *store.Store
	// unannounced are runs whose record went: their intents, if they are there, are
	// open again.
	unannounced []record.Invocation
	progress    func(done, total int64)
}

// apply brings the tables up to date. Records come before intents, which they settle.
func (u *update) apply(ctx context.Context, n *news) error {
	if err := u.applyRecords(ctx, n); err != nil {
		return err
	}
	return u.applyIntents(ctx, n)
}

func (u *update) applyRecords(ctx context.Context, n *news) error {
	var work []task
	for _, f := range n.changed {
		if kindOf(f.name) != store.KindRecord {
			continue
		}
		found, err := u.compare(ctx, &f)
		if err != nil {
			return err
		}
		work = append(work, found...)
		if err := u.keepFolder(ctx, f); err != nil {
			return err
		}
	}
	return u.read(ctx, work)
}

func (u *update) applyIntents(ctx context.Context, n *news) error {
	for _, f := range n.changed {
		if kindOf(f.name) != store.KindIntent {
			continue
		}
		if err := u.intents(ctx, &f); err != nil {
			return err
		}
		if err := u.keepFolder(ctx, f); err != nil {
			return err
		}
	}
	for _, i := range u.unannounced {
		if err := u.reopen(ctx, i); err != nil {
			return err
		}
	}
	return nil
}

func (u *update) keepFolder(ctx context.Context, f folder) error {
	if f.gone {
		return failed(ctx, u.exec(ctx, "DELETE FROM folder WHERE name = ?", f.name))
	}
	return failed(ctx, u.exec(ctx, "INSERT OR REPLACE INTO folder VALUES (?, ?, ?, ?)", f.name, f.stamp, f.seen, f.settled))
}
