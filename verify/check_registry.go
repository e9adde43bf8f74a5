package verify

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/record"
)

// checkRegistry: what the registry says of the model agrees with the record, and
// the reference still leads to the same bytes at the end.
func checkRegistry(_ context.Context, q *inquiry) Check {
	first := q.first.resolved
	switch {
	case q.first.lookErr != nil:
		return lacking("the model could not be resolved: %v", q.first.lookErr)
	case first.Kind == TargetPath:
		return notApplicable("a path was asked for, of which no registry says anything")
	}
	moved := q.moved()
	if anyFailed(moved) {
		return failed("the registry's answer changed while the model was verified: %s", namesOf(moved, Failed)).with(moved...)
	}
	if q.chosen == nil || q.chosen.rec == nil {
		return lacking("%s", q.whyNone()).with(moved...)
	}
	all := q.agreement(first)
	switch {
	case anyFailed(all):
		return failed("the registry and the record disagree: %s", namesOf(all, Failed)).with(all...).with(moved...)
	case worst(moved) == Lacking:
		return lacking("whether the reference still leads to the same bytes could not be seen: %s", namesOf(moved, Lacking)).with(all...).with(moved...)
	case len(all) == 0:
		return lacking("nothing in the registry's entry says which run it came from").with(moved...).
			mend("lineage", "attach", q.chosen.id.String(), first.System, "--to", q.Asked)
	}
	return held("the entry and the record agree, and the reference leads to the same bytes as before").with(all...).with(moved...)
}

// moved compares the two looks, field by field.
func (q *inquiry) moved() []Evidence {
	a, b := q.first.resolved, q.again.resolved
	if q.again.lookErr != nil {
		return []Evidence{{Name: "reference", Where: "the second look", Found: q.again.lookErr.Error(), Status: Lacking}}
	}
	fields := [][3]string{
		{"kind", string(a.Kind), string(b.Kind)}, {"system", a.System, b.System}, {"registered model", a.Name, b.Name}, {"version", a.Version, b.Version},
		{"logged model", a.LoggedModel, b.LoggedModel}, {"run", a.Run, b.Run}, {"source", a.Source, b.Source},
		{"path", a.Path, b.Path}, {"invocations", fmt.Sprint(a.Invocations), fmt.Sprint(b.Invocations)},
		{"named records", named(a), named(b)},
	}
	var all []Evidence
	for _, f := range fields {
		e := Evidence{Name: f[0], Where: "the second look", Expected: f[1], Found: f[2], Status: Held}
		if f[1] != f[2] {
			e.Status = Failed
		}
		all = append(all, e)
	}
	bytes := Evidence{Name: "bytes", Where: "the second look", Expected: q.first.content.text(), Found: q.again.content.text(), Status: Held}
	switch {
	case q.first.bytesErr != nil || q.again.bytesErr != nil:
		bytes.Status = Lacking
	case !q.first.content.same(q.again.content):
		bytes.Status = Failed
	}
	return append(all, bytes)
}

// named lists the records that a target names.
func named(r Resolved) string {
	var ids []string
	for _, c := range r.Claims {
		switch c.By {
		case ByEntry, ByRun:
			ids = append(ids, string(c.By)+" "+c.ID.String())
		case BySidecar:
			ids = append(ids, string(c.By)+" "+record.IDOf(c.Bytes).String())
		}
	}
	slices.Sort(ids)
	return strings.Join(slices.Compact(ids), ", ")
}

// agreement compares each thing that entry and record both speak of. It is empty
// if there is none.
func (q *inquiry) agreement(r Resolved) (all []Evidence) {
	all = append(all, q.namedRecord(r)...)
	if len(r.Invocations) > 0 {
		all = append(all, q.invocation(r))
	}
	ours := q.chosen.rec
	all = append(all, origin("run", r.Run, originsOf(ours.Byproducts(record.RoleTracking), r.System, "run"))...)
	if o := q.chosen.match.output; o != nil {
		outputs := []record.Resource{*o}
		all = append(all, origin("logged model", r.LoggedModel, originsOf(outputs, r.System, "logged-model"))...)
		all = append(all, origin("run of the bytes", r.Run, originsOf(outputs, r.System, "run"))...)
	}
	return all
}

// namedRecord compares the records that the entry, or else its run, names with the
// chosen one.
func (q *inquiry) namedRecord(r Resolved) []Evidence {
	for _, by := range []ClaimBy{ByEntry, ByRun} {
		var ids []string
		for _, c := range r.Claims {
			if c.By == by {
				ids = append(ids, c.ID.String())
			}
		}
		if len(ids) == 0 {
			continue
		}
		e := Evidence{Name: "record", Expected: q.chosen.id.String(), Found: strings.Join(ids, ", "), Status: Failed}
		if slices.Contains(ids, e.Expected) {
			e.Status = Held
		}
		return []Evidence{e}
	}
	return nil
}

// invocation compares the entry's tags with the run, or one that the run stands for.
func (q *inquiry) invocation(r Resolved) Evidence {
	e := Evidence{Name: "invocation", Expected: q.chosen.rec.Invocation().String(), Found: fmt.Sprint(r.Invocations), Status: Failed}
	for _, c := range q.candidates {
		ours := c == q.chosen || c.standing == SameGroup || c.standing == Superseded
		if ours && c.rec != nil && slices.Contains(r.Invocations, c.rec.Invocation()) {
			e.Status = Held
		}
	}
	return e
}

func originsOf(all []record.Resource, system, target string) (ids []string) {
	for _, r := range all {
		if o := r.Annotations.Origin; o != nil && o.System == system && o.Target == target {
			ids = append(ids, o.ID)
		}
	}
	return ids
}

// origin compares an id that the entry has with those from which the record says
// that the run's things were read. Where one of them says nothing, nothing is said.
func origin(name, entry string, recorded []string) []Evidence {
	if entry == "" || len(recorded) == 0 {
		return nil
	}
	e := Evidence{Name: name, Expected: strings.Join(recorded, ", "), Found: entry, Status: Failed}
	if slices.Contains(recorded, entry) {
		e.Status = Held
	}
	return []Evidence{e}
}
