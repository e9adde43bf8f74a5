package report

import (
	"io"
	"strings"

	"github.com/lineage-audit/lineage/verify"
)

// Verdict writes what a verification came to: the verdict, what it is about, every
// check, and of those that stand in its way the evidence and what mends it. What
// is no result or status that this package knows is told as the worse one.
func Verdict(w io.Writer, v verify.Verdict, o Options) error {
	p := &page{o: o}
	p.prose(0, []cell{resultWord(v.Result), word(": %s %s", v.Target.Asked, v.Reach())}, 2)
	if v.Reason != "" {
		p.prose(2, []cell{word("%s", v.Reason)}, 2)
	}
	p.gap()
	verdictTarget(p, v)
	verdictRecord(p, v)
	if len(v.Checks) > 0 && !v.Ran() {
		p.fact("checks", cell{"NONE", doubt}, word(" of the %d ran", len(v.Checks)))
	} else {
		verdictChecks(p, v.Checks)
		for _, c := range v.Checks {
			if inTheWay(c, v.Required) {
				checkDetail(p, c)
			}
		}
		verdictNotes(p, v)
	}
	if v.Authentication != "" {
		p.gap()
		p.prose(0, []cell{{v.Authentication, doubt}}, 2)
	}
	return p.writeTo(w)
}

func resultWord(r verify.Result) cell {
	switch r {
	case verify.Pass:
		return cell{"PASS", good}
	case verify.Fail:
		return cell{"FAIL", bad}
	}
	return cell{"CANNOT VERIFY", doubt}
}

func checkWord(s verify.Status) cell {
	switch s {
	case verify.Held:
		return cell{"held", good}
	case verify.Failed:
		return cell{"FAILED", bad}
	case verify.NotApplicable:
		return cell{"n.a.", plain}
	}
	return cell{"lacking", doubt}
}

// verdictTarget tells what was asked for, and what it turned out to be.
func verdictTarget(p *page, v verify.Verdict) {
	t := v.Target
	p.fact("asked for", word("%s", t.Asked))
	if t.Resolved == nil {
		p.fact("resolved to", cell{"NOTHING", doubt})
	} else {
		p.fact("resolved to", word("%s", resolved(t.Resolved)))
	}
	if t.Resolved != nil && t.Again != nil && resolved(t.Resolved) != resolved(t.Again) {
		p.alert(cell{"AT THE END", bad}, word("%s", resolved(t.Again)))
	}
	if t.Digest != nil {
		modelDigest(p, t.Digest)
	}
	if t.Digest != nil && t.DigestAgain != nil && digestText(t.Digest) != digestText(t.DigestAgain) {
		p.alert(cell{"AT THE END", bad}, word("its digest was"))
		modelDigest(p, t.DigestAgain)
	}
}

// resolved names what a reference was resolved to.
func resolved(r *verify.Resolved) string {
	if r.Kind == verify.TargetPath {
		return "path " + r.Path
	}
	parts := filled(r.System)
	for _, f := range []struct{ name, value string }{
		{"model", r.Name}, {"version", r.Version}, {"alias", r.Alias},
		{"logged model", r.LoggedModel}, {"run", r.Run}, {"path", r.Path},
		{"source", r.Source}, {"status", r.Status}, {"owner", r.Owner},
	} {
		if f.value != "" {
			parts = append(parts, f.name+" "+f.value)
		}
	}
	return strings.Join(parts, ", ")
}

func modelDigest(p *page, d *verify.ModelDigest) { p.put(3, word("%s", digestText(d))) }

func digestText(d *verify.ModelDigest) string {
	switch {
	case d.SHA256 != nil:
		return "sha256:" + d.SHA256.String()
	case d.Tree != nil:
		return "lineageTree1:" + d.Tree.String()
	}
	return "no digest"
}

// verdictRecord tells which record was judged, the others, by which policy and when.
func verdictRecord(p *page, v verify.Verdict) {
	if v.Record == nil {
		p.fact("record", cell{"NONE", doubt}, word(" that the checks could be about"))
	} else {
		p.fact("record", word("%s", v.Record))
	}
	verdictCandidates(p, v)
	if v.Policy.URI != "" {
		p.fact("policy", word("%s", v.Policy.URI))
	}
	if v.Policy.Digest != nil {
		p.put(3, word("sha256:%s", v.Policy.Digest.SHA256))
	}
	if !v.TimeVerified.IsZero() {
		p.fact("verified", word("%s, by lineage %s", p.moment(v.TimeVerified), v.Verifier.Version.Lineage))
	}
	for _, a := range v.SetAside {
		p.alert(cell{"SET ASIDE", doubt}, word("%s: %s", a.Check, a.Reason))
	}
}

// verdictCandidates lists the records that were considered, unless that was one
// and it was chosen.
func verdictCandidates(p *page, v verify.Verdict) {
	if len(v.Candidates) == 1 && v.Candidates[0].Standing == verify.Chosen {
		return
	}
	some, more := bounded(v.Candidates, mostListed)
	for _, c := range some {
		p.put(2, word("%-*s%s", labelWidth, c.Standing, c.ID))
		text := "by " + string(c.By)
		if c.Where != "" {
			text += ", " + c.Where
		}
		if c.Reason != "" {
			text += ": " + c.Reason
		}
		p.prose(2+labelWidth, []cell{word("%s", text)}, 2+labelWidth)
	}
	unlisted(p, 2, more)
}

// unlisted says how many things a list leaves out.
func unlisted(p *page, indent, n int) {
	if n > 0 {
		p.put(indent, word("and %d more: --json has all", n))
	}
}

// verdictChecks is the table of checks, grouped by rung.
func verdictChecks(p *page, all []verify.Check) {
	p.section("checks")
	if len(all) == 0 {
		p.put(2, cell{"NONE", bad}, word(" ran"))
		return
	}
	var rows [][]cell
	for i, c := range all {
		if i == 0 || all[i-1].Rung != c.Rung {
			rows = append(rows, []cell{{string(c.Rung), strong}, {}, {}})
		}
		status, reason := checkWord(c.Status), c.Reason
		if c.SetAside {
			reason = "set aside: " + reason
		}
		rows = append(rows, []cell{{"  " + status.text, status.style}, word("%s", c.ID), word("%s", reason)})
	}
	p.table(2, []column{{name: "status"}, {name: "check"}, {name: "reason", least: 20, wraps: true}}, rows)
}

// verdictNotes tells what checks said that changes no status.
func verdictNotes(p *page, v verify.Verdict) {
	first := true
	for _, c := range v.Checks {
		if inTheWay(c, v.Required) {
			continue // its notes stand with it
		}
		some, more := bounded(c.Notes, mostListed)
		if first && len(some) > 0 {
			p.section("notes")
			first = false
		}
		for _, n := range some {
			p.prose(2, []cell{word("%s: %s", c.ID, n)}, 4)
		}
		unlisted(p, 4, more)
	}
}
