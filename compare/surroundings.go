package compare

import (
	"context"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/record"
)

// identifiers are variables that name a job, and differ from run to run.
var identifiers = []string{"SLURM_JOB_ID", "SLURM_STEP_ID", "SLURM_ARRAY_JOB_ID", "TORCHELASTIC_RUN_ID"}

// settings compares the variables, and the place among the ranks of a job.
func (d *differ) settings(_ context.Context, ar *Area) {
	ar.named(SortVariable, "", Set, variables(d.a, Set), variables(d.b, Set))
	ar.named(SortVariable, "", There, variables(d.a, There), variables(d.b, There))
	ar.named(SortVariable, "", None, variables(d.a, None), variables(d.b, None))
	var a, b record.Group
	if g := d.a.metadata().Group; g != nil {
		a = *g
	}
	if g := d.b.metadata().Group; g != nil {
		b = *g
	}
	for _, f := range details(a, b, "id") {
		ar.Items = append(ar.Items, Item{Kind: kindOf(f), Sort: SortFact, What: "group." + f.Name, A: f.A, B: f.B, Bearing: Set})
	}
}

// variables are those of one bearing. Where a tracker stands bears on nothing.
func variables(r *run, want Bearing) (found []value) {
	governing := map[string]bool{}
	for _, v := range r.environment().Variables {
		governing[v.Name] = v.Determinism
	}
	for _, v := range r.environment().Variables {
		bearing := There
		switch {
		case governing[v.Name]:
			bearing = Set
		case strings.HasPrefix(v.Name, "MLFLOW_"):
			bearing = None
		}
		if bearing == want && !slices.Contains(identifiers, v.Name) {
			found = append(found, value{v.Name, v.Value, v.Redacted, v})
		}
	}
	return found
}

// kindOf is what became of a fact.
func kindOf(f Detail) Kind {
	switch {
	case f.A == "":
		return KindAdded
	case f.B == "":
		return KindRemoved
	}
	return KindChanged
}

// packages compares the distributions by name.
func (d *differ) packages(_ context.Context, ar *Area) {
	a, b := d.a.dependencies(record.RolePackage), d.b.dependencies(record.RolePackage)
	ar.A, ar.B = int64(len(a)), int64(len(b))
	d.resources(ar, SortPackage, There, a, b)
	for i := range ar.Items {
		ar.Items[i].samePackage()
	}
	ar.unhashed(OfA, a)
	ar.unhashed(OfB, b)
}

// samePackage says of two installations of one version in what they differ.
func (i *Item) samePackage() {
	if i.Kind != KindChanged || i.A != i.B {
		return
	}
	about := func(names ...string) bool {
		return slices.ContainsFunc(i.Details, func(f Detail) bool { return !below(f.Name, names) })
	}
	if !about("location", "installer", "files.checked", "files.unhashed") {
		i.Bearing, i.Why = None, "the same version and files"
		return
	}
	i.Why = "the same version, with other files or from elsewhere"
}

// unhashed notes of how many packages nothing but the version is known, or that files
// are not those that were installed.
func (ar *Area) unhashed(of Of, all []record.Resource) {
	var unknown, changed []string
	for _, r := range all {
		f := r.Annotations.Package.Files
		switch {
		case f == nil || r.Digest == nil || f.State == "unchecked":
			unknown = append(unknown, r.Annotations.Package.Name)
		case f.State != "match":
			changed = append(changed, r.Annotations.Package.Name)
		}
	}
	if len(unknown) > 0 {
		ar.doubt(of, few(unknown), "its version is on record, and its files are not")
	}
	if len(changed) > 0 {
		ar.doubt(of, few(changed), "installed files that are not those of its RECORD have no digest")
	}
}

// few are some names, and how many there are.
func few(names []string) string {
	const most = 5
	if more := len(names) - most; more > 0 {
		return strings.Join(names[:most], ", ") + ", … (" + count(len(names)) + ")"
	}
	return strings.Join(names, ", ")
}

// interpreters compares what ran the code.
func (d *differ) interpreters(_ context.Context, ar *Area) {
	a, b := d.a.dependencies(record.RoleInterpreter), d.b.dependencies(record.RoleInterpreter)
	ar.A, ar.B = int64(len(a)), int64(len(b))
	d.resources(ar, SortInterpreter, Read, a, b)
	for i := range ar.Items {
		it := &ar.Items[i]
		about := func(names ...string) bool {
			return slices.ContainsFunc(it.Details, func(f Detail) bool { return !below(f.Name, names) })
		}
		switch {
		case it.Kind != KindChanged || it.A != it.B || about("location", "resolved", "environment", "unowned", "uri"):
		case about("location"):
			it.Bearing, it.Why = There, "the same version and bytes"
		default:
			it.Bearing, it.Why = None, "the same version and bytes"
		}
	}
}

// locks compares lock files: what was to be installed. What was, is Packages.
func (d *differ) locks(_ context.Context, ar *Area) {
	a, b := d.a.dependencies(record.RoleLock), d.b.dependencies(record.RoleLock)
	ar.A, ar.B = int64(len(a)), int64(len(b))
	d.resources(ar, SortLock, There, a, b)
	ar.empty = len(a)+len(b) == 0
}
