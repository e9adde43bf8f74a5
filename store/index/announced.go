package index

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
)

// unsettled looks for records a second time: a run that ended after the first look,
// and is then found to be gone, has left its record for the second.
func (t *tables) unsettled(ctx context.Context, alive store.Alive) iter.Seq2[store.Unsettled, error] {
	return func(yield func(store.Unsettled, error) bool) {
		open, err := t.open(ctx)
		var found []store.Unsettled
		for _, i := range open {
			u, err := t.store.State(ctx, i, alive)
			if err == nil {
				found = append(found, u)
			}
		}
		settled, late := t.settledSince(ctx, len(found) > 0)
		if err = cmp.Or(err, late, ctx.Err()); err != nil {
			yield(store.Unsettled{}, err)
			return
		}
		found = slices.DeleteFunc(found, func(u store.Unsettled) bool { return settled[u.InvocationID] })
		slices.SortFunc(found, func(a, b store.Unsettled) int {
			return cmp.Or(b.StartedOn.Compare(a.StartedOn.Time), bytes.Compare(a.InvocationID[:], b.InvocationID[:]))
		})
		for _, u := range found {
			if !yield(u, nil) {
				return
			}
		}
	}
}

// open are the runs that were announced and have no record that can be read.
func (t *tables) open(ctx context.Context) (found []record.Invocation, err error) {
	rows, err := t.query(ctx, "SELECT invocation FROM open")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var b []byte
		if err := rows.Scan(&b); err != nil || len(b) != 16 {
			return nil, failed(ctx, cmp.Or(err, fmt.Errorf("an invocation has %d bytes", len(b))))
		}
		found = append(found, record.Invocation(b))
	}
	return found, failed(ctx, rows.Err())
}

// settledSince are the runs of records that came after the index was read.
func (t *tables) settledSince(ctx context.Context, wanted bool) (map[record.Invocation]bool, error) {
	settled := map[record.Invocation]bool{}
	if !wanted {
		return settled, nil
	}
	names, _, err := shards(ctx, t.store, store.KindRecord)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		known := t.news.known[name]
		known.name = name
		now, err := look(ctx, t.store, known, clock{now: t.now})
		if err != nil {
			return nil, err
		}
		if known.unchanged(now) {
			continue
		}
		if err := t.settledIn(ctx, name, settled); err != nil {
			return nil, err
		}
	}
	return settled, nil
}

// settledIn reads what a folder of records has and the tables do not.
func (t *tables) settledIn(ctx context.Context, shard string, settled map[record.Invocation]bool) error {
	known, err := stamps(ctx, t.conn, shard)
	if err != nil {
		return err
	}
	keys, _, err := list(ctx, t.store, shard)
	if err != nil {
		return err
	}
	var ids []record.ID
	for _, key := range keys {
		if k, err := store.ParseKey(key); err == nil && known[k.Record] == 0 {
			ids = append(ids, k.Record)
		}
	}
	for r, err := range t.store.ReadRecords(ctx, ids) {
		if err == nil {
			settled[r.Invocation()] = true
		}
	}
	return ctx.Err()
}

// problems asks the store again about everything that could not be read.
func (t *tables) problems(ctx context.Context) ([]error, error) {
	keys, err := t.problemKeys(ctx)
	if err != nil {
		return nil, err
	}
	open, err := t.open(ctx)
	if err != nil {
		return nil, err
	}
	for _, i := range open {
		keys = append(keys, store.Key{Kind: store.KindIntent, Invocation: i}.String())
	}
	var found []error
	for _, key := range keys {
		if err := t.store.Unreadable(ctx, key); err != nil && !errors.Is(err, store.ErrNotFound) {
			found = append(found, err)
		}
	}
	for _, err := range t.noticed {
		found = append(found, err)
	}
	unreadable, err := t.unreadableTrees(ctx)
	return sortErrors(append(found, unreadable...)), cmp.Or(err, ctx.Err())
}

// unreadableTrees are the folders whose files nobody can tell, and that some run made
// or read.
func (t *tables) unreadableTrees(ctx context.Context) (found []error, err error) {
	all := maps.Clone(t.unread)
	for _, w := range t.waiting {
		all[w.digest] = true
	}
	for tree := range all {
		_, unreadable := manifest(ctx, t.store, tree)
		if unreadable == nil {
			continue
		}
		for u, err := range t.uses(ctx, wanted{digest: OfTree(tree)}) {
			if err != nil {
				return nil, err
			}
			if !u.Parts {
				found = append(found, manifestError(tree, unreadable))
				break
			}
		}
	}
	return found, nil
}

func (t *tables) problemKeys(ctx context.Context) (keys []string, err error) {
	if keys, err = strays(ctx, t.store, t.news.beside); err != nil {
		return nil, err
	}
	rows, err := t.query(ctx, "SELECT key FROM problem")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var key string
		if err := rows.Scan(&key); err != nil {
			return nil, failed(ctx, err)
		}
		keys = append(keys, key)
	}
	return keys, failed(ctx, rows.Err())
}
