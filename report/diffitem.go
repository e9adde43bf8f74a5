package report

import (
	"time"

	"github.com/lineage-audit/lineage/compare"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// kindWord is what became of a thing, and how it is painted.
func kindWord(k compare.Kind) cell {
	switch k {
	case compare.KindAdded:
		return cell{"only in b", good}
	case compare.KindRemoved:
		return cell{"only in a", bad}
	case compare.KindUnknown:
		return cell{"CANNOT TELL", doubt}
	}
	return cell{string(k), doubt}
}

// item is one thing that differs, with what differs of it.
func (p differing) item(i *compare.Item) {
	cells := []cell{kindWord(i.Kind), word(" %s", called(*i))}
	if i.Was != "" {
		cells = append(cells, word(" (in a %s)", i.Was))
	}
	if isValue(*i) {
		cells = append(cells, word(" %s", p.fromTo(*i)))
	}
	if i.Files != nil {
		cells = append(cells, word(": %s", filesGist(i.Files)))
	}
	if i.Why != "" {
		cells = append(cells, word(" (%s)", i.Why))
	}
	p.prose(2, cells, 4)
	if p.f.Full && !isValue(*i) && i.A != i.B {
		p.bothDigests(4, i.A, i.B)
	}
	if p.f.Full || i.Sort != compare.SortPackage || i.A == i.B { // another version has other files
		p.details(i.Details)
	}
	p.content(4, i.Content)
	if i.Files != nil {
		p.files(i.Files)
	}
}

// details are further facts of a thing.
func (p differing) details(all []compare.Detail) {
	some, more := bounded(all, p.most())
	for _, d := range some {
		p.prose(4, []cell{word("%s: %s", d.Name, arrow(d.A, d.B))}, 6)
	}
	p.more(4, more)
}

// called is what an item is called, with its sort where its name does not tell.
func called(i compare.Item) string {
	switch i.Sort {
	case compare.SortCommit, compare.SortInterpreter, compare.SortParameter, compare.SortVariable, compare.SortImage:
		return string(i.Sort) + " " + i.What
	}
	return i.What
}

// bothDigests stand whole, each on a line of its own.
func (p differing) bothDigests(indent int, a, b string) {
	if a != "" {
		p.put(indent, word("a %s", a))
	}
	if b != "" {
		p.put(indent, word("b %s", b))
	}
}

// files lists those of a folder that differ.
func (p differing) files(f *compare.Files) {
	list, more := bounded(f.List, p.most())
	for _, c := range list {
		cells := []cell{kindWord(c.Kind), word(" %s", c.Path)}
		if c.Was != "" {
			cells = append(cells, word(" (in a %s)", c.Was))
		}
		if c.Why != "" {
			cells = append(cells, word(" (%s)", c.Why))
		}
		p.prose(4, cells, 6)
		if p.f.Full {
			p.bothDigests(6, diffDigest(c.A), diffDigest(c.B))
		}
		p.content(6, c.Content)
	}
	unlisted := f.Changed + f.Added + f.Removed + f.Renamed - f.Elsewhere - len(f.List)
	if more += max(unlisted, 0); unlisted > 0 && p.f.Full {
		p.put(4, word("… and %d more: lineage diff --json --files NUMBER", unlisted))
		return
	}
	p.more(4, more)
	if f.Elsewhere > 0 {
		p.put(4, word("%s listed above, as data or preprocessing", plural(f.Elsewhere, "of them is", "of them are")))
	}
}

func diffDigest(d *hashing.FileDigest) string {
	if d == nil {
		return ""
	}
	return "sha256:" + d.String()
}

// content is how the bytes of a file differ, line by line.
func (p differing) content(indent int, c *compare.Content) {
	if c == nil {
		return
	}
	for _, l := range c.Lines {
		sign, style := "+", good
		if l.Of == compare.OfA {
			sign, style = "-", bad
		}
		text := word("%s%d: %s", sign, l.Number, l.Text)
		if l.Cut {
			text.text += " […]"
		}
		p.put(indent, cell{text.text, style})
	}
	if more := c.Removed + c.Added - len(c.Lines); more > 0 && len(c.Lines) > 0 {
		p.put(indent, word("… and %s: --content=%d", plural(more, "line more", "lines more"), c.Removed+c.Added))
	}
	if c.Why != "" {
		p.prose(indent, []cell{word("%s", c.Why)}, indent+2)
	}
}

// commits shows how the commits stand to each other.
func (p differing) commits(r *compare.Range) {
	if r == nil || r.Relation == compare.RelationSame {
		return
	}
	p.prose(2, []cell{word("%s", relationText(p, r))}, 4)
	for _, l := range []struct {
		of    compare.Of
		list  []compare.Commit
		count int
	}{{compare.OfA, r.OnlyA, r.CountA}, {compare.OfB, r.OnlyB, r.CountB}} {
		if l.count == 0 {
			continue
		}
		some, _ := bounded(l.list, p.most())
		for _, c := range some {
			p.prose(4, []cell{kindWord(onlyKind[l.of]), word(" %s %s %s", p.commit(c.Hash), c.Time.Format(time.DateOnly), c.Subject)}, 6)
		}
		if more := l.count - len(some); more > 0 {
			p.put(4, word("… and %d more: git log %s..%s", more, onlyOther(l.of, r), onlyOwn(l.of, r)))
		}
	}
}

var onlyKind = map[compare.Of]compare.Kind{compare.OfA: compare.KindRemoved, compare.OfB: compare.KindAdded}

func onlyOwn(o compare.Of, r *compare.Range) string {
	if o == compare.OfA {
		return short(r.A)
	}
	return short(r.B)
}

func onlyOther(o compare.Of, r *compare.Range) string {
	if o == compare.OfA {
		return short(r.B)
	}
	return short(r.A)
}

// relationText says in words how two commits stand to each other.
func relationText(p differing, r *compare.Range) string {
	a, b := p.commit(r.A), p.commit(r.B)
	text := "commits " + a + " and " + b + ": how they stand to each other cannot be told"
	switch r.Relation {
	case compare.RelationForward:
		text = plural(r.CountB, "commit", "commits") + " from " + a + " to " + b
	case compare.RelationBackward:
		text = plural(r.CountA, "commit", "commits") + " back from " + a + " to " + b
	case compare.RelationDiverged:
		text = "neither of " + a + " and " + b + " is an ancestor of the other: they have " + p.commit(r.Base[0]) + " in common"
	case compare.RelationUnrelated:
		text = "commits " + a + " and " + b + " have no commit in common"
	}
	if r.Why != "" {
		text += ": " + r.Why
	}
	return text
}

// commit is enough of a commit's name, or all of it.
func (p differing) commit(h record.GitHash) string {
	if p.f.Full {
		return string(h)
	}
	return short(h)
}

// gaps lists what was not captured of either run.
func (p differing) gaps() {
	if len(p.d.Gaps) == 0 || p.f.Stat {
		return
	}
	p.section("gaps")
	some, more := bounded(p.d.Gaps, p.most())
	for _, g := range some {
		p.prose(2, []cell{{"GAP", bad}, word(" %s %s %s: %s", of(g.Of), g.Kind, g.What, g.Why)}, 4)
	}
	p.more(2, more)
}
