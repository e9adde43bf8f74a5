package index

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
)

// task is a record to read.
type task struct {
	id    record.ID
	stamp int64
	known bool // the tables have it, as it was
}

// compare lists a folder of records against the tables: what went is taken out, and
// what is new or was touched is to be read.
func (u *update) compare(ctx context.Context, f *folder) ([]task, error) {
	known, err := stamps(ctx, u.conn, f.name)
	if err != nil {
		return nil, err
	}
	if err := u.forgetProblems(ctx, f.name); err != nil {
		return nil, err
	}
	var keys []string
	if !f.gone {
		whole := false
		if keys, whole, err = list(ctx, u.store, f.name); err != nil {
			return nil, err
		}
		f.settled = f.settled && whole
	}
	var work []task
	for _, key := range keys {
		k, err := store.ParseKey(key)
		if err != nil {
			if err := u.problem(ctx, key, 0); err != nil {
				return nil, err
			}
			continue
		}
		stamp, err := stampAt(ctx, u.store, key)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a sweep has just taken it
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		before, there := known[k.Record]
		delete(known, k.Record)
		if err != nil || !there || before != stamp {
			work = append(work, task{k.Record, stamp, there})
		}
	}
	for id := range known {
		if err := u.drop(ctx, id); err != nil {
			return nil, err
		}
	}
	return work, nil
}

// stamps are those of the records of a folder, as the tables have them.
func stamps(ctx context.Context, conn *sql.Conn, shard string) (map[record.ID]int64, error) {
	first, last := shardRange(shard)
	rows, err := conn.QueryContext(ctx, "SELECT id, stamp FROM run WHERE id >= ? AND id <= ?", first, last)
	if err != nil {
		return nil, failed(ctx, err)
	}
	defer rows.Close()
	known := map[record.ID]int64{}
	for rows.Next() {
		var id []byte
		var stamp int64
		if err := rows.Scan(&id, &stamp); err != nil || len(id) != 32 {
			return nil, failed(ctx, errors.Join(err, fmt.Errorf("a record's id has %d bytes", len(id))))
		}
		known[record.ID(id)] = stamp
	}
	return known, failed(ctx, rows.Err())
}

// shardRange are bounds of what stands in a folder, as the tables have it.
func shardRange(shard string) (first, last []byte) {
	b, _ := hex.DecodeString(shard[len(shard)-3 : len(shard)-1]) // isShard
	first, last = make([]byte, 32), make([]byte, 32)
	for i := range last {
		last[i] = 0xff
	}
	first[0], last[0] = b[0], b[0]
	return first, last
}

func (u *update) drop(ctx context.Context, id record.ID) error {
	i, err := u.remove(ctx, id)
	if i != nil {
		u.unannounced = append(u.unannounced, *i)
	}
	return failed(ctx, err)
}

func (u *update) problem(ctx context.Context, key string, stamp int64) error {
	return failed(ctx, u.exec(ctx, "INSERT OR REPLACE INTO problem VALUES (?, ?)", key, stamp))
}

// forgetProblems forgets those of a folder: it is listed anew.
func (u *update) forgetProblems(ctx context.Context, shard string) error {
	return failed(ctx, u.exec(ctx, "DELETE FROM problem WHERE key >= ? AND key < ?", shard, shard[:len(shard)-1]+"0"))
}

// read reads records, on all cores, and puts them into the tables.
func (u *update) read(ctx context.Context, work []task) error {
	ids := make([]record.ID, len(work))
	for i, t := range work {
		ids[i] = t.id
	}
	i := 0
	for r, err := range u.store.ReadRecords(ctx, ids) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err := u.take(ctx, work[i], r, err); err != nil {
			return err
		}
		if i++; u.progress != nil {
			u.progress(int64(i), int64(len(work)))
		}
	}
	return ctx.Err()
}

// take puts what was read into the tables. The bytes of a record that has the id are
// always the same, so that one which was there already is as it was.
func (u *update) take(ctx context.Context, t task, r *record.Record, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return u.drop(ctx, t.id)
	case err != nil:
		if damage := new(store.DamageError); !errors.As(err, &damage) {
			t.stamp = 0 // it may be read another time, with the same stamp
		}
		if err := u.problem(ctx, store.Key{Kind: store.KindRecord, Record: t.id}.String(), t.stamp); err != nil {
			return err
		}
		return u.drop(ctx, t.id)
	case t.known:
		return failed(ctx, u.exec(ctx, "UPDATE run SET stamp = ? WHERE id = ?", t.stamp, t.id[:]))
	}
	return failed(ctx, u.add(ctx, r, t.stamp))
}

// intents notes which runs of a folder of intents have no record.
func (u *update) intents(ctx context.Context, f *folder) error {
	first, last := shardRange(f.name)
	if err := u.exec(ctx, "DELETE FROM open WHERE invocation >= ? AND invocation <= ?", first[:16], last[:16]); err != nil {
		return failed(ctx, err)
	}
	if err := u.forgetProblems(ctx, f.name); err != nil || f.gone {
		return err
	}
	keys, whole, err := list(ctx, u.store, f.name)
	if err != nil {
		return err
	}
	f.settled = f.settled && whole
	for _, key := range keys {
		k, err := store.ParseKey(key)
		if err != nil {
			if err := u.problem(ctx, key, 0); err != nil {
				return err
			}
			continue
		}
		if err := u.announce(ctx, k.Invocation); err != nil {
			return err
		}
	}
	return nil
}

// announce notes a run as open, unless it has a record.
func (u *update) announce(ctx context.Context, i record.Invocation) error {
	find, err := u.statement(ctx, "SELECT 1 FROM run WHERE invocation = ? LIMIT 1")
	if err != nil {
		return failed(ctx, err)
	}
	var one int
	err = find.QueryRowContext(ctx, i[:]).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		err = u.exec(ctx, "INSERT OR IGNORE INTO open VALUES (?)", i[:])
	}
	return failed(ctx, err)
}

// reopen notes a run whose record went as open, if it was announced.
func (u *update) reopen(ctx context.Context, i record.Invocation) error {
	_, err := u.store.Intent(ctx, i)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return u.announce(ctx, i)
}
