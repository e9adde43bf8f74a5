package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// sweeper is the making of one plan.
type sweeper struct {
	*Store
	remover Remover
	opts    SweepOptions
	now     time.Time
	before  time.Time

	running []Unsettled
	open    []*sweptRun // without a record, and not going on
	runs    []*sweptRun // with a record, newest first
	byRun   map[record.Invocation][]*sweptRun
	byID    map[record.ID]*sweptRun
	seen    map[string]bool
	unread  map[record.ID]bool // records that are there and cannot be read
	damaged []error
	blocked bool
	orphans []Object
}

// sweptRun is a run, and what is needed of its record.
type sweptRun struct {
	SweptRun
	keep    bool
	stat    Stat // of the record, or else of the intent
	intent  hashing.FileDigest
	parent  *record.Invocation
	group   *record.Group
	blobs   []hashing.FileDigest
	inputs  []sweptUse
	outputs []sweptUse
}

// sweptUse is a file or folder that a run read or made.
type sweptUse struct {
	record.DigestSet
	at record.Location
	// exact says that bytes alone join nothing, but only the same bytes at the same
	// place: of code and locks, which stand in the commit and are copied about.
	exact bool
	// parts says of a folder that its files stand beside it.
	parts bool
}

func newSweeper(s *Store, r Remover, o SweepOptions, now time.Time) *sweeper {
	o.Grace, o.Longest = cmp.Or(o.Grace, DefaultGrace), cmp.Or(o.Longest, DefaultLongest)
	if o.Progress == nil {
		o.Progress = func(int, int) {}
	}
	return &sweeper{
		Store: s, remover: r, opts: o, now: now, before: now.Add(-o.Grace),
		byRun: map[record.Invocation][]*sweptRun{}, byID: map[record.ID]*sweptRun{}, seen: map[string]bool{}, unread: map[record.ID]bool{},
	}
}

// unsettled looks at the runs without a record, before any record is read: one that
// has ended by now has left its record for the later look. A run that goes on has put
// nothing before its intent, so that all it may yet name is younger than that.
func (w *sweeper) unsettled(ctx context.Context) error {
	for u, err := range w.Unsettled(ctx, w.opts.Alive) {
		var unlisted *ListError
		if errors.As(err, &unlisted) {
			return err // nobody knows which runs go on
		}
		if err != nil {
			w.damaged = append(w.damaged, err)
			continue
		}
		stat, err := w.remover.Stat(ctx, Key{Kind: KindIntent, Invocation: u.InvocationID}.String())
		if errors.Is(err, ErrNotFound) {
			continue
		} else if err != nil {
			return fmt.Errorf("looking at the intent of %s: %w", u.InvocationID, err)
		}
		if u.State == Running || u.State == Unknown && w.now.Sub(stat.LastPut) < w.opts.Longest {
			w.running = append(w.running, u)
			if stat.LastPut.Before(w.before) {
				w.before = stat.LastPut
			}
			continue
		}
		w.open = append(w.open, &sweptRun{
			SweptRun: SweptRun{Invocation: u.InvocationID, Started: u.StartedOn, Status: record.Status(u.State), Command: u.Command},
			intent:   u.Digest, parent: u.Parent, group: u.Group, stat: stat,
		})
	}
	return ctx.Err()
}

// records reads every record.
func (w *sweeper) records(ctx context.Context) error {
	keys, err := w.recordKeys(ctx)
	if err != nil {
		return err
	}
	// What was found without a record, and unreadable, comes up again here.
	w.damaged = slices.DeleteFunc(w.damaged, func(err error) bool {
		var d *DamageError
		return errors.As(err, &d) && slices.Contains(keys, d.Key)
	})
	done := 0
	for r, err := range inOrder(ctx, keys, func(key string) (*sweptRun, error) { return w.read(ctx, key) }) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		key := keys[done]
		done++
		w.opts.Progress(done, len(keys))
		w.seen[key] = true
		if w.passes(err) {
			continue
		}
		if err != nil {
			w.unreadable(key, err)
			continue
		}
		w.runs, w.byID[r.ID] = append(w.runs, r), r
		w.byRun[r.Invocation] = append(w.byRun[r.Invocation], r)
	}
	slices.SortFunc(w.runs, func(a, b *sweptRun) int {
		return cmp.Or(b.Started.Compare(a.Started.Time), bytes.Compare(b.ID[:], a.ID[:]))
	})
	w.blocked = len(w.damaged) > 0 && !w.opts.DespiteDamage
	w.open = slices.DeleteFunc(w.open, func(r *sweptRun) bool { return len(w.byRun[r.Invocation]) > 0 })
	return ctx.Err()
}

func (w *sweeper) unreadable(key string, err error) {
	w.damaged = append(w.damaged, err)
	if k, err := ParseKey(key); err == nil {
		w.unread[k.Record] = true
	}
}

func (w *sweeper) read(ctx context.Context, key string) (*sweptRun, error) {
	id, err := parseRecordKey(key)
	if err != nil {
		return nil, err
	}
	var stat Stat
	if w.remover != nil {
		if stat, err = w.remover.Stat(ctx, key); err != nil {
			return nil, err
		}
	}
	r, err := w.Record(ctx, id)
	if err != nil {
		return nil, err
	}
	m := r.Metadata()
	run := &sweptRun{
		SweptRun: SweptRun{ID: id, Invocation: m.InvocationID, Started: m.StartedOn, Status: m.Outcome.Status, Command: r.Parameters().Command},
		parent:   m.Parent, group: m.Group, blobs: Names(r), stat: stat,
		inputs: usesOf(r.Statement().Predicate.BuildDefinition.ResolvedDependencies), outputs: usesOf(r.Outputs()),
	}
	if d := r.Statement().Subject[0].Digest; d != nil && d.SHA256 != nil {
		run.intent = *d.SHA256
	}
	return run, nil
}

// usesOf are the files and folders among resources.
func usesOf(all []record.Resource) (uses []sweptUse) {
	whole := map[record.Location]bool{}
	for _, r := range all {
		if f := r.Annotations.File; f != nil && f.Tree != nil {
			whole[*f.Tree] = true
		}
	}
	for _, r := range all {
		if r.Digest == nil {
			continue
		}
		u := sweptUse{DigestSet: *r.Digest, exact: r.Annotations.Role == record.RoleCode || r.Annotations.Role == record.RoleLock}
		switch a := r.Annotations; {
		case a.File != nil:
			u.at = a.File.Location
		case a.Tree != nil:
			u.at, u.parts = a.Tree.Location, whole[a.Tree.Location]
		case a.Lock != nil:
			u.at = a.Lock.Location
		default:
			continue
		}
		uses = append(uses, u)
	}
	return uses
}
