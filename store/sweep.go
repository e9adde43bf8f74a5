package store

import (
	"context"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Keep is a rule: the runs that it fits are kept. Its fields are joined by and,
// those that are zero say nothing, and rules are joined by or.
type Keep struct {
	Name      string              // how it was asked for, as SweptRun.Why has it
	Last      int                 // the newest so many runs that have a record
	Since     time.Time           // runs that started then or later
	Attached  bool                // runs that hang on something in a tracker
	Succeeded bool                // runs that ended with 0
	Records   []record.ID         // these
	Runs      []record.Invocation // these, also where they have no record
}

// SweepOptions say what a sweep may take. The zero value keeps every run.
type SweepOptions struct {
	// Keep are the rules. Without any, every run is kept, and only what belongs to
	// no run can go.
	Keep []Keep
	// Grace is the time within which whatever was put stays; 0 is [DefaultGrace].
	Grace time.Duration
	// Longest is how long a run may take of which nobody here can tell whether it
	// goes on, since it was started on another host; 0 is [DefaultLongest].
	Longest time.Duration
	// Alive tells which announced runs go on.
	Alive Alive
	// NoUpstream lets the runs go that made what a kept run read.
	NoUpstream bool
	// DespiteDamage removes although something cannot be read, which may have named
	// what is removed.
	DespiteDamage bool
	// Progress is told how many of the records were read.
	Progress func(done, total int)
}

// What holds where the options say nothing.
const (
	DefaultGrace   = 24 * time.Hour
	DefaultLongest = 30 * 24 * time.Hour
)

// SweepPlan is what a sweep would do.
type SweepPlan struct {
	Before  time.Time   // nothing goes that was put then or later
	Kept    []SweptRun  // newest first
	Removed []SweptRun  // newest first
	Running []Unsettled // runs that go on, or may: what was put since they began stays
	Orphans []Object    // what belongs to no run
	Damaged []error     // what cannot be read stays; mostly a [*DamageError]
	Blocked bool        // blobs and intents stay, since nobody can tell which are needed

	seen map[string]bool // the keys of the records that were there
}

// SweptRun is a run as a sweep sees it.
type SweptRun struct {
	ID         record.ID // zero, if it has no record
	Invocation record.Invocation
	Started    record.Timestamp
	Status     record.Status // or the [State] of a run without a record
	Command    []string
	Why        []string // the rules by which it is kept
	Objects    []Object // what goes with it; none of a run that is kept
}

// The reasons why a run is kept by no rule.
const (
	WhyRecent   = "within the grace time"
	WhyFamily   = "of one family with a kept run"
	WhyUpstream = "made what a kept run read"
)

// Object is a key and the bytes under it.
type Object struct {
	Key   string
	Bytes int64
}

// Swept is what a sweep did.
type Swept struct {
	Removed []Object
	// Spared are the keys that were put again meanwhile. Where a record is among
	// them, what it names was left alone, and that of all other records too.
	Spared []string
}

// Names are the blobs that a record names: manifests, its patch, content, and what
// the tracker had.
func Names(r *record.Record) (all []hashing.FileDigest) {
	for _, role := range []record.Role{record.RoleManifest, record.RolePatch, record.RoleContent, record.RoleTracking} {
		for _, res := range r.Byproducts(role) {
			if res.Digest != nil && res.Digest.SHA256 != nil {
				all = append(all, *res.Digest.SHA256)
			}
		}
	}
	return all
}

// PlanSweep tells what a sweep would remove, and touches nothing. A store that
// cannot remove anything is an error that wraps [ErrNoRemoval]; one in which a link or
// the like stands for a folder or file, or a file for a folder, is a [*DamageError].
//
// Runs are kept by the rules; because they were put within the grace time; because
// they are of one family with a kept run (its parent, its children, the ranks of its
// group: what verify makes of one hangs on the others); or because they made what a
// kept run read, so that its trace stays whole. What cannot be read is kept too.
func (s *Store) PlanSweep(ctx context.Context, o SweepOptions) (*SweepPlan, error) {
	remover, can := s.backend.(Remover)
	if !can {
		return nil, ErrNoRemoval
	}
	if err := s.whole(ctx); err != nil {
		return nil, err
	}
	now, err := remover.Now(ctx)
	if err != nil {
		return nil, err
	}
	w := newSweeper(s, remover, o, now)
	for _, step := range []func(context.Context) error{w.unsettled, w.records, w.rules, w.relatives, w.objects} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return w.plan(), nil
}
