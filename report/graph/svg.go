package graph

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/trace"
)

// SVGOptions say how a picture is drawn. The zero value is for a file of its own.
type SVGOptions struct {
	// Prefix stands before each id and class, so that two pictures can stand in one
	// page: letters, digits, "-" and "_"; "" for "lineage".
	Prefix string
	// Inline leaves out the XML declaration and the colours of a file of its own, for
	// a picture within an HTML page, whose colour it takes.
	Inline bool
	// Title is what readers hear first; "" for what was asked.
	Title string
}

// The type of a picture: a font of one width, so that what fits is known.
const (
	fontSize  = 12.0
	column    = 0.63 * fontSize // fonts of one width have 0.55 to 0.61
	lineStep  = 16.0
	padding   = 10.0
	mostText  = 38 // columns of a line
	labelSize = 10.0
)

// picture is an SVG under way.
type picture struct {
	b      bytes.Buffer
	g      trace.Graph
	o      SVGOptions
	words  []words
	lines  [][]string
	starts map[string]bool
	layout *layout
}

// SVG draws a graph in layers, from what came first on the left to what came of it
// on the right. It needs no font, script or style from elsewhere, takes its colour
// from the text around it where it stands in a page, and can be read without colour.
func SVG(w io.Writer, g trace.Graph, o SVGOptions) error {
	o.Prefix = cmp.Or(safePrefix(o.Prefix), "lineage")
	p := &picture{g: g, o: o, starts: map[string]bool{}}
	for _, id := range g.Start {
		p.starts[id] = true
	}
	sizes := make([]box, len(g.Nodes))
	twins := twinsOf(g)
	for i, n := range g.Nodes {
		p.words = append(p.words, wordsOf(n).among(twins[n.ID]))
		p.lines = append(p.lines, linesOf(p.words[i], p.starts[n.ID]))
		sizes[i] = sizeOf(p.lines[i])
	}
	p.layout = newLayout(g, sizes)
	p.layout.gaps = p.gaps()
	p.layout.place()
	if g.Direction != trace.Downstream { // what was asked for is seen first
		p.layout.mirror()
	}
	p.draw()
	if _, err := w.Write(p.b.Bytes()); err != nil {
		return fmt.Errorf("writing a picture: %w", err)
	}
	return nil
}

// safePrefix keeps of a prefix what may stand in an id, a class and a reference.
func safePrefix(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r < utf8.RuneSelf && (r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z') {
			return r
		}
		return -1
	}, s)
}

// linesOf are what stands in a box: what it is, what it is called, what is known.
func linesOf(w words, start bool) []string {
	kind := strings.ToUpper(w.kind)
	if start {
		kind = strings.TrimSpace(kind + " · ASKED")
	}
	facts := w.facts
	if w.kind == "run" && len(facts) > 0 {
		kind, facts = kind+" · "+facts[0], facts[1:]
	}
	var lines []string
	below := wrapped(facts)
	if w.kind == "source" || w.kind == "MISSING" || w.kind == "end" { // sentences, which lose their sense when they are cut
		below = sentences(facts)
	}
	for _, line := range append(append([]string{kind, w.title}, below...), w.note) {
		if line != "" {
			lines = append(lines, middleCut(line, mostText))
		}
	}
	return lines
}

// mostLines is how many lines of sentences stand in a box.
const mostLines = 4

// sentences puts facts below each other, broken between words.
func sentences(facts []string) (lines []string) {
	for _, f := range facts {
		lines = append(lines, "")
		for word := range strings.FieldsSeq(f) {
			last := &lines[len(lines)-1]
			if joined := strings.TrimPrefix(*last+" "+word, " "); *last == "" || columns(joined) <= mostText {
				*last = joined
			} else {
				lines = append(lines, word)
			}
		}
	}
	if len(lines) > mostLines {
		lines = lines[:mostLines]
		lines[mostLines-1] = headCut(lines[mostLines-1]+" …", mostText)
	}
	return lines
}

// wrapped puts facts side by side into two lines at most.
func wrapped(facts []string) []string {
	lines := []string{"", ""}
	at := 0
	for _, f := range facts {
		joined := strings.TrimPrefix(lines[at]+" · "+f, " · ")
		if columns(joined) > mostText && lines[at] != "" && at == 0 {
			at, joined = 1, f
		}
		lines[at] = joined
	}
	return lines
}

// sizeOf is the room that lines need.
func sizeOf(lines []string) box {
	widest := 8
	for _, line := range lines {
		widest = max(widest, columns(line))
	}
	return box{width: float64(widest)*column + 2*padding, height: float64(len(lines))*lineStep + padding}
}

// gaps are as wide as the labels in them.
func (p *picture) gaps() []float64 {
	gaps := make([]float64, len(p.layout.layers))
	out, in := p.crowds()
	for _, w := range p.layout.wires {
		if text := label(p.g.Edges[w.edge]); text != "" {
			at, _ := p.labelled(w, out, in)
			gaps[at] = max(gaps[at], float64(columns(text))*labelSize*0.63+28)
		}
	}
	return gaps
}

// crowds are how many wires leave and reach each box.
func (p *picture) crowds() (out, in map[int]int) {
	out, in = map[int]int{}, map[int]int{}
	for _, w := range p.layout.wires {
		out[w.path[0]]++
		in[w.path[len(w.path)-1]]++
	}
	return out, in
}

