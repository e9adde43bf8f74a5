package compare

import (
	"context"

	"github.com/lineage-audit/lineage/record"
)

// outputs compares what the runs made. The files of a folder are compared with it.
func (d *differ) outputs(ctx context.Context, ar *Area) {
	d.paths(ctx, ar, standing(d.a), standing(d.b), func(record.Location) Bearing { return Read })
	ar.A, ar.B = countFiles(d.a), countFiles(d.b)
	ar.empty = len(d.a.outputs())+len(d.b.outputs()) == 0
	d.links(ar)
}

// standing are the outputs that stand for themselves.
func standing(r *run) (found []record.Resource) {
	for _, o := range r.outputs() {
		if f := o.Annotations.File; f == nil || f.Tree == nil {
			found = append(found, o)
		}
	}
	return found
}

func countFiles(r *run) (n int64) {
	for _, o := range r.outputs() {
		if o.Annotations.File != nil {
			n++
		}
	}
	return n
}

// links compares the facts of the files within output folders beside their bytes:
// whether a path was a link, and where else it can be had.
func (d *differ) links(ar *Area) {
	parts := map[string]*record.Resource{}
	for _, o := range d.a.outputs() {
		if f := o.Annotations.File; f != nil && f.Tree != nil {
			parts[placeOf(&o)] = &o
		}
	}
	for _, o := range d.b.outputs() {
		if f := o.Annotations.File; f == nil || f.Tree == nil || parts[placeOf(&o)] == nil {
			continue
		}
		p := pathPair{parts[placeOf(&o)], &o}
		if all := resourceDetails(p); len(all) > 0 && digestOf(p.a) == digestOf(p.b) {
			ar.Items = append(ar.Items, Item{
				Kind: KindChanged, Sort: SortFile, What: o.Name, Bearing: None, Why: "the bytes are the same", Details: all,
			})
		}
	}
}

// outcome compares how the commands ended.
func (d *differ) outcome(_ context.Context, ar *Area) {
	a, b := d.a.metadata().Outcome, d.b.metadata().Outcome
	for _, f := range details(a, b) {
		ar.Items = append(ar.Items, Item{Kind: KindChanged, Sort: SortFact, What: f.Name, A: f.A, B: f.B, Bearing: Read})
	}
}

// answer is what all areas come to.
func (d *Diff) answer(sameRun bool) Answer {
	cause := false
	for _, ar := range d.Causes {
		cause = cause || ar.Status == Differs && ar.Bearing != None
	}
	switch differ, known := d.outcomes(); {
	case sameRun:
		return SameRun
	case !known:
		return OutputsUnknown
	case differ && cause:
		return Changed
	case differ:
		return Unexplained
	case cause:
		return EqualOutputs
	}
	return Equal
}

// outcomes tells whether the outputs differ, and whether that is known. Where there
// are none on record, metrics that differ tell as much; equal ones do not.
func (d *Diff) outcomes() (differ, known bool) {
	outputs, metrics := d.Result(Outputs), d.Result(Metrics)
	switch {
	case outputs.Status == Differs && outputs.Bearing != None:
		return true, true
	case outputs.Status == Same || outputs.Status == Differs && len(outputs.Doubts) == 0:
		return false, true
	}
	return metrics.Status == Differs, metrics.Status == Differs
}

// Result is the area of that name among the results.
func (d *Diff) Result(n AreaName) Area {
	for _, ar := range d.Results {
		if ar.Name == n {
			return ar
		}
	}
	return Area{Name: n, Status: Unrecorded, Bearing: None}
}

// Cause is the area of that name among the causes.
func (d *Diff) Cause(n AreaName) Area {
	for _, ar := range d.Causes {
		if ar.Name == n {
			return ar
		}
	}
	return Area{Name: n, Status: Unrecorded, Bearing: None}
}

// Equal tells whether nothing that was recorded of the runs differs, and all of it
// can be told.
func (d *Diff) Equal() bool {
	for _, areas := range [][]Area{d.Causes, d.Results} {
		for _, ar := range areas {
			if ar.Status == Differs && ar.Bearing != None || ar.Status == Unknown {
				return false
			}
		}
	}
	return true
}
