package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// objects says of every key whether it goes, and with which run.
func (w *sweeper) objects(ctx context.Context) error {
	for _, r := range w.runs {
		if !r.keep {
			r.Objects = append(r.Objects, Object{recordKey(r.ID), r.stat.Bytes})
		}
	}
	for _, kind := range []Kind{KindAttachment, KindSignature, KindStatement, KindIntent, KindBlob} {
		if w.blocked && (kind == KindIntent || kind == KindBlob) {
			continue
		}
		goes := w.documents
		switch kind {
		case KindIntent:
			goes = w.intents(ctx)
		case KindBlob:
			goes = w.blobs()
		}
		for key, err := range w.backend.List(ctx, string(kind)+"/") {
			if err != nil {
				return fmt.Errorf("listing %s: %w", kind, err)
			}
			k, err := ParseKey(key)
			if err != nil {
				continue // none of ours
			}
			if with, gone := goes(k); gone {
				if err := w.take(ctx, with, key); err != nil {
					return err
				}
			}
		}
	}
	return ctx.Err()
}

// take notes an object, unless it is too new to go.
func (w *sweeper) take(ctx context.Context, with *[]Object, key string) error {
	stat, err := w.remover.Stat(ctx, key)
	if errors.Is(err, ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	if stat.LastPut.Before(w.before) {
		*with = append(*with, Object{key, stat.Bytes})
	}
	return nil
}

// documents go with the record that they are about, or with none.
func (w *sweeper) documents(k Key) (*[]Object, bool) {
	r, there := w.byID[k.Record]
	switch {
	case there && r.keep, w.unread[k.Record]:
		return nil, false
	case there:
		return &r.Objects, true
	}
	return &w.orphans, true
}

// intents go with the last record of their run, and only if they are what that
// record says; of runs without a record, with the run.
func (w *sweeper) intents(ctx context.Context) func(Key) (*[]Object, bool) {
	open := map[record.Invocation]*sweptRun{}
	for _, r := range w.open {
		open[r.Invocation] = r
	}
	return func(k Key) (*[]Object, bool) {
		if r, there := open[k.Invocation]; there && !r.keep {
			return &r.Objects, true
		}
		runs := w.byRun[k.Invocation]
		if len(runs) == 0 || slices.ContainsFunc(runs, func(r *sweptRun) bool { return r.keep }) {
			return nil, false
		}
		a, err := w.Intent(ctx, k.Invocation)
		if err == nil && a.Digest != runs[0].intent {
			err = &DamageError{k.String(), &digestError{a.Digest, runs[0].intent}}
		}
		if err != nil {
			w.damaged = append(w.damaged, err)
			return nil, false
		}
		return &runs[0].Objects, true
	}
}

// blobs go with the newest run that named them, or with none. A manifest that a
// record names only by the digest of its folder is named by it too.
func (w *sweeper) blobs() func(Key) (*[]Object, bool) {
	owner := map[hashing.FileDigest]*sweptRun{}
	for _, r := range w.runs {
		named := slices.Clone(r.blobs)
		for _, d := range slices.Concat(r.inputs, r.outputs) {
			if d.Tree != nil {
				named = append(named, d.Tree.ManifestDigest())
			}
		}
		for _, d := range named {
			if old, there := owner[d]; !there || r.keep && !old.keep {
				owner[d] = r
			}
		}
	}
	return func(k Key) (*[]Object, bool) {
		r, there := owner[k.Digest]
		switch {
		case there && r.keep:
			return nil, false
		case there:
			return &r.Objects, true
		}
		return &w.orphans, true
	}
}

func (w *sweeper) plan() *SweepPlan {
	p := &SweepPlan{Before: w.before, Running: w.running, Orphans: w.orphans, Damaged: w.damaged, Blocked: w.blocked, seen: w.seen}
	all := slices.Concat(w.runs, w.open)
	slices.SortStableFunc(all, func(a, b *sweptRun) int { return b.Started.Compare(a.Started.Time) })
	for _, r := range all {
		switch {
		case r.keep, r.ID.IsZero() && len(r.Objects) == 0:
			p.Kept = append(p.Kept, r.SweptRun)
		default:
			p.Removed = append(p.Removed, r.SweptRun)
		}
	}
	return p
}
