package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/compare"
	"github.com/lineage-audit/lineage/record"
)

// mostItems bounds a list of what differs where not all was asked for.
const mostItems = 10

// amount is how much there is of an area whose things people count, or "".
func amount(ar compare.Area) string {
	switch {
	case ar.A == 0:
		return ""
	case slices.Contains([]compare.AreaName{compare.Data, compare.Preprocessing, compare.Code, compare.Outputs}, ar.Name):
		return " (" + plural(ar.A, "file", "files") + ")"
	case ar.Name == compare.Packages || ar.Name == compare.Metrics:
		return fmt.Sprintf(" (%d)", ar.A)
	}
	return ""
}

// areaLine is an area on one line: what became of it.
func (p differing) areaLine(ar compare.Area) {
	label := cell{string(ar.Name), plain}
	switch ar.Status {
	case compare.Same:
		p.alert(label, cell{"the same" + amount(ar), good})
	case compare.Differs:
		text := p.gist(ar)
		if len(ar.Doubts) > 0 {
			text += ", and more may"
		}
		p.alert(label, word("%s", text))
	case compare.Unknown:
		p.alert(label, cell{"CANNOT TELL", doubt}, word("%s", because(ar)))
	case compare.Unrecorded:
		p.alert(label, word("nothing on record"))
	}
}

// because is why an area cannot be told, in a few words.
func because(ar compare.Area) string {
	for _, d := range ar.Doubts {
		return ": " + d.Why
	}
	for _, i := range ar.Items {
		return ": " + i.What + ": " + i.Why
	}
	return ""
}

// gist is what differs in an area, in a few words.
func (p differing) gist(ar compare.Area) string {
	var parts []string
	var noted []compare.Item
	for _, i := range ar.Items {
		if i.Kind != compare.KindUnknown && (i.Bearing != compare.None || ar.Bearing == compare.None) {
			noted = append(noted, i)
		}
	}
	some, more := bounded(noted, 3)
	for _, i := range some {
		parts = append(parts, p.itemGist(i))
	}
	if more > 0 {
		parts = append(parts, fmt.Sprintf("… and %d more", more))
	}
	return strings.Join(parts, "; ")
}

// itemGist is one thing that differs, in a few words.
func (p differing) itemGist(i compare.Item) string {
	switch {
	case i.Files != nil:
		return i.What + ": " + filesGist(i.Files)
	case isValue(i):
		return i.What + " " + p.fromTo(i)
	case i.A == i.B && i.Why != "" && i.Kind == compare.KindChanged:
		return i.What + " (" + i.Why + ")"
	case i.A == i.B && len(i.Details) > 0:
		return i.What + " " + i.Details[0].Name
	case i.Kind == compare.KindRenamed:
		return i.Was + " became " + i.What
	}
	return i.What + " " + kindWord(i.Kind).text
}

// filesGist counts what became of the files of a folder.
func filesGist(f *compare.Files) string {
	var parts []string
	for _, c := range []struct {
		n    int
		word string
	}{{f.Changed, "changed"}, {f.Added, "added"}, {f.Removed, "removed"}, {f.Renamed, "renamed"}} {
		if c.n > 0 {
			parts = append(parts, plural(c.n, "file ", "files ")+c.word)
		}
	}
	if f.Same > 0 {
		parts = append(parts, fmt.Sprintf("%d the same", f.Same))
	}
	return strings.Join(parts, ", ")
}

// isValue tells whether what an item has on either side is for people to read.
func isValue(i compare.Item) bool {
	return i.A != i.B && !slices.Contains([]compare.Sort{
		compare.SortFile, compare.SortFolder, compare.SortLock, compare.SortImage,
	}, i.Sort)
}

// fromTo is the value of the side that has one, or those of both.
func (p differing) fromTo(i compare.Item) string {
	a, b := i.A, i.B
	if i.Sort == compare.SortCommit {
		a, b = p.commit(record.GitHash(a)), p.commit(record.GitHash(b))
	}
	switch i.Kind {
	case compare.KindAdded:
		return b
	case compare.KindRemoved:
		return a
	}
	return arrow(a, b)
}

func arrow(a, b string) string { return orNone(a) + " -> " + orNone(b) }

func orNone(s string) string {
	if s == "" {
		return "(none)"
	}
	return s
}

// area lists what differs, or cannot be told, in an area.
func (p differing) area(ar *compare.Area) {
	if !p.worth(ar) {
		return
	}
	p.section(string(ar.Name))
	shown, idle := p.shown(ar.Items)
	some, more := bounded(shown, p.most())
	for i := range some {
		p.item(&some[i])
	}
	p.more(2, more+idle)
	p.commits(ar.Commits)
	doubts, more := bounded(ar.Doubts, p.most())
	for _, d := range doubts {
		p.prose(2, []cell{{"CANNOT TELL", doubt}, word(" %s %s: %s", of(d.Of), d.What, p.brief(d))}, 4)
	}
	p.more(2, more)
}

// brief is why something cannot be told: of what is among the gaps, its kind.
func (p differing) brief(d compare.Doubt) string {
	for _, g := range p.d.Gaps {
		if g.What == d.What && d.Why == g.Kind+": "+g.Why {
			return g.Kind + ", see the gaps"
		}
	}
	return d.Why
}

// worth tells whether an area has something to list. Of a run without a record the
// answer has said all.
func (p differing) worth(ar *compare.Area) bool {
	unsettled := p.d.A.FinishedOn == nil || p.d.B.FinishedOn == nil
	switch {
	case ar.Commits != nil && ar.Commits.Relation != compare.RelationSame:
		return true
	case len(ar.Items) == 0:
		return len(ar.Doubts) > 0 && ar.Name != compare.Tags && !unsettled
	case ar.Name == compare.Capture && !bears(*ar):
		return p.f.Full
	}
	return true
}

// shown leaves out facts that cannot bear on the outputs, unless all was asked for,
// and counts them.
func (p differing) shown(items []compare.Item) (shown []compare.Item, idle int) {
	for _, i := range items {
		if !p.f.Full && i.Bearing == compare.None && i.Sort == compare.SortFact {
			idle++
		} else {
			shown = append(shown, i)
		}
	}
	return shown, idle
}

// of names a side.
func of(o compare.Of) string {
	if o == compare.OfBoth {
		return "of both"
	}
	return "of " + string(o)
}

func (p differing) most() int {
	if p.f.Full {
		return int(^uint(0) >> 1)
	}
	return mostItems
}

// more says how many things a list leaves out, and how to see them.
func (p differing) more(indent, n int) {
	if n > 0 {
		p.put(indent, word("… and %d more: lineage diff %s %s --full", n, name12(p.d.A), name12(p.d.B)))
	}
}

func name12(s compare.Side) string {
	if s.Record != nil {
		return s.Record.Short()
	}
	return s.Invocation.String()[:12]
}
