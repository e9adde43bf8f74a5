package page

import (
	"fmt"

	"github.com/lineage-audit/lineage/compare"
	"github.com/lineage-audit/lineage/record"
)

func (m *marked) changes(v view) {
	m.heading(2, "What changed since the version before")
	if v.Before.What != "" {
		id := ""
		if v.Before.Record != nil {
			id = "record " + span(v.Before.Record.String())
		}
		m.line("Compared with %s %s.\n", span(v.Before.What), id)
	}
	if v.Before.Why != "" {
		m.line("**Nothing can be compared:** %s", span(v.Before.Why))
	}
	if v.Before.Diff == nil {
		return
	}
	m.line("**%s** What may bear on the outputs stands first, the likeliest before the others; then what came out.\n", answer(v.Before.Diff.Answer))
	for _, a := range areas(v.Before.Diff) {
		m.line("- **%s**: %s", plainWords(string(a.Name)), plainWords(string(a.Status)))
		for _, i := range some(a.Items, 10) {
			m.change(i)
		}
		m.beyond("  ", len(a.Items), 10, "")
		for _, d := range some(a.Doubts, 5) {
			m.line("  - in doubt: %s %s", span(d.What), span(d.Why))
		}
		if c := a.Commits; c != nil {
			m.line("  - commits: %s; only before: %d, only now: %d %s", plainWords(string(c.Relation)), c.CountA, c.CountB, span(c.Why))
		}
	}
	for _, name := range same(v.Before.Diff) {
		m.line("- **%s**: same", plainWords(string(name)))
	}
}

func (m *marked) change(i compare.Item) {
	text := fmt.Sprintf("  - %s %s %s", plainWords(string(i.Kind)), plainWords(string(i.Sort)), span(i.What))
	if i.Was != "" {
		text += ", before " + span(i.Was)
	}
	if i.A != "" || i.B != "" {
		text += ": " + orElse(span(i.A), "absent") + " → " + orElse(span(i.B), "absent")
	}
	if f := i.Files; f != nil {
		text += fmt.Sprintf(" (files: %d changed, %d added, %d removed, %d renamed, %d the same)", f.Changed, f.Added, f.Removed, f.Renamed, f.Same)
	}
	m.line("%s %s", text, span(i.Why))
	if i.Files == nil {
		return
	}
	for _, f := range some(i.Files.List, 5) {
		m.line("    - %s %s %s", plainWords(string(f.Kind)), span(f.Path), span(f.Was))
	}
	m.beyond("    ", len(i.Files.List), 5, "")
}

// beyond says how many things a list leaves out.
func (m *marked) beyond(indent string, n, most int, where string) {
	if left := more(n, most); left > 0 {
		m.line("%s- and %d more%s", indent, left, where)
	}
}

const inJSON = ": `lineage report --format json` has them"

func (m *marked) details(v view) {
	m.heading(2, "Each check, its evidence, its limits, and how to check it by hand")
	m.line("The commands are for bash, with git, curl, grep and the `sha256sum`, `find` and `sort` of a GNU system. They are run in the folder in which this page was made, %s. Below each stands what it prints as long as nothing has changed.", orElse(span(v.Folder), "wherever that was"))
	for _, c := range v.Checks {
		m.heading(3, fmt.Sprintf("%s: %s", tableWord(string(c.ID)), statusWord(c.Check.Status)))
		m.line("%s\n", span(c.Check.Reason))
		m.evidence(c)
		m.item("**held, it proves**", paragraph(c.Proves))
		m.item("**it does not prove**", paragraph(c.DoesNotProve))
		if len(c.ByHand) == 0 {
			m.item("**by hand**", "there is no command for this one here")
		}
		m.line("")
		for _, s := range c.ByHand {
			m.line("By hand: %s\n", span(s.Say))
			m.block("sh", s.Command)
			m.line("It prints:\n")
			for _, line := range s.Prints {
				m.line("- %s", span(line))
			}
			m.line("")
		}
		if c.Check.Mend != "" {
			m.item("**to mend it**", span(c.Check.Mend))
		}
	}
}