// labelled is the layer after which the label of a wire stands, and whether that is
// at the wire's end: where fewer others are.
func (p *picture) labelled(w wire, out, in map[int]int) (layer int, end bool) {
	from, to := w.path[0], w.path[len(w.path)-1]
	if out[from] > in[to] {
		return p.layout.boxes[to].layer - 1, true
	}
	return p.layout.boxes[from].layer, false
}

// label is what stands beside an edge: only what its ends do not tell.
func label(e trace.Edge) string {
	var parts []string
	if e.Of > 0 {
		parts = append(parts, fmt.Sprintf("%d of %d files", e.Files, e.Of))
	}
	if doubt := strings.TrimPrefix(doubts(e), ", "); doubt != "" {
		parts = append(parts, doubt)
	}
	if (e.Why == trace.Read || e.Why == trace.ReadPart) && e.Role != "data" && e.Role != "" {
		parts = append(parts, report.Clean(string(e.Role)))
	}
	return middleCut(strings.Join(parts, ", "), mostText)
}

func (p *picture) put(format string, args ...any) { fmt.Fprintf(&p.b, format, args...) }

// draw writes the picture: edges first, boxes above them.
func (p *picture) draw() {
	l, prefix := p.layout, p.o.Prefix
	if !p.o.Inline {
		p.put("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
	}
	p.put(`<svg xmlns="http://www.w3.org/2000/svg" class="%s-graph" role="graphics-document document" aria-labelledby="%s-title %s-desc" `, prefix, prefix, prefix)
	p.put(`width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="%g" fill="currentColor" stroke-linecap="round">`+"\n",
		l.width, l.height, l.width, l.height, fontSize)
	title := cmp.Or(p.o.Title, fmt.Sprintf("Lineage of %s, %s", p.g.Asked, p.g.Direction))
	p.put("<title id=\"%s-title\">%s</title>\n<desc id=\"%s-desc\">%s</desc>\n", prefix, xmlText(title), prefix, xmlText(p.description()))
	if !p.o.Inline {
		p.put("<style>.%s-graph{color:#1f2328;background:#fff}@media(prefers-color-scheme:dark){.%s-graph{color:#e6edf3;background:#0d1117}}</style>\n", prefix, prefix)
	}
	p.put(`<defs><marker id="%s-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0 8 4 0 8z" fill="currentColor"/></marker></defs>`+"\n", prefix)
	p.put("<g class=\"%s-edges\" fill=\"none\" stroke=\"currentColor\">\n", prefix)
	for _, w := range l.wires {
		p.wire(w)
	}
	p.put("</g>\n")
	p.labels()
	p.put("<g class=\"%s-nodes\">\n", prefix)
	for i := range p.g.Nodes {
		p.node(i)
	}
	p.put("</g>\n</svg>\n")
}

// description tells readers how much there is, and how to read it.
func (p *picture) description() string {
	counts := map[trace.Kind]int64{}
	for _, n := range p.g.Nodes {
		counts[n.Kind]++
	}
	way := "left, what came first, to right, what came of it"
	if p.layout.mirrored {
		way = "right, what came first, to left, what came of it and was asked for"
	}
	return fmt.Sprintf("%s, %s and %s joined from "+way+". %s. Runs have round corners, folders a tab, models a double edge, sources a bar on the left; what is missing has a dashed edge.",
		plural(counts[trace.KindRun], "run", "runs"), plural(counts[trace.KindFile]+counts[trace.KindFolder], "file or folder", "files and folders"),
		plural(counts[trace.KindModel], "model", "models"), plural(counts[trace.KindMissing], "place where a link ends", "places where links end"))
}

// node writes one box.
func (p *picture) node(i int) {
	n, w, b := p.g.Nodes[i], p.words[i], p.layout.boxes[i]
	p.put(`<g id="%s-n%d" class="%s-node %s-%s" role="graphics-symbol img" aria-label="%s">`, p.o.Prefix, i, p.o.Prefix, p.o.Prefix, safePrefix(string(n.Kind)), xmlText(strings.TrimSpace(w.kind+" "+w.title)))
	p.put("<title>%s</title>", xmlText(whole(w)))
	p.shape(n, b)
	for k, line := range p.lines[i] {
		style := ` opacity="0.8"`
		if k == min(1, len(p.lines[i])-1) {
			style = ` font-weight="bold"`
		}
		p.text(b.x+padding, b.y+padding/2+12+float64(k)*lineStep, line, fontSize, style)
	}
	p.put("</g>\n")
}

// whole is everything that is known of a node, for those who point at it.
func whole(w words) string {
	parts := []string{strings.TrimSpace(w.kind + " " + w.title)}
	parts = append(parts, w.facts...)
	if w.note != "" {
		parts = append(parts, w.note)
	}
	if w.digest != "" {
		parts = append(parts, w.digest)
	}
	return strings.Join(parts, " · ")
}

// text writes one line. What is not plain ASCII is made to take the room that was
// reckoned with, whatever font shows it.
func (p *picture) text(x, y float64, line string, size float64, style string) {
	fit := ""
	if strings.ContainsFunc(line, func(r rune) bool { return r >= utf8.RuneSelf && r != '·' && r != '…' }) {
		fit = fmt.Sprintf(` textLength="%.1f" lengthAdjust="spacingAndGlyphs"`, float64(columns(line))*size*0.6)
	}
	p.put(`<text x="%.1f" y="%.1f" stroke="none" xml:space="preserve"%s%s>%s</text>`, x, y, fit, style, xmlText(line))
}
