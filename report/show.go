package report

import (
	"io"
	"slices"
	"strings"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// ShowFacts are what is shown beside the record.
type ShowFacts struct {
	Attached []record.Attachment
	Sourcing Sourcing
	Files    bool // list every file, package and difference
	// Manifests are those of the record's folders, as far as they are at hand; a
	// folder without one is said to have none.
	Manifests map[hashing.TreeDigest]hashing.Manifest
}

// shower puts the sections of one record on a page.
type shower struct {
	*page
	r *record.Record
	f ShowFacts
}

// Show writes what one record says.
func Show(w io.Writer, r *record.Record, f ShowFacts, o Options) error {
	s := shower{&page{o: o}, r, f}
	s.run()
	s.code()
	s.resources("inputs", r.Dependencies(record.RoleData), r.Parameters().Inputs)
	s.resources("preprocessing", r.Dependencies(record.RolePreprocessing), r.Parameters().Preprocessing)
	s.resources("outputs", r.Outputs(), r.Parameters().Outputs)
	s.interpreters()
	s.packages()
	s.locks()
	s.environment()
	s.byproducts()
	s.attachments()
	s.remarks("gaps", cell{"GAP", bad}, r.Gaps())
	s.remarks("notes", cell{"note", plain}, r.Notes())
	return s.writeTo(w)
}

// ShowIntent writes what is known of a run that no record settles, which is
// Running, Abandoned or Unknown.
func ShowIntent(w io.Writer, i record.Intent, state record.Status, o Options) error {
	p := &page{o: o}
	p.section("run without a record")
	p.fact("invocation", word("%s", i.InvocationID))
	p.fact("state", statusWord(state))
	p.fact("started", word("%s", p.moment(i.StartedOn)))
	p.fact("process", word("%d", i.Process.PID), word("%s", on(i.Process.Host)))
	p.belongs(i.Parent, i.Group)
	p.fact("directory", word("%s", i.WorkingDirectory))
	p.pasted("command", Shell(i.Command))
	return p.writeTo(w)
}

func (s shower) run() {
	m, e := s.r.Metadata(), s.r.Environment()
	status, rest := ended(m.Outcome)
	s.section("run")
	s.fact("record", word("%s", s.r.ID()))
	s.fact("invocation", word("%s", m.InvocationID))
	s.fact("outcome", status, word("%s", rest))
	s.fact("started", word("%s", s.moment(m.StartedOn)))
	s.fact("finished", word("%s, after %s", s.moment(m.FinishedOn), duration(m)))
	if e.User != "" || e.Host != "" {
		s.fact("by", word("%s%s", e.User, on(e.Host)))
	}
	b := s.r.Statement().Predicate.RunDetails.Builder
	s.fact("captured by", word("lineage %s, %s", b.Version.Lineage, b.ID))
	s.fact("coverage", word("%s", s.r.Coverage()))
	s.belongs(m.Parent, m.Group)
	s.said()
}

// said shows what the user said.
func (s shower) said() {
	p := s.r.Parameters()
	s.fact("directory", word("%s", p.WorkingDirectory))
	s.pasted("command", Shell(p.Command))
	for _, v := range p.Parameters {
		s.fact("parameter", word("%s", v.Name), value(v.Value, v.Redacted))
	}
	if p.Config != nil {
		s.fact("configured by", word("%s", p.Config.Location))
		if p.Config.Digest != nil {
			s.put(3, word("sha256:%s", p.Config.Digest))
		}
	}
	if p.Strict {
		s.fact("strict", word("yes: an incomplete capture was to fail the command"))
	}
}

// value is what a named thing was set to.
func value(v string, redacted bool) cell {
	if redacted {
		return word(" (redacted)")
	}
	return word("=%s", v)
}

func on(host string) string {
	if host == "" {
		return ""
	}
	return " on " + host
}

// moment is a time as the record has it, and how long ago that is.
func (p *page) moment(t record.Timestamp) string {
	s := t.UTC().Format(time.RFC3339Nano)
	if !p.o.Now.IsZero() {
		s += " (" + p.o.when(t.Time) + ")"
	}
	return s
}

// belongs shows the run that this one is nested in, and the job that it is part of.
func (p *page) belongs(parent *record.Invocation, g *record.Group) {
	if parent != nil {
		p.fact("parent", word("%s", parent))
	}
	if g != nil {
		text := g.Kind + " " + g.ID
		if g.Rank != "" {
			text += ", rank " + g.Rank
		}
		if g.Size != "" {
			text += " of " + g.Size
		}
		p.fact("group", word("%s", text))
	}
}

// pasted is a fact that is never wrapped, so that it can be pasted.
func (p *page) pasted(label, text string) {
	p.put(2, word("%-*s%s", labelWidth, label, text))
}

func (s shower) attachments() {
	s.section("attachments")
	if len(s.f.Attached) == 0 {
		s.put(2, word("none known here"))
	}
	for _, a := range s.f.Attached {
		s.prose(2, []cell{word("%s, %s", attachedTo(a), s.moment(a.AttachedOn))}, 4)
		if a.Location != "" {
			s.put(4, word("%s", a.Location))
		}
	}
}

// remarks lists gaps or notes.
func (s shower) remarks(title string, label cell, all []record.Gap) {
	s.section(title)
	if len(all) == 0 {
		s.put(2, word("none"))
	}
	for _, g := range all {
		s.prose(2, []cell{label, word(" %s %s: %s", g.Kind, g.What, g.Why)}, 4)
	}
}

// kept are the roles of byproducts that are kept as blobs.
var kept = []record.Role{record.RoleManifest, record.RolePatch, record.RoleContent, record.RoleTracking}

// byproducts counts what is kept beside the outputs, or lists it.
func (s shower) byproducts() {
	s.section("kept by digest")
	none := true
	for _, role := range kept {
		all := s.r.Byproducts(role)
		none = none && len(all) == 0
		switch {
		case s.f.Files:
			for _, b := range all {
				s.put(2, word("%s", strings.Join(filled(string(role), b.Name, b.MediaType), " ")))
				s.digests(b.Digest)
			}
		case len(all) > 0:
			s.fact(string(role), word("%d", len(all)))
		}
	}
	if none {
		s.put(2, word("nothing"))
	}
}

// filled are the texts that are not empty.
func filled(texts ...string) []string {
	return slices.DeleteFunc(texts, func(t string) bool { return t == "" })
}
