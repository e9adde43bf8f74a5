package report

import (
	"io"
	"strings"

	"github.com/lineage-audit/lineage/compare"
	"github.com/lineage-audit/lineage/record"
)

// DiffFacts say how much of a comparison is shown.
type DiffFacts struct {
	Stat bool // the answer and a line for each area, and no more
	Full bool // every file, package and fact, with its digests
	// Asked is how the runs were named; those that a tracker's entry stands for are
	// shown with it.
	Asked    [2]string
	Upstream []DiffUpstream
}

// DiffUpstream are two other runs: they made inputs of the ones that are compared.
type DiffUpstream struct {
	At      []record.Location `json:"at"` // where the inputs stood
	A       record.ID         `json:"a"`
	B       record.ID         `json:"b"`
	Command []string          `json:"command"` // that compares the two
}

// differing puts a comparison on a page.
type differing struct {
	*page
	d compare.Diff
	f DiffFacts
}

// Diff writes what differs between two runs: the answer, what differs by how likely
// it bears on the outputs, in one line what does not, and then the details.
func Diff(w io.Writer, d compare.Diff, f DiffFacts, o Options) error {
	p := differing{&page{o: o}, d, f}
	p.head()
	if !f.Stat && d.Answer != compare.SameRun {
		for _, areas := range [][]compare.Area{d.Causes, d.Results} {
			for i := range areas {
				p.area(&areas[i])
			}
		}
	}
	p.upstream()
	p.gaps()
	return p.writeTo(w)
}

// head is the answer, and a line for each area.
func (p differing) head() {
	text, style := answerText(p.d)
	p.prose(0, []cell{{text, style}}, 0)
	p.put(0)
	p.side("a", p.d.A, p.f.Asked[0])
	p.side("b", p.d.B, p.f.Asked[1])
	if p.d.Answer == compare.SameRun {
		return
	}
	p.put(0)
	for _, ar := range p.d.Results {
		if ar.Status != compare.Unrecorded && (ar.Name != compare.Tags || ar.Status == compare.Differs) {
			p.areaLine(ar)
		}
	}
	p.put(0)
	for _, ar := range p.d.Causes {
		if bears(ar) {
			p.areaLine(ar)
		}
	}
	p.among("the same", compare.Same)
	p.among("differs in nothing more that bears on the outputs", compare.Differs)
	p.among("cannot tell", compare.Unknown)
	p.among("nothing on record", compare.Unrecorded)
}

// bears tells whether an area differs in something that may change the outputs.
func bears(ar compare.Area) bool { return ar.Status == compare.Differs && ar.Bearing != compare.None }

// answers are what the page opens with.
var answers = map[compare.Answer]cell{
	compare.SameRun:      {"Both are one run: there is nothing to compare.", plain},
	compare.Equal:        {"EQUAL: the outputs are the same, and nothing that was recorded and bears on them differs.", good},
	compare.EqualOutputs: {"The outputs are the same, although what could have changed them differs, the likeliest first:", good},
	compare.Changed:      {"The outputs differ. What differs and may be why, the likeliest first:", bad},
	compare.Unexplained: {"The outputs differ, and nothing that was recorded and bears on them does: the run is not deterministic, " +
		"or something was not captured", bad},
	compare.OutputsUnknown: {"Whether the outputs differ cannot be told.", doubt},
}

// answerText is the answer in words, and how it is painted.
func answerText(d compare.Diff) (string, style) {
	c, known := answers[d.Answer]
	if !known {
		return "Answer " + string(d.Answer), doubt
	}
	switch d.Answer {
	case compare.Unexplained:
		return c.text + uncaptured(d), c.style
	case compare.Equal:
		if uncertain := named(d.Causes, compare.Unknown); len(uncertain) > 0 {
			return c.text + " It cannot be told of " + strings.Join(uncertain, ", ") + ".", doubt
		}
	case compare.OutputsUnknown:
		if which := unsettled(d); which != "" {
			return which + " left no record: only what it was told can be compared.", c.style
		}
		if anyBears(d.Causes) {
			return c.text + " What differs and could change them, the likeliest first:", c.style
		}
		return c.text + " Nothing that was recorded and bears on them differs.", c.style
	}
	return c.text, c.style
}

// unsettled names the runs without a record.
func unsettled(d compare.Diff) string {
	switch {
	case d.A.FinishedOn == nil && d.B.FinishedOn == nil:
		return "Both runs"
	case d.A.FinishedOn == nil:
		return "a"
	case d.B.FinishedOn == nil:
		return "b"
	}
	return ""
}

func anyBears(areas []compare.Area) bool {
	for _, ar := range areas {
		if bears(ar) {
			return true
		}
	}
	return false
}

// uncaptured says what may be behind a difference that nothing explains.
func uncaptured(d compare.Diff) string {
	var reasons []string
	if len(d.Gaps) > 0 {
		reasons = append(reasons, plural(len(d.Gaps), "gap", "gaps"))
	}
	if d.A.Coverage == "declared" || d.B.Coverage == "declared" {
		reasons = append(reasons, "inputs that nobody declared, since not both runs were watched")
	}
	if uncertain := named(d.Causes, compare.Unknown); len(uncertain) > 0 {
		reasons = append(reasons, "what cannot be told of "+strings.Join(uncertain, ", "))
	}
	if len(reasons) == 0 {
		return "."
	}
	return ": " + strings.Join(reasons, "; ") + "."
}

// named are the areas of a status, by their names.
func named(areas []compare.Area, s compare.Status) (names []string) {
	for _, ar := range areas {
		if ar.Status == s {
			names = append(names, string(ar.Name))
		}
	}
	return names
}

// side is one run on a line.
func (p differing) side(name string, s compare.Side, asked string) {
	id := s.Invocation.String()
	if s.Record != nil {
		id = s.Record.String()
	}
	status, rest := statusWord(s.Status), ""
	if s.FinishedOn != nil {
		rest = " after " + span(s.FinishedOn.Sub(s.StartedOn.Time))
	}
	if !p.f.Full {
		id = id[:12]
	}
	if strings.Contains(asked, ":/") {
		id += "  " + asked
	}
	cells := []cell{word("%-4s%s  %s  ", name, id, p.o.when(s.StartedOn.Time)), status, word("%s", rest)}
	if s.Commit != "" {
		cells = append(cells, word("  %s", p.commit(s.Commit)))
	}
	p.put(0, append(cells, word("  %s", Shell(s.Command)))...)
}

// upstream points to the runs in which the cause of a difference may lie.
func (p differing) upstream() {
	for i, u := range p.f.Upstream {
		if i == 0 {
			p.put(0)
		}
		var names []string
		for _, at := range u.At {
			names = append(names, at.String())
		}
		verb := " was made by a recorded run on either side; why it differs: "
		if len(names) > 1 {
			verb = " were made by one recorded run on either side; why they differ: "
		}
		p.prose(0, []cell{word("%s", strings.Join(names, ", ")), word("%s", verb+Shell(u.Command))}, 4)
	}
}

// among names the areas of a status in one line.
func (p differing) among(label string, s compare.Status) {
	var names []string
	for _, ar := range p.d.Causes {
		if ar.Status == s && !bears(ar) {
			name := string(ar.Name)
			if s == compare.Same {
				name += amount(ar)
			}
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		style := plain
		if s == compare.Unknown {
			style = doubt
		}
		p.prose(0, []cell{{label, style}, word(": %s", strings.Join(names, ", "))}, 4)
	}
}
