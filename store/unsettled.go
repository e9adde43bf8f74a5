package store

import (
	"bytes"
	"cmp"
	"context"
	"iter"
	"slices"

	"github.com/lineage-audit/lineage/record"
)

// State is what became of a run that has no record.
type State string

// The states.
const (
	Running   State = "running"
	Abandoned State = "abandoned" // its wrapper is gone and left no record
	Unknown   State = "unknown"   // nobody here can tell: it started on another host
)

// Unsettled is an announced run without a record.
type Unsettled struct {
	Announced
	State State
	Why   error // of Unknown
}

// Alive tells whether the process still runs. An error says that this cannot be
// told from here.
type Alive func(record.Process) (bool, error)

// Unsettled gives the announced runs that have no record, the newest first. As
// with Records, errors stand for what cannot be read and come first; a run whose
// record cannot be read counts as unsettled.
func (s *Store) Unsettled(ctx context.Context, alive Alive) iter.Seq2[Unsettled, error] {
	return func(yield func(Unsettled, error) bool) {
		open, damage := s.unsettled(ctx, alive)
		for _, err := range damage {
			if !yield(Unsettled{}, err) {
				return
			}
		}
		for _, u := range open {
			if !yield(u, nil) {
				return
			}
		}
	}
}

// unsettled looks for records twice: a run that ended after the first look, and
// is then found to be gone, has left its record for the second.
func (s *Store) unsettled(ctx context.Context, alive Alive) ([]Unsettled, []error) {
	announced, damage := s.announced(ctx, "")
	seen, err := s.recordKeys(ctx)
	if err != nil || len(announced) == 0 {
		return nil, appendError(damage, err)
	}
	settled, unread := s.runs(ctx, seen)
	damage = append(damage, unread...)
	announced = slices.DeleteFunc(announced, func(i record.Invocation) bool { return settled[i] })
	var open []Unsettled
	for u, err := range inOrder(ctx, announced, func(i record.Invocation) (Unsettled, error) { return s.state(ctx, i, alive) }) {
		if err != nil {
			damage = append(damage, err)
			continue
		}
		open = append(open, u)
	}
	now, err := s.recordKeys(ctx)
	settled, unread = s.runs(ctx, slices.DeleteFunc(now, func(key string) bool {
		_, found := slices.BinarySearch(seen, key)
		return found
	}))
	open = slices.DeleteFunc(open, func(u Unsettled) bool { return settled[u.InvocationID] })
	slices.SortFunc(open, func(a, b Unsettled) int {
		return cmp.Or(b.StartedOn.Compare(a.StartedOn.Time), bytes.Compare(a.InvocationID[:], b.InvocationID[:]))
	})
	return open, appendError(append(damage, unread...), err)
}

func appendError(all []error, err error) []error {
	if err == nil {
		return all
	}
	return append(all, err)
}

// runs are the runs that the records of these keys are of.
func (s *Store) runs(ctx context.Context, keys []string) (map[record.Invocation]bool, []error) {
	heads, damage := s.heads(ctx, keys, nil)
	runs := make(map[record.Invocation]bool, len(heads))
	for _, h := range heads {
		runs[h.run] = true
	}
	return runs, damage
}

func (s *Store) state(ctx context.Context, i record.Invocation, alive Alive) (Unsettled, error) {
	a, err := s.Intent(ctx, i)
	if err != nil {
		return Unsettled{}, err
	}
	running, err := alive(a.Process)
	switch {
	case err != nil:
		return Unsettled{a, Unknown, err}, nil
	case running:
		return Unsettled{a, Running, nil}, nil
	}
	return Unsettled{a, Abandoned, nil}, nil
}

// announced are the runs that have an intent and whose invocation starts with
// prefix, which is empty or has two digits at least.
func (s *Store) announced(ctx context.Context, prefix string) (found []record.Invocation, damage []error) {
	start := intentPrefix
	if prefix != "" {
		start += prefix[:2] + "/" + prefix
	}
	for key, err := range s.backend.List(ctx, start) {
		if err != nil {
			return found, append(damage, &ListError{"intents", err})
		}
		i, err := parseIntentKey(key)
		if s.passes(err) {
			continue
		}
		if err != nil {
			damage = append(damage, err)
			continue
		}
		found = append(found, i)
	}
	return found, damage
}
