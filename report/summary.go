package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/lineage-audit/lineage/record"
)

// SummaryFacts are what a summary tells beside the record.
type SummaryFacts struct {
	Attached    []record.Attachment
	NotAttached []NotAttached
	Sourcing    Sourcing
	Store       string // where the record is kept; "" to leave it out
}

// NotAttached is a system on which a record was to hang and does not.
type NotAttached struct {
	System  string   `json:"system"`
	Why     string   `json:"why"`
	Command []string `json:"command,omitempty"` // what does it later
}

// Summary writes what a run ends with, as text.
func Summary(w io.Writer, r *record.Record, f SummaryFacts, o Options) error {
	p := &page{o: o}
	summaryHead(p, r)
	summaryCode(p, r)
	for _, part := range []record.Role{record.RoleData, record.RolePreprocessing} {
		p.fact(string(part), word("%s", summaryInputs(r, part)))
	}
	p.fact("packages", word("%s", summaryPackages(r)))
	p.fact("outputs", word("%s", summaryOutputs(r)))
	summaryAttached(p, f)
	for _, m := range missing(r) {
		p.alert(cell{"MISSING", bad}, word("%s: %s", m.What, m.Why))
	}
	summaryGaps(p, r)
	summaryUnsourced(p, f.Sourcing, r)
	p.fact("record", word("%s", r.ID()))
	if f.Store != "" {
		p.fact("kept in", word("%s", f.Store))
	}
	return p.writeTo(w)
}

func summaryHead(p *page, r *record.Record) {
	m := r.Metadata()
	status, rest := ended(m.Outcome)
	if m.Outcome.Status != record.NotStarted {
		rest = " after " + duration(m) + rest
	}
	cells := []cell{word("lineage: run "), status, word("%s", rest)}
	if n := len(r.Gaps()); n > 0 {
		cells = append(cells, word(", capture "), cell{"INCOMPLETE", bad}, word(" (%s)", plural(n, "gap", "gaps")))
	}
	p.prose(0, cells, 2)
}

func summaryCode(p *page, r *record.Record) {
	commits := r.Dependencies(record.RoleCommit)
	if len(commits) == 0 {
		p.fact("commit", cell{"NONE", doubt}, word(" is recorded"))
	}
	for i := range commits {
		c := commits[i].Annotations.Commit
		text := short(commitOf(&commits[i]))
		if c.Branch != "" {
			text = strings.TrimPrefix(text+" on ", " ") + strings.TrimPrefix(c.Branch, "refs/heads/")
		}
		if text == "" {
			text = "none"
		}
		cells := []cell{word("%s", text)}
		p.fact("commit", append(cells, word(", "), treeWord(c))...)
	}
	p.fact("code", word("%s", count(r.Dependencies(record.RoleCode))))
}

func summaryInputs(r *record.Record, role record.Role) string {
	declared := r.Parameters().Inputs
	if role == record.RolePreprocessing {
		declared = r.Parameters().Preprocessing
	}
	t := count(r.Dependencies(role))
	switch {
	case t.Count > 0:
		return fmt.Sprintf("%s (%s)", t, r.Coverage())
	case declared.None:
		return "none, as declared"
	}
	return "none known"
}

func summaryPackages(r *record.Record) string {
	n := len(r.Dependencies(record.RolePackage))
	in := r.Dependencies(record.RoleInterpreter)
	if len(in) == 0 {
		return fmt.Sprintf("%d", n)
	}
	i := in[0].Annotations.Interpreter
	return fmt.Sprintf("%d, %s %s (%s)", n, i.Implementation, i.Version, i.Environment)
}

func summaryOutputs(r *record.Record) string {
	t := count(r.Outputs())
	if t.Count == 0 {
		if r.Parameters().Outputs.None {
			return "none, as declared"
		}
		return "none known"
	}
	s := t.String()
	if !r.Metadata().Outcome.Ended0() {
		s += ", kept as byproducts: the run did not succeed"
	}
	return s
}

func summaryAttached(p *page, f SummaryFacts) {
	if len(f.Attached)+len(f.NotAttached) == 0 {
		p.fact("attached", word("nowhere"))
	}
	for _, a := range f.Attached {
		p.fact("attached", word("%s", attachedTo(a)))
	}
	for _, n := range f.NotAttached {
		p.alert(cell{"NOT ATTACHED", bad}, word("%s: %s", n.System, n.Why))
		if len(n.Command) > 0 {
			p.put(2+labelWidth, word("%s", Shell(n.Command)))
		}
	}
}

// attachedTo names the entry on which a record hangs.
func attachedTo(a record.Attachment) string {
	s := a.System + " " + a.Kind + " "
	if a.Name != "" {
		s += a.Name + " "
	}
	s += a.ID
	if a.URL != "" {
		s += " " + a.URL
	}
	return s
}

// mostGaps is how many gaps a summary lists.
const mostGaps = 10

func summaryGaps(p *page, r *record.Record) {
	some, more := bounded(r.Gaps(), mostGaps)
	for _, g := range some {
		p.alert(cell{"GAP", bad}, word("%s %s: %s", g.Kind, g.What, g.Why))
	}
	if more > 0 {
		p.alert(cell{"GAP", bad}, word("and %d more: lineage show %s", more, r.ID().Short()))
	}
}
