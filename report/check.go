package report

import (
	"slices"

	"github.com/lineage-audit/lineage/verify"
)

// inTheWay tells whether a check is one to look at: it failed, or is lacking where
// the rung that was asked for needs it, or is asked for by no rung that there is.
// One that was set aside is shown too.
func inTheWay(c verify.Check, required verify.Rung) bool {
	switch c.Status {
	case verify.Held, verify.NotApplicable:
		return false
	case verify.Failed:
		return true
	}
	return required.AtLeast(c.Rung) || !required.AtLeast(verify.Untraced)
}

// mostEvidence bounds the evidence of one check.
const mostEvidence = 10

// checkDetail shows what was expected, what was found, the evidence, and the
// command that mends it.
func checkDetail(p *page, c verify.Check) {
	p.gap()
	p.prose(0, []cell{{string(c.ID), strong}, word(" "), checkWord(c.Status), word(": %s", c.Reason)}, 2)
	if c.SetAside {
		p.fact("set aside", word("%s", c.SetAsideReason))
	}
	p.compared(2, c.Expected, c.Found)
	some, more := bounded(worstFirst(c.Evidence), mostEvidence)
	for _, e := range some {
		evidence(p, e)
	}
	unlisted(p, 4, more)
	notes, more := bounded(c.Notes, mostEvidence)
	for _, n := range notes {
		p.fact("note", word("%s", n))
	}
	unlisted(p, 4, more)
	if c.Mend != "" {
		p.pasted("to mend it", c.Mend)
	}
}

// compared sets what was expected against what was found, whole and each on a line
// of its own, since these are often digests.
func (p *page) compared(indent int, expected, found string) {
	if expected != "" {
		p.put(indent, word("expected %s", expected))
	}
	if found != "" {
		p.put(indent, word("found    %s", found))
	}
}

func evidence(p *page, e verify.Evidence) {
	cells := []cell{word("%s", e.Name)}
	if e.Status != "" {
		cells = []cell{checkWord(e.Status), word(" %s", e.Name)}
	}
	if e.Where != "" {
		cells = append(cells, word(" (%s)", e.Where))
	}
	p.put(4, cells...)
	p.compared(6, e.Expected, e.Found)
}

// worstFirst sorts evidence by what became of it.
func worstFirst(all []verify.Evidence) []verify.Evidence {
	rank := func(e verify.Evidence) int {
		return slices.Index([]verify.Status{verify.NotApplicable, verify.Held, "", verify.Lacking, verify.Failed}, e.Status)
	}
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b verify.Evidence) int { return rank(b) - rank(a) })
	return sorted
}
