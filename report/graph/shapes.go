package graph

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/trace"
)

// shape writes the edge of a box: its form and dashes tell the kind.
func (p *picture) shape(n trace.Node, b box) {
	stroke := `fill="none" stroke="currentColor"`
	if p.starts[n.ID] {
		stroke += ` stroke-width="2.5"`
	}
	switch n.Kind {
	case trace.KindRun:
		p.put(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="14" %s/>`, b.x, b.y, b.width, b.height, stroke)
	case trace.KindFolder:
		p.put(`<path d="M%.1f %.1fv%.1fh%.1fv%.1fh%.1fl-6 -6h-28z" %s/>`, b.x, b.y-6, b.height+6, b.width, -b.height, -(b.width - 34), stroke)
	case trace.KindFile:
		p.put(`<path d="M%.1f %.1fh%.1fl8 8v%.1fh%.1fzM%.1f %.1fv8h8" %s/>`, b.x, b.y, b.width-8, b.height-8, -b.width, b.x+b.width-8, b.y, stroke)
	case trace.KindModel, trace.KindPackage, trace.KindCommit:
		p.put(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" %s/>`, b.x, b.y, b.width, b.height, stroke)
		p.put(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="none" stroke="currentColor"/>`, b.x+3, b.y+3, b.width-6, b.height-6)
	case trace.KindSource:
		p.put(`<path d="M%.1f %.1fh%.1fv%.1fh%.1fz" %s/>`, b.x, b.y, b.width, b.height, -b.width, stroke)
		p.put(`<path d="M%.1f %.1fv%.1f" stroke="currentColor" stroke-width="5"/>`, b.x+2.5, b.y, b.height)
	case trace.KindMissing:
		p.put(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" stroke-dasharray="6 4" %s/>`, b.x, b.y, b.width, b.height, stroke)
	default:
		p.put(`<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="4" stroke-dasharray="1 4" %s/>`, b.x, b.y, b.width, b.height, stroke)
	}
}

// wire writes one edge as a curve through the layers that it passes.
func (p *picture) wire(w wire) {
	e := p.g.Edges[w.edge]
	p.put(`<g><title>%s</title><path d="%s" %s`, xmlText(p.edgeTitle(e)), p.curve(w), dashes(e))
	if w.reversed {
		p.put(` marker-start="url(#%s-arrow)"`, p.o.Prefix)
	} else {
		p.put(` marker-end="url(#%s-arrow)"`, p.o.Prefix)
	}
	p.put("/></g>\n")
}

// dashes tell how sure an edge is: what may not be so is dashed, what ends is dotted.
func dashes(e trace.Edge) string {
	switch {
	case e.Why == trace.Ends:
		return `stroke-dasharray="2 4"`
	case e.Order == trace.Skewed:
		return `stroke-dasharray="8 4 2 4"`
	case e.Likely:
		return `stroke-width="2"`
	case e.Why == trace.MadePart || e.Why == trace.ReadPart || e.Order == trace.Overlaps:
		return `stroke-dasharray="8 4"`
	}
	return `stroke-width="1"`
}

func (p *picture) edgeTitle(e trace.Edge) string {
	text := edgeWords(e)
	if text == "" {
		text = "the trace ends here"
	}
	if len(e.At) > 0 {
		text += " · " + strings.Join(e.At, ", ")
	}
	return text
}

// curve is the path of a wire, from the right side of one box to the left of another.
func (p *picture) curve(w wire) string {
	l := p.layout
	var b strings.Builder
	for i := range len(w.path) - 1 {
		from, to := l.boxes[w.path[i]], l.boxes[w.path[i+1]]
		x1, x2 := l.sides(from, to)
		y1, y2 := from.y+from.height/2, to.y+to.height/2
		if i == 0 {
			fmt.Fprintf(&b, "M%.1f %.1f", x1, y1)
		} else {
			fmt.Fprintf(&b, "L%.1f %.1f", x1, y1)
		}
		bend := (x2 - x1) / 2
		fmt.Fprintf(&b, "C%.1f %.1f %.1f %.1f %.1f %.1f", x1+bend, y1, x2-bend, y2, x2, y2)
	}
	return b.String()
}

// tag is a label, in the gap after a layer.
type tag struct {
	text, anchor string
	x, y         float64
}

// labels writes what stands beside edges: at the end where fewer others are, and in
// each gap none upon another one.
func (p *picture) labels() {
	gaps := make([][]tag, len(p.layout.layers))
	out, in := p.crowds()
	for _, w := range p.layout.wires {
		text := label(p.g.Edges[w.edge])
		if text == "" {
			continue
		}
		from, to := p.layout.boxes[w.path[0]], p.layout.boxes[w.path[len(w.path)-1]]
		at, end := p.labelled(w, out, in)
		x1, x2 := p.layout.sides(from, to)
		t := tag{text, "start", x1 + 6, from.y + from.height/2 - 4}
		if p.layout.mirrored {
			t.x, t.anchor = x1-6, "end"
		}
		if end {
			t = tag{text, "end", x2 - 12, to.y + to.height/2 - 4}
			if p.layout.mirrored {
				t.x, t.anchor = x2+12, "start"
			}
		}
		gaps[at] = append(gaps[at], t)
	}
	p.put(`<g class="%s-labels" font-size="%g" font-style="italic">`+"\n", p.o.Prefix, labelSize)
	for _, tags := range gaps {
		slices.SortStableFunc(tags, func(a, b tag) int { return cmp.Compare(a.y, b.y) })
		for i, t := range tags {
			if i > 0 {
				tags[i].y = max(t.y, tags[i-1].y+labelSize+2)
			}
			p.text(t.x, tags[i].y, t.text, labelSize, fmt.Sprintf(` text-anchor="%s"`, t.anchor))
		}
	}
	p.put("</g>\n")
}
