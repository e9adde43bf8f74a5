package graph

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/trace"
)

// brackets are the shapes of Mermaid that tell the kinds of nodes apart.
var brackets = map[trace.Kind][2]string{
	trace.KindRun: {"([", "])"}, trace.KindFile: {"[", "]"}, trace.KindFolder: {"[[", "]]"}, trace.KindModel: {"{{", "}}"},
	trace.KindPackage: {"{{", "}}"}, trace.KindCommit: {"{{", "}}"}, trace.KindSource: {"[(", ")]"}, trace.KindMissing: {"[/", "/]"}, trace.KindMore: {"(", ")"},
}

// Mermaid writes a graph as a flowchart of Mermaid, as GitHub and GitLab draw it in
// Markdown.
func Mermaid(w io.Writer, g trace.Graph) error {
	var b bytes.Buffer
	b.WriteString("flowchart LR\n")
	number := map[string]int{}
	for i, n := range g.Nodes {
		number[n.ID] = i
		shape, known := brackets[n.Kind]
		if !known {
			shape = brackets[trace.KindMore]
		}
		fmt.Fprintf(&b, "  n%d%s\"%s\"%s\n", i, shape[0], mermaidLines(wordsOf(n)), shape[1])
	}
	for _, e := range g.Edges {
		from, found := number[e.From]
		to, too := number[e.To]
		if !found || !too {
			continue
		}
		arrow := "-->"
		if e.Why == trace.Ends || e.Order == trace.Skewed {
			arrow = "-.->"
		}
		if text := edgeWords(e); text != "" {
			arrow += "|\"" + mermaidText(text) + "\"|"
		}
		fmt.Fprintf(&b, "  n%d %s n%d\n", from, arrow, to)
	}
	mermaidClasses(&b, g, number)
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("writing a flowchart: %w", err)
	}
	return nil
}

func mermaidLines(w words) string {
	var lines []string
	for _, line := range append([]string{strings.ToUpper(w.kind), middleCut(w.title, 2*mostText)}, wrapped(w.facts)...) {
		if line != "" {
			lines = append(lines, mermaidText(headCut(line, 3*mostText)))
		}
	}
	return strings.Join(lines, "<br/>")
}

// mermaidClasses dashes what is missing, and makes thick what was asked for.
func mermaidClasses(b *bytes.Buffer, g trace.Graph, number map[string]int) {
	var missing, asked []string
	for i, n := range g.Nodes {
		if n.Kind == trace.KindMissing {
			missing = append(missing, fmt.Sprintf("n%d", i))
		}
	}
	for _, id := range g.Start {
		if i, found := number[id]; found {
			asked = append(asked, fmt.Sprintf("n%d", i))
		}
	}
	if len(missing) > 0 {
		fmt.Fprintf(b, "  classDef missing stroke-dasharray: 6 4\n  class %s missing\n", strings.Join(missing, ","))
	}
	if len(asked) > 0 {
		fmt.Fprintf(b, "  classDef asked stroke-width:3px\n  class %s asked\n", strings.Join(asked, ","))
	}
}

// mermaidText is a text that may stand in quotes: letters and digits of any script
// and a few signs as they are, all others as Mermaid's own codes, so that nothing in
// it is syntax, Markdown or HTML. Points, hyphens and underscores are as they are
// between letters and digits, where they are no Markdown.
func mermaidText(s string) string {
	var b strings.Builder
	runes := []rune(report.Clean(s))
	for i, r := range runes {
		within := i > 0 && i < len(runes)-1 && isWord(runes[i-1]) && isWord(runes[i+1])
		if isWord(r) || strings.ContainsRune(" ,:/", r) || within && strings.ContainsRune(".-_", r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
