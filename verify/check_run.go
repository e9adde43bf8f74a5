package verify

import (
	"context"
	"fmt"
	"slices"

	"github.com/lineage-audit/lineage/record"
)

// checkCompleted: the command ended with 0.
func checkCompleted(_ context.Context, _ *inquiry, r *record.Record) Check {
	o := r.Metadata().Outcome
	found := string(o.Status)
	if o.ExitCode != nil {
		found += fmt.Sprintf(", exit status %d", *o.ExitCode)
	}
	if o.Signal != "" {
		found += ", " + o.Signal
	}
	if o.OutOfMemory {
		found += ", out of memory"
	}
	if o.Reason != "" {
		found += ": " + o.Reason
	}
	if !o.Ended0() {
		return failed("the run that made these bytes did not end with 0: %s", found).
			compared(string(record.Succeeded)+", exit status 0", found)
	}
	return held("the command ended with 0").compared(found, found).
		noting(gapNotes(r, record.GapOrphan, record.GapOutputMissing, record.GapOutputStale, record.GapOutput)...)
}

// checkEnvironment: the machine is described.
func checkEnvironment(_ context.Context, _ *inquiry, r *record.Record) Check {
	e := r.Environment()
	if gaps := gapsOf(r, record.GapEnvironment, record.GapInterpreter); len(gaps) > 0 {
		return lacking("not all of the environment was captured: %s", gapNames(gaps)).with(gapEvidence(gaps)...)
	}
	switch {
	case e.OS.Name == "":
		return lacking("the record does not name the operating system")
	case e.OS.Architecture == "":
		return lacking("the record does not name the architecture")
	case e.CPU.Count <= 0:
		return lacking("the record does not say how many processors there were")
	}
	c := held("operating system, architecture, processors and the allowed variables are in the record").with(
		Evidence{Name: "os", Found: fmt.Sprintf("%s %s, kernel %s", e.OS.Name, e.OS.Version, e.OS.Kernel), Status: Held},
		Evidence{Name: "architecture", Found: e.OS.Architecture, Status: Held},
		Evidence{Name: "processors", Found: fmt.Sprint(e.CPU.Count), Status: Held},
		Evidence{Name: "variables", Found: fmt.Sprint(len(e.Variables)), Status: Held},
	)
	if !slices.ContainsFunc(e.Variables, func(v record.Variable) bool { return v.Determinism }) {
		c = c.noting("no variable that governs determinism was set")
	}
	return c
}

// checkGaps: nothing that was to be captured was left out.
func checkGaps(_ context.Context, _ *inquiry, r *record.Record) Check {
	gaps := r.Gaps()
	if len(gaps) == 0 {
		c := held("the record says that nothing was left out").compared("no gap", "no gap")
		for _, n := range r.Notes() {
			c = c.noting(fmt.Sprintf("%s: %s: %s", n.Kind, n.What, n.Why))
		}
		return c
	}
	return lacking("%s, among them %s", count(len(gaps), "gap"), gapNames(gaps)).
		compared("no gap", count(len(gaps), "gap")).with(gapEvidence(gaps)...)
}

// checkObserved: the inputs are those that the run was seen to open.
func checkObserved(_ context.Context, _ *inquiry, r *record.Record) Check {
	if r.Coverage() != record.CoverageObserved {
		return lacking("inputs are known only as far as they were declared: the run was not watched").
			compared(string(record.CoverageObserved), string(r.Coverage()))
	}
	return held("the run was watched, and what it opened is in the record").
		compared(string(record.CoverageObserved), string(r.Coverage()))
}
