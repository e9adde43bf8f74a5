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
	// DespiteDamage removes blobs and intents although a record cannot be read,
	// which may have named them.
	DespiteDamage bool
	// Progress is told how many of so many things are done.
	Progress func(done, total int)
}

// What holds where the options say nothing.
const (
	DefaultGrace   = 24 * time.Hour
	DefaultLongest = 30 * 24 * time.Hour
)

// SweepPlan is what a sweep would do.
type SweepPlan struct {
	Before  time.Time      // nothing goes that was put then or later
	Kept    []SweptRun     // newest first
	Removed []SweptRun     // newest first
	Running []Unsettled    // runs that go on, or may: nothing goes that was put since they began
	Orphans []Object       // what belongs to no run
	Damaged []*DamageError // what cannot be read: it stays
	Blocked bool           // blobs and intents stay, since something is damaged
}

// SweptRun is a run as a sweep sees it.
type SweptRun struct {
	ID         record.ID // zero, if it has no record
	Invocation record.Invocation
	Started    record.Timestamp
	Status     record.Status // or abandoned
	Command    []string
	// Why says by which rule it is kept.
	Why []string
	// Objects are what goes with it. Nothing is counted of a run that is kept.
	Objects []Object
}

// Object is a key and the bytes under it.
type Object struct {
	Key   string
	Bytes int64
}

// Swept is what a sweep did.
type Swept struct {
	Removed []Object
	// Spared are the keys that were put again meanwhile.
	Spared []string
}

// PlanSweep tells what a sweep would remove, and touches nothing. A store that
// cannot remove anything is an error that wraps [ErrNoRemoval].
func (s *Store) PlanSweep(ctx context.Context, o SweepOptions) (*SweepPlan, error) {
	return nil, ErrNoRemoval
}

// Sweep removes what the plan says. It may be stopped at any point: records go
// before what they name, so that no record is left that names what is gone.
func (s *Store) Sweep(ctx context.Context, p *SweepPlan, progress func(done, total int)) (Swept, error) {
	return Swept{}, ErrNoRemoval
}

// Names are the blobs that a record names: manifests, its patch, content, and what
// the tracker had.
func Names(r *record.Record) []hashing.FileDigest { return nil }
