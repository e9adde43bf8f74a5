package graph

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/trace"
)

// dotShapes tell the kinds of nodes apart.
var dotShapes = map[trace.Kind]string{
	trace.KindRun: "shape=box,style=rounded", trace.KindFile: "shape=note", trace.KindFolder: "shape=folder",
	trace.KindModel: "shape=box,peripheries=2", trace.KindPackage: "shape=component", trace.KindCommit: "shape=cds",
	trace.KindSource: "shape=cylinder", trace.KindMissing: "shape=box,style=dashed", trace.KindMore: "shape=box,style=dotted",
}

// DOT writes a graph in the language of Graphviz.
func DOT(w io.Writer, g trace.Graph) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "digraph lineage {\n  graph [rankdir=LR,charset=\"UTF-8\",label=%s];\n  node [fontname=\"monospace\",fontsize=10];\n  edge [fontname=\"monospace\",fontsize=9];\n",
		dotText("Lineage of "+g.Asked+", "+string(g.Direction)))
	number := map[string]int{}
	start := map[string]bool{}
	for _, id := range g.Start {
		start[id] = true
	}
	for i, n := range g.Nodes {
		number[n.ID] = i
		words, look := wordsOf(n), dotShapes[n.Kind]
		if look == "" {
			look = dotShapes[trace.KindMore]
		}
		if start[n.ID] {
			look += ",penwidth=3"
		}
		fmt.Fprintf(&b, "  n%d [%s,label=%s,tooltip=%s];\n", i, look, dotText(linesOf(words, start[n.ID])...), dotText(whole(words)))
	}
	for _, e := range g.Edges {
		from, found := number[e.From]
		to, too := number[e.To]
		if !found || !too {
			continue
		}
		look := ""
		if e.Why == trace.Ends || e.Order == trace.Skewed {
			look = ",style=dashed"
		}
		fmt.Fprintf(&b, "  n%d -> n%d [label=%s%s];\n", from, to, dotText(edgeWords(e)), look)
	}
	b.WriteString("}\n")
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("writing a graph: %w", err)
	}
	return nil
}

// dotText is a string in quotes, of lines below each other. Graphviz reads \N, \G and
// the like in labels, and the names of characters between & and a semicolon.
func dotText(lines ...string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, line := range lines {
		if i > 0 {
			b.WriteString(`\n`)
		}
		for _, r := range report.Clean(line) {
			switch r {
			case '"':
				b.WriteString(`\"`)
			case '\\':
				b.WriteString(`\\`)
			case '&':
				b.WriteString("&amp;")
			case '<':
				b.WriteString("&lt;")
			case '>':
				b.WriteString("&gt;")
			default:
				b.WriteRune(r)
			}
		}
	}
	b.WriteByte('"')
	return b.String()
}