func (m *marked) evidence(c explained) {
	if c.Check.SetAside {
		m.item("**set aside by the policy**", span(c.Check.SetAsideReason))
	}
	for _, l := range [][2]string{{"expected", c.Check.Expected}, {"found", c.Check.Found}} {
		if l[1] != "" {
			m.item(l[0], span(l[1]))
		}
	}
	most := mostEvidence(c.Check)
	for _, e := range some(worstFirst(c.Check.Evidence), most) {
		text := ""
		if e.Expected != "" && e.Expected != e.Found {
			text += "; expected " + span(e.Expected)
		}
		if e.Found != "" {
			text += "; found " + span(e.Found)
		}
		if e.Where != "" {
			text += "; in " + span(e.Where)
		}
		m.line("- evidence, %s: %s%s", statusWord(e.Status), span(e.Name), text)
	}
	m.beyond("", len(c.Check.Evidence), most, inJSON)
	for _, n := range c.Check.Notes {
		m.item("note", span(n))
	}
}

func (m *marked) appendix(v view) {
	m.heading(2, "Appendix: the whole set")
	if r := v.Record; r == nil {
		m.line("There is no record, so there is nothing to list.")
	} else {
		m.run(v, r)
		for _, l := range r.Lists {
			m.list(l)
		}
		m.heading(3, fmt.Sprintf("Packages: %d", len(r.Packages)))
		for _, p := range r.Packages {
			m.line("- %s %s %s %s", span(p.Name), span(p.Version), plainWords(p.Files), span(p.Digest))
		}
		m.heading(3, "The machine")
		m.values(r.Environment)
		for _, x := range r.Variables {
			m.value("variable ", record.NameValue{Name: x.Name, Value: x.Value, Redacted: x.Redacted})
		}
	}
	if len(v.Verdict.Candidates) > 0 {
		m.heading(3, "Records that were considered")
	}
	for _, c := range v.Verdict.Candidates {
		m.line("- %s %s, by %s %s %s", plainWords(string(c.Standing)), span(c.ID.String()), span(string(c.By)), span(c.Where), span(c.Reason))
	}
}

func (m *marked) run(v view, r *recordDocument) {
	m.heading(3, "The run")
	for _, l := range [][2]string{
		{"record", r.ID.String()}, {"invocation", r.Invocation.String()}, {"command", r.Command}, {"folder", r.Directory},
		{"started", moment(r.StartedOn)}, {"finished", moment(r.FinishedOn)}, {"coverage", string(r.Coverage)},
	} {
		m.item(l[0], span(l[1]))
	}
	for _, a := range v.Attached {
		m.item("attached to", span(a.System), span(a.Kind), span(a.Name), span(a.ID), span(a.URL))
	}
	if len(r.Parameters) > 0 {
		m.heading(3, "Parameters")
		m.values(r.Parameters)
	}
}

func (m *marked) list(l list) {
	m.heading(3, fmt.Sprintf("%s: %d", l.Title, len(l.Items)))
	for _, i := range l.Items {
		size := ""
		if i.Bytes != nil {
			size = fmt.Sprintf(", bytes: %d", *i.Bytes)
		}
		if i.Kind == "folder" {
			size += fmt.Sprintf(", files: %d", i.Files)
		}
		m.line("- %s %s%s %s %s %s", plainWords(i.Kind), span(i.Name), size, orElse(span(i.Digest), "no digest"), span(i.URI), span(i.Detail))
		for _, p := range i.Parts {
			m.line("  - %s %s", span(p.Path), span(p.Digest))
		}
		if i.Unlisted > 0 {
			m.line("  - and %d more files, on the list that the folder's digest is of", i.Unlisted)
		}
	}
}

func (m *marked) values(all []record.NameValue) {
	for _, v := range all {
		m.value("", v)
	}
}

func (m *marked) value(label string, v record.NameValue) {
	value := span(v.Value)
	if v.Redacted {
		value = "(redacted)"
	}
	m.line("- %s%s = %s", label, span(v.Name), value)
}

func (m *marked) foot(v view) {
	m.line("\n---\n\nMade %s by lineage %s, under policy %s. The page says what was found at that moment. `lineage verify` finds it anew; the commands of this page find it without `lineage`.",
		moment(v.MadeOn), span(v.MadeBy.Lineage), policyText(v.Verdict.Policy))
}
