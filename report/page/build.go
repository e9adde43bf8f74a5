package page

import (
	"github.com/lineage-audit/lineage/docs"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/verify"
)

// build makes the document of the facts.
func build(f Facts) document {
	d := document{
		Schema: Schema, MadeOn: record.At(f.Time), MadeBy: record.Version{Lineage: f.Version}, Verdict: f.Verdict,
		Checks: []explained{}, Facts: facts(f), ToSupply: questions,
		Before:   beforeDocument{What: f.Before.What, Record: f.Before.Record, Why: f.Before.Why, Diff: f.Before.Diff},
		Lineage:  lineageDocument{Graph: f.Lineage.Graph, Why: f.Lineage.Why},
		Attached: []attached{}, Problems: append([]string{}, f.Problems...),
	}
	for _, c := range f.Verdict.Checks {
		d.Checks = append(d.Checks, explain(f, c))
	}
	if f.Record != nil {
		d.Record = recordOf(f)
	}
	for _, a := range f.Attached {
		d.Attached = append(d.Attached, attached{a.System, a.Kind, a.ID, a.Name, a.URL})
	}
	return d
}

// explain sets beside a check what is documented of it, and the commands.
func explain(f Facts, c verify.Check) explained {
	e := explained{ID: c.ID, Check: c, ByHand: []step{}}
	if text, found := docs.Check(string(c.ID)); found {
		e.Proves, e.DoesNotProve = text.Proves, text.DoesNotProve
	}
	e.ByHand = append(e.ByHand, byHand(f, c)...)
	return e
}
