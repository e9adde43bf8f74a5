package store

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
)

// atOnce is how many objects are removed between two looks at the context.
const atOnce = 256

// Sweep removes what the plan says. It may be stopped at any point, and the store be
// used meanwhile: records go before what they name, for good, so that none is left
// that names what is gone; and what was put again since the plan was made stays.
func (s *Store) Sweep(ctx context.Context, p *SweepPlan, progress func(done, total int)) (Swept, error) {
	remover, can := s.backend.(Remover)
	if !can {
		return Swept{}, ErrNoRemoval
	}
	if progress == nil {
		progress = func(int, int) {}
	}
	w := &sweeping{remover: remover, plan: p, progress: progress, objects: map[string]int64{}}
	steps := w.steps()
	if err := w.remove(ctx, steps[0]); err != nil || len(w.swept.Spared) > 0 {
		return w.swept, err
	}
	needed, err := s.namedSince(ctx, p)
	if err != nil {
		return w.swept, err
	}
	for _, keys := range steps[1:] {
		keys = slices.DeleteFunc(keys, func(key string) bool { return needed[key] })
		if err := w.remove(ctx, keys); err != nil {
			return w.swept, err
		}
	}
	return w.swept, nil
}

// sweeping is the carrying out of a plan.
type sweeping struct {
	remover  Remover
	plan     *SweepPlan
	progress func(done, total int)
	objects  map[string]int64 // the size of each
	done     int
	swept    Swept
}

// steps are the keys in the order in which they go: records, what is about them,
// their intents, blobs.
func (w *sweeping) steps() (steps [4][]string) {
	all := slices.Clone(w.plan.Orphans)
	for _, r := range w.plan.Removed {
		all = append(all, r.Objects...)
	}
	for _, o := range all {
		w.objects[o.Key] = o.Bytes
		kind, _, _ := strings.Cut(o.Key, "/")
		step := 1
		switch Kind(kind) {
		case KindRecord:
			step = 0
		case KindIntent:
			step = 2
		case KindBlob:
			step = 3
		}
		steps[step] = append(steps[step], o.Key)
	}
	return steps
}

func (w *sweeping) remove(ctx context.Context, keys []string) error {
	for batch := range slices.Chunk(keys, atOnce) {
		removed, err := w.remover.Remove(ctx, w.plan.Before, batch...)
		gone := map[string]bool{}
		for _, key := range removed {
			gone[key] = true
			w.swept.Removed = append(w.swept.Removed, Object{key, w.objects[key]})
		}
		w.done += len(removed)
		w.progress(w.done, len(w.objects))
		if err != nil {
			return fmt.Errorf("removing: %w", err)
		}
		for _, key := range batch {
			if !gone[key] {
				w.spare(ctx, key)
			}
		}
	}
	return nil
}

// spare notes what stays. What somebody else has removed does not.
func (w *sweeping) spare(ctx context.Context, key string) {
	if _, err := w.remover.Stat(ctx, key); err == nil {
		w.swept.Spared = append(w.swept.Spared, key)
	}
}

// namedSince are the keys that records name which are there now and were not when the
// plan was made. One that cannot be read may name anything.
func (s *Store) namedSince(ctx context.Context, p *SweepPlan) (map[string]bool, error) {
	keys, err := s.recordKeys(ctx)
	if err != nil {
		return nil, err
	}
	needed := map[string]bool{}
	name := func(d hashing.FileDigest) { needed[blobKey(d)] = true }
	for _, key := range keys {
		if p.seen[key] {
			continue
		}
		id, err := parseRecordKey(key)
		if err != nil {
			return nil, err
		}
		r, err := s.Record(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("reading a record that came meanwhile: %w", err)
		}
		needed[Key{Kind: KindIntent, Invocation: r.Invocation()}.String()] = true
		for _, d := range Names(r) {
			name(d)
		}
	}
	return needed, nil
}
