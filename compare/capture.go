package compare

import (
	"context"
	"strconv"

	"github.com/lineage-audit/lineage/record"
)

// capture compares how the runs were recorded: nothing of it bears on the outputs,
// and all of it on what can be told about them.
func (d *differ) capture(_ context.Context, ar *Area) {
	a, b := d.a.parameters(), d.b.parameters()
	all := details(a, b, "command", "parameters", "workingDirectory")
	all = append(all, details(d.a.details(), d.b.details(), "metadata", "byproducts", "lineage_gaps", "lineage_notes")...)
	all = append(all, notes(d.a, d.b)...)
	all = append(all, detailsOf(seenInterpreters(d.a), seenInterpreters(d.b))...)
	for _, f := range all {
		ar.Items = append(ar.Items, Item{Kind: kindOf(f), Sort: SortFact, What: f.Name, A: f.A, B: f.B, Bearing: None})
	}
	if d.a.settled && d.b.settled {
		d.subjects(ar)
	}
}

// seenInterpreters tells how the interpreters came to be known.
func seenInterpreters(r *run) (all []leaf) {
	for i, res := range r.dependencies(record.RoleInterpreter) {
		all = append(all, leaf{"interpreter[" + strconv.Itoa(i) + "].seen", res.Annotations.Interpreter.Seen})
	}
	return all
}

// notes are those that only one run has.
func notes(a, b *run) []Detail {
	leavesOf := func(r *run) (all []leaf) {
		for _, n := range r.details().Notes {
			all = append(all, leaf{"note " + n.Kind + " " + n.What, n.Why})
		}
		return all
	}
	return detailsOf(leavesOf(a), leavesOf(b))
}

// subjects compares what the statements say of the run itself, but its digest.
func (d *differ) subjects(ar *Area) {
	run := func(r *run) (all []leaf) {
		for _, s := range withRole(r.st.Subject, record.RoleRun) {
			s.Digest = nil
			all = append(all, leaves(s)...)
		}
		return all
	}
	for _, f := range detailsOf(run(d.a), run(d.b)) {
		ar.Items = append(ar.Items, Item{Kind: kindOf(f), Sort: SortFact, What: "subject." + f.Name, A: f.A, B: f.B, Bearing: None})
	}
}
