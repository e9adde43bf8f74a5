package ci

import (
	"fmt"
	"slices"

	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/verify"
)

// standing is what a check means for the verdict. The zero value is the worst that
// nobody looked at.
type standing int

const (
	missing standing = iota // lacking, at the required rung or below
	failed                  // and not set aside
	above                   // lacking, above the required rung
	aside                   // set aside by the policy, and not held
	outside                 // not applicable
	shown                   // held
	unrun                   // it did not run, as no other did: the verdict says why
)

// finding is a check as all formats read it, or the verdict as a whole. Its texts
// are clean and bounded.
type finding struct {
	id       string // the check's, or verdictID
	rung     string
	status   verify.Status
	standing standing
	line     string   // in one sentence: "lacking: this version reads no signatures"
	details  []string // lines: what was expected and found, the evidence
	mend     string
	notes    []string
	place    string // a file of the repository that it is about
}

// verdictID names the entry about the verdict as a whole.
const verdictID = "verdict"

// verdict is a verdict as all formats read it.
type verdict struct {
	verify.Verdict
	verdict finding
	checks  []finding // all of the table, in its order, and any other
	asked   string
	anchor  string
	text    report.Options
}

// read makes nothing better than it is: what this version does not know is taken
// for the worse.
func read(v verify.Verdict, o Options) verdict {
	d := verdict{Verdict: v, asked: outer(v.Target.Asked), anchor: place(o.Anchor, defaultAnchor), text: o.Text}
	all := slices.Clone(v.Checks)
	for _, id := range verify.Checks() {
		if !slices.ContainsFunc(all, func(c verify.Check) bool { return c.ID == id }) {
			rung, _ := verify.RungOf(id)
			all = append(all, verify.Check{ID: id, Rung: rung, Status: verify.Lacking, Reason: "it did not run"})
		}
	}
	for _, c := range all {
		f := findingOf(c, v.Required)
		if f.standing == missing && !d.ran() {
			f.standing = unrun
		}
		d.checks = append(d.checks, f)
	}
	d.verdict = d.whole()
	return d
}

// ran tells whether it came to looking at all.
func (d verdict) ran() bool { return d.Ran() }

// whole is the finding about the verdict.
func (d verdict) whole() finding {
	f := finding{id: verdictID, rung: outer(string(d.Required)), status: verify.Lacking, standing: missing}
	word := string(verify.CannotVerify)
	switch d.Result {
	case verify.Pass:
		f.status, f.standing, word = verify.Held, shown, string(verify.Pass)
	case verify.Fail:
		f.status, f.standing, word = verify.Failed, failed, string(verify.Fail)
	}
	f.line = word + ": " + d.asked
	if d.ran() {
		f.line += " " + outer(d.Reach())
	}
	if d.Reason != "" {
		f.line += ": " + outer(d.Reason)
	}
	return f
}

func findingOf(c verify.Check, required verify.Rung) finding {
	f := finding{id: outer(string(c.ID)), rung: outer(string(c.Rung)), status: statusOf(c.Status), mend: outer(c.Mend), place: placeOf(c)}
	f.standing = standingOf(c, required)
	f.line = string(f.status)
	if c.SetAside {
		f.line += fmt.Sprintf(", set aside (%s)", outer(c.SetAsideReason))
	}
	f.line += ": " + outer(c.Reason)
	f.details = details(c)
	for _, n := range c.Notes[:min(len(c.Notes), mostListed)] {
		f.notes = append(f.notes, outer(n))
	}
	return f
}

// statusOf takes what is no status for lacking.
func statusOf(s verify.Status) verify.Status {
	switch s {
	case verify.Held, verify.Failed, verify.NotApplicable:
		return s
	}
	return verify.Lacking
}

func standingOf(c verify.Check, required verify.Rung) standing {
	status := statusOf(c.Status)
	switch {
	case status == verify.Held:
		return shown
	case c.SetAside:
		return aside
	case status == verify.Failed:
		return failed
	case status == verify.NotApplicable:
		return outside
	case isAbove(c.Rung, required):
		return above
	}
	return missing
}

// isAbove tells whether a check is certainly not required: both are rungs, and its
// own is the higher.
func isAbove(rung, required verify.Rung) bool {
	known := func(r verify.Rung) bool { return r.AtLeast(verify.Untraced) }
	return known(rung) && known(required) && !required.AtLeast(rung)
}

// mostListed bounds the evidence and the notes of one check.
const mostListed = 10

// details are what was expected and found, and the evidence, the worst first.
func details(c verify.Check) (lines []string) {
	lines = compared(lines, "", c.Expected, c.Found)
	all := slices.Clone(c.Evidence)
	slices.SortStableFunc(all, func(a, b verify.Evidence) int { return worst(b.Status) - worst(a.Status) })
	for _, e := range all[:min(len(all), mostListed)] {
		line := outer(e.Name)
		if e.Status != "" {
			line = outer(string(e.Status)) + " " + line
		}
		if e.Where != "" {
			line += " (" + outer(e.Where) + ")"
		}
		lines = compared(append(lines, line), "  ", e.Expected, e.Found)
	}
	if more := len(all) - mostListed; more > 0 {
		lines = append(lines, fmt.Sprintf("and %d more", more))
	}
	return lines
}

func compared(lines []string, indent, expected, found string) []string {
	if expected != "" {
		lines = append(lines, indent+"expected "+outer(expected))
	}
	if found != "" {
		lines = append(lines, indent+"found    "+outer(found))
	}
	return lines
}

func worst(s verify.Status) int {
	return slices.Index([]verify.Status{verify.NotApplicable, verify.Held, "", verify.Lacking, verify.Failed}, s)
}
