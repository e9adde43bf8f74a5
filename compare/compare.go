package compare

import (
	"context"

	"github.com/lineage-audit/lineage/record"
)

// Run is one side of a comparison: a record, or an intent that none settles.
type Run struct {
	Record *record.Record
	Intent *record.Intent // used where Record is nil
	State  record.Status  // of a run without a record: running, abandoned, unknown
}

// Options say what is looked at beside the records. The zero value is the records
// alone: folders are then compared by their digests.
type Options struct {
	Contents Contents // nil: no manifest and no content is at hand
	History  History  // nil: what lies between commits is not known
	// Files bounds how many files of a folder are listed; all are counted. 0 is 1000.
	Files int
	// Commits bounds how many commits are listed on either side. 0 is 50.
	Commits int
	// Lines is how many differing lines of a file are given, for ContentFiles files
	// at most: 0 gives none, and reads no content.
	Lines        int
	ContentFiles int   // 0 is 20
	ContentBytes int64 // a larger file is not read; 0 is 32 MiB
}

// withDefaults fills in what is not set.
func (o Options) withDefaults() Options {
	set(&o.Files, 1000)
	set(&o.Commits, 50)
	set(&o.ContentFiles, 20)
	set(&o.ContentBytes, 32<<20)
	return o
}

func set[T int | int64](v *T, otherwise T) {
	if *v == 0 {
		*v = otherwise
	}
}

// Compare says what differs between two runs. Whatever cannot be told is in the
// Diff; an error is that of a context that ended.
func Compare(ctx context.Context, a, b Run, o Options) (Diff, error) {
	return compareRuns(ctx, newRun(OfA, a), newRun(OfB, b), o.withDefaults())
}

// differ compares two runs, area by area.
type differ struct {
	Options
	a, b *run
	// files and folders are those that differ in an area, so that the areas after it
	// do not list them again.
	files   map[record.Location]bool
	folders []listing
	gaps    []Gap
	// What the trackers have of the runs.
	trackA, trackB tracked
}

func compareRuns(ctx context.Context, a, b *run, o Options) (Diff, error) {
	d := &differ{Options: o, a: a, b: b, gaps: gaps(a, b)}
	d.track(ctx)
	diff := Diff{A: a.side(), B: b.side(), Gaps: d.gaps}
	for _, n := range Areas {
		diff.Causes = append(diff.Causes, d.area(ctx, n))
	}
	for _, n := range ResultAreas {
		diff.Results = append(diff.Results, d.area(ctx, n))
	}
	if sameRun(a, b) {
		diff.certain()
	}
	sortAreas(diff.Causes)
	diff.Answer = diff.answer(sameRun(a, b))
	d.contents(ctx, &diff)
	return diff, ctx.Err()
}

// sameRun tells whether both sides are one: the same record, or one intent.
func sameRun(a, b *run) bool {
	if a.settled && b.settled && a.id != nil && b.id != nil {
		return *a.id == *b.id
	}
	return a.settled == b.settled && !a.settled && a.metadata().InvocationID == b.metadata().InvocationID
}

// certain takes away the doubts: whatever was not captured of a run, it is what it is.
func (d *Diff) certain() {
	for _, areas := range [][]Area{d.Causes, d.Results} {
		for i := range areas {
			areas[i].Items, areas[i].Doubts, areas[i].Bearing = []Item{}, []Doubt{}, None
			if areas[i].Status != Unrecorded {
				areas[i].Status = Same
			}
		}
	}
}

// area compares one area.
func (d *differ) area(ctx context.Context, n AreaName) Area {
	ar := Area{Name: n, Bearing: None, Items: []Item{}, Doubts: []Doubt{}}
	map[AreaName]func(context.Context, *Area){
		Data: d.inputs, Preprocessing: d.inputs, Code: d.code, Command: d.command, Settings: d.settings,
		Packages: d.packages, Interpreter: d.interpreters, Environment: d.environment, Locks: d.locks, Capture: d.capture,
		Outputs: d.outputs, Metrics: d.metrics, Tags: d.tags, Outcome: d.outcome,
	}[n](ctx, &ar)
	ar.Doubts = append(ar.Doubts, d.gapDoubts(n)...)
	d.judge(&ar)
	sortItems(ar.Items)
	return ar
}

// judge finds the area's status. What one run has and nobody recorded of the other
// is nothing that is known to differ.
func (d *differ) judge(ar *Area) {
	whyA, whyB := d.a.absent(ar.Name), d.b.absent(ar.Name)
	if whyA != "" || whyB != "" {
		ar.unknown(d.a.settled && d.b.settled)
	}
	settled := d.a.settled && d.b.settled
	if settled && len(ar.Doubts)+len(ar.Items) == 0 && (ar.empty || whyA != "" && whyB != "") {
		ar.Status = Unrecorded
		return
	}
	ar.doubt(OfA, string(ar.Name), whyA)
	ar.doubt(OfB, string(ar.Name), whyB)
	ar.Doubts = together(ar.Doubts)
	ar.Status = Same
	for _, i := range ar.Items {
		if i.Kind != KindUnknown {
			ar.Status, ar.Bearing = Differs, stronger(ar.Bearing, i.Bearing)
		}
	}
	if ar.Status == Same && len(ar.Items)+len(ar.Doubts) > 0 {
		ar.Status = Unknown
	}
}

// unknown makes all items unknown, or takes them away where there would be one for
// each thing that a run has.
func (ar *Area) unknown(settled bool) {
	if !settled || ar.Name == Packages {
		ar.Items = []Item{}
	}
	for i := range ar.Items {
		if ar.Items[i].Bearing != None {
			ar.Items[i].Kind, ar.Items[i].Why = KindUnknown, "on record of one run only"
		}
	}
}

// doubt notes why something cannot be told, if there is a reason.
func (ar *Area) doubt(of Of, what, why string) {
	if why != "" {
		ar.Doubts = append(ar.Doubts, Doubt{of, what, why})
	}
}

// together makes one doubt of what is said of both runs.
func together(all []Doubt) []Doubt {
	found, at := []Doubt{}, map[Doubt]int{}
	for _, d := range all {
		key := Doubt{What: d.What, Why: d.Why}
		i, seen := at[key]
		switch {
		case !seen:
			at[key] = len(found)
			found = append(found, d)
		case found[i].Of != d.Of:
			found[i].Of = OfBoth
		}
	}
	return found
}
