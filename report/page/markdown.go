package page

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/lineage-audit/lineage/docs"
	"github.com/lineage-audit/lineage/verify"
)

// Markdown writes the page as Markdown, for GitHub, GitLab and CommonMark. It has
// what the HTML has, but for the drawing, which stands in words.
func Markdown(w io.Writer, f Facts) error {
	v, err := viewOf(f)
	if err != nil {
		return err
	}
	m := &marked{}
	m.verdict(v)
	m.checks(v)
	m.known(v)
	m.changes(v)
	m.lineage(v)
	m.gaps(v)
	m.details(v)
	m.appendix(v)
	m.foot(v)
	return write(w, []byte(m.b.String()))
}

func (m *marked) verdict(v view) {
	t := v.Verdict.Target
	despite := v.Verdict.Despite()
	if despite != "" {
		despite = ", but " + plainWords(despite)
	}
	m.line("# Evidence for %s\n\n**%s**: reached **%s**, required **%s**%s.\n", span(t.Asked), v.Word,
		orElse(plainWords(v.Verdict.Label), "nothing"), orElse(plainWords(string(v.Verdict.Required)), "nothing"), despite)
	if v.Verdict.Reason != "" {
		m.line("%s\n", span(v.Verdict.Reason))
	}
	if v.Verdict.Authentication != "" {
		m.line("**Not authenticated:** %s\n", span(strings.TrimPrefix(v.Verdict.Authentication, "not authenticated: ")))
	}
	m.item("asked for", span(t.Asked))
	if t.Resolved == nil {
		m.item("resolved to", "**nothing**")
	} else {
		m.item("resolved to", span(resolvedText(t.Resolved)))
	}
	for _, l := range [][2]string{{"its bytes", v.Digest}, {"**at the end**", v.Again}} {
		if l[1] != "" {
			m.item(l[0], span(l[1]))
		}
	}
	if v.Verdict.Record == nil {
		m.item("record", "**none that the checks could be about**")
	} else {
		m.item("record", span(v.Verdict.Record.String()))
	}
	m.item("policy", policyText(v.Verdict.Policy))
	for _, a := range v.Verdict.SetAside {
		m.item("set aside", span(string(a.Check)), span(a.Reason))
	}
	m.item("verified", moment(v.Verdict.TimeVerified)+", by lineage", span(v.Verdict.Verifier.Version.Lineage))
	for _, p := range v.Problems {
		m.item("**could not be looked at while this page was made**", span(p))
	}
}

func policyText(p verify.PolicyRef) string {
	if p.URI == "" {
		return "none was given"
	}
	text := span(p.URI)
	if p.Digest != nil {
		text += " " + span("sha256:"+p.Digest.SHA256.String())
	}
	return text
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

var words = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 .,()'-]*$`)

// plainWords is a text that is nothing but words as it is, and any other as a span.
func plainWords(s string) string {
	if words.MatchString(s) {
		return s
	}
	return span(s)
}

func (m *marked) checks(v view) {
	m.heading(2, "Checks")
	m.line("| status | check | rung |\n| --- | --- | --- |")
	for _, c := range v.Checks {
		status := statusWord(c.Check.Status)
		if c.Check.Status != verify.Held && c.Check.Status != verify.NotApplicable {
			status = "**" + status + "**"
		}
		if c.Check.SetAside {
			status += ", set aside"
		}
		m.line("| %s | %s | %s |", status, tableWord(string(c.ID)), tableWord(string(c.Check.Rung)))
	}
}

// tableWord is a word of ours. What is none is not shown in a table.
func tableWord(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyz.") == "" {
		return s
	}
	return "?"
}

func (m *marked) known(v view) {
	m.heading(2, "What is known, and on whose word")
	for _, part := range []struct {
		title, say, mark string
		facts            []fact
	}{
		{"Evidenced", "A check that looks at it held. What that does not prove stands with the check.", "[x]", v.Evidenced},
		{"Declared", "Somebody's word, or the record's: no check bears it out.", "[ ]", v.Declared},
	} {
		m.heading(3, part.title)
		m.line("%s\n", part.say)
		for _, k := range part.facts {
			m.line("- %s **%s** %s", strings.ToUpper(part.title)+":", plainWords(k.Name), ground(k))
			for _, value := range k.Values {
				m.line("  - %s", span(value))
			}
		}
		if len(part.facts) == 0 {
			m.line("Nothing.")
		}
	}
	m.heading(3, "To be supplied by a person")
	m.line("No program can know this, and nothing here was filled in by one.\n")
	for _, q := range v.ToSupply {
		m.line("- TO BE SUPPLIED: **%s.** %s\n\n  > \\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\n", q.Name, q.Ask)
	}
	m.line("- TO BE SUPPLIED: **Name, date, signature** of who supplied the above.\n\n  > \\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_\\_")
}

// ground says on whose word a fact stands.
func ground(k fact) string {
	switch {
	case k.Check == "":
		return "(" + k.Word + " word)"
	case k.Manner == evidenced:
		return fmt.Sprintf("(%s held)", tableWord(string(k.Check)))
	case k.Status == "":
		return fmt.Sprintf("(%s word: %s did not look at it)", k.Word, tableWord(string(k.Check)))
	}
	return fmt.Sprintf("(%s word: %s %s)", k.Word, tableWord(string(k.Check)), becomes(k.Status))
}

func (m *marked) lineage(v view) {
	m.heading(2, "Lineage")
	if v.Lineage.Why != "" {
		m.line("**There is no lineage to show:** %s", span(v.Lineage.Why))
	}
	for _, l := range v.Links {
		m.line("- %s %s %s", span(l.From), plainWords(l.Why), span(l.To))
	}
	for _, missing := range v.Missing {
		m.item("**a link is missing**", span(missing))
	}
	for _, p := range v.GraphProblems {
		m.item("**could not be read**", span(p))
	}
}

func (m *marked) gaps(v view) {
	m.heading(2, "Gaps and notes")
	if v.Record == nil {
		m.line("There is no record, so nobody said what was left out.")
		return
	}
	if len(v.Record.Gaps) == 0 {
		m.line("- no gap: the record says that nothing was left out")
	}
	for _, g := range v.Record.Gaps {
		m.item("**gap**", span(g.Kind), span(g.What), span(g.Why))
	}
	for _, n := range v.Record.Notes {
		m.item("note", span(n.Kind), span(n.What), span(n.Why))
	}
}

// paragraph is documented text: words of ours, with code between backquotes.
func paragraph(text string) string {
	var b strings.Builder
	for _, s := range docs.Spans(text) {
		if s.Code {
			b.WriteString(span(s.Text))
		} else {
			b.WriteString(s.Text)
		}
	}
	return b.String()
}
