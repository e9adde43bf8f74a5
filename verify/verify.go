package verify

import (
	"context"
	"fmt"

	"github.com/lineage-audit/lineage/record"
)

// Verify runs every check and gives the verdict. It has no error: what keeps it
// from looking makes checks lacking. When ctx ends, the checks that have not run
// by then are lacking.
func Verify(ctx context.Context, r Request) Verdict {
	q := &inquiry{Request: r}
	q.resolve(ctx)
	q.gather(ctx)
	q.choose()
	checks := q.checks(ctx)
	v := q.verdict(checks)
	if why := q.unseen(ctx); why != "" && v.Result == CannotVerify {
		v.Reason = why
	}
	return v
}

// notRun opens the reason of a check that did not run.
const notRun = "it did not run"

// unseen is the one reason why nothing can be said, "" if there is none: then no check
// has a reason of its own.
func (q *inquiry) unseen(ctx context.Context) string {
	switch {
	case ctx.Err() != nil:
		return fmt.Sprintf("the verification was ended before it was done: %v", ctx.Err())
	case len(q.candidates) > 0:
	case q.first.lookErr != nil:
		return fmt.Sprintf("the model could not be resolved: %v", q.first.lookErr)
	case q.first.bytesErr != nil:
		return fmt.Sprintf("the model could not be read: %v", q.first.bytesErr)
	}
	return ""
}

// checks runs the table in its order, but for those checks that need the model's
// second look: these come last, since what changed meanwhile is to be noticed.
func (q *inquiry) checks(ctx context.Context) []Check {
	checks := make([]Check, len(table))
	for _, last := range []bool{false, true} {
		if last {
			q.resolveAgain(ctx)
		}
		for i, e := range table {
			if e.last == last {
				checks[i] = q.check(ctx, e)
			}
		}
	}
	return checks
}

// check runs one check. Those about the chosen record's content are lacking where
// none was chosen.
func (q *inquiry) check(ctx context.Context, e entry) Check {
	var c Check
	switch {
	case ctx.Err() != nil:
		c = lacking(notRun+": %v", ctx.Err())
	case q.unseen(ctx) != "":
		c = lacking(notRun)
	case e.ofRecord != nil && q.chosen == nil:
		c = lacking("%s", q.whyNone())
	case e.ofRecord != nil:
		c = e.ofRecord(ctx, q, q.chosen.rec)
	default:
		c = e.run(ctx, q)
	}
	c.ID, c.Rung = e.id, e.rung
	if c.Status == "" { // a check that forgot to say has shown nothing
		c.Status, c.Reason = Lacking, "it came to no end"
	}
	c.SetAsideReason, c.SetAside = q.Policy.aside(e.id)
	if c.Evidence == nil {
		c.Evidence = []Evidence{}
	}
	if c.Notes == nil {
		c.Notes = []string{}
	}
	return c
}

// verdict puts together what the checks found.
func (q *inquiry) verdict(checks []Check) Verdict {
	required := required(q.Require, q.Policy.Require)
	reached := reached(checks)
	result, reason := decide(checks, required)
	v := Verdict{
		Schema:       Schema,
		Verifier:     Verifier{VerifierID, record.Version{Lineage: q.Version}},
		TimeVerified: record.At(q.Time),
		ResourceURI:  q.Asked,
		Policy:       q.Policy.ref(),
		SLSAVersion:  "1.1",
		Result:       result, ExitStatus: result.ExitStatus(), Reason: reason,
		Required: required, Reached: reached,
		Label:          label(reached, q.Policy.SetAside),
		SetAside:       append([]SetAside{}, q.Policy.SetAside...),
		Authentication: NotAuthenticated,
		Target:         q.report(),
		Candidates:     q.listed(),
		Checks:         checks,
	}
	v.VerificationResult, v.VerifiedLevels = slsa(result, v.Label)
	v.InputAttestations = []Attestation{}
	if q.chosen != nil {
		id := q.chosen.id
		v.Record = &id
		v.InputAttestations = append(v.InputAttestations, Attestation{fmt.Sprintf("%s.intoto.json", id), SHA256Digest{q.chosen.digest()}})
	}
	return v
}
