package graph

import (
	"bytes"
	"fmt"
	"io"
	"strings"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/trace"
)

// The colours of the tree, as SGR parameters: they add to the words.
const (
	plain  = ""
	strong = "1"
	bad    = "1;31"
	known  = "32"
	faint  = "2"
)

// least is how many columns are left for a text, however deep it stands.
const least = 24

// tree is a rendering under way.
type tree struct {
	b     bytes.Buffer
	o     report.Options
	g     trace.Graph
	nodes map[string]trace.Node
	next  map[string][]trace.Edge // what lies beyond a node
	shown map[string]bool
	twins map[string]bool
}

// Tree writes a graph for a terminal or a pipe: what was asked for, and below it,
// step by step, what it came from, or what came of it. What stands in it twice is
// followed where it stands first; elsewhere it says "(above)".
func Tree(w io.Writer, g trace.Graph, o report.Options) error {
	t := &tree{o: o, g: g, nodes: map[string]trace.Node{}, next: map[string][]trace.Edge{}, shown: map[string]bool{}, twins: twinsOf(g)}
	for _, n := range g.Nodes {
		t.nodes[n.ID] = n
	}
	for _, e := range g.Edges {
		t.next[near(g, e)] = append(t.next[near(g, e)], e)
	}
	for _, id := range g.Start {
		t.node(t.nodes[id])
	}
	for _, p := range g.Problems {
		t.line("", "", []span{{"PROBLEM ", bad}, {p, plain}})
	}
	if _, err := w.Write(t.b.Bytes()); err != nil {
		return fmt.Errorf("writing a tree: %w", err)
	}
	return nil
}

// near is the end of an edge that the trace came to first.
func near(g trace.Graph, e trace.Edge) string {
	if g.Direction == trace.Downstream && e.Why != trace.IsBytes {
		return e.From
	}
	return e.To
}

func far(g trace.Graph, e trace.Edge) string {
	if near(g, e) == e.From {
		return e.To
	}
	return e.From
}

// span is a text, and how it is painted.
type span struct{ text, style string }

// branch is a node that is still to be written, and how.
type branch struct {
	edge         trace.Edge
	node         trace.Node
	first, other string // what stands before its first line, and before the others
}

// node writes a node and all that lies beyond it, without recursion: a chain may be
// as long as it likes.
func (t *tree) node(start trace.Node) {
	stack := []branch{{node: start}}
	for len(stack) > 0 {
		top := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		beyond := t.next[top.node.ID]
		again := t.shown[top.node.ID] && len(beyond) > 0
		t.line(top.first, top.other+stem(len(beyond) > 0 && !again), t.spans(top, again))
		if again {
			continue
		}
		t.shown[top.node.ID] = true
		for i := len(beyond) - 1; i >= 0; i-- {
			b := branch{beyond[i], t.nodes[far(t.g, beyond[i])], top.other + "├─ ", top.other + "│  "}
			if i == len(beyond)-1 {
				b.first, b.other = top.other+"└─ ", top.other+"   "
			}
			stack = append(stack, b)
		}
	}
}

// stem joins the lines of a node with what lies beyond it.
func stem(beyond bool) string {
	if beyond {
		return "│  "
	}
	return "   "
}

// spans are the text of one node.
func (t *tree) spans(b branch, again bool) []span {
	w := wordsOf(b.node).among(t.twins[b.node.ID])
	var spans []span
	if text := t.relation(b.edge); text != "" {
		spans = append(spans, span{text + " ", faint})
	}
	if w.kind != "" {
		spans = append(spans, span{w.kind + " ", kindStyle(b.node.Kind)})
	}
	spans = append(spans, span{w.title, strong})
	if again {
		return append(spans, span{"  (above)", faint})
	}
	if at := elsewhere(b); at != "" {
		spans = append(spans, span{" at " + at, plain})
	}
	if w.note != "" {
		w.facts = append(w.facts, "("+w.note+")")
	}
	for _, f := range w.facts {
		style := plain
		if f == strings.ToUpper(f) && strings.ContainsAny(f, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") && b.node.Kind == trace.KindRun && strings.Contains(f, "GAP") {
			style = bad
		}
		spans = append(spans, span{"  " + f, style})
	}
	return spans
}

// elsewhere is where the run met the bytes, where the node does not say it.
func elsewhere(b branch) string {
	a := b.node.Artifact
	if a == nil || len(a.Names) < 2 || len(b.edge.At) == 0 {
		return ""
	}
	return strings.Join(b.edge.At, ", ")
}

func kindStyle(k trace.Kind) string {
	switch k {
	case trace.KindMissing:
		return bad
	case trace.KindSource:
		return known
	}
	return plain
}

// relation is what an edge says of the node that lies beyond, read from the other.
func (t *tree) relation(e trace.Edge) string {
	up := t.g.Direction != trace.Downstream
	part := ""
	if e.Of > 0 {
		part = fmt.Sprintf(" %d of %s", e.Files, plural(e.Of, "file", "files"))
	}
	switch e.Why {
	case trace.Made, trace.MadePart:
		if up {
			return strings.TrimSpace(part+" made by") + doubtOf(e)
		}
		return "made" + part + doubtOf(e)
	case trace.Read, trace.ReadPart:
		if e.Role == record.RoleCode && !up {
			return strings.TrimSpace(part + " among the code of")
		}
		if up {
			return "read" + part + " as " + report.Clean(string(e.Role))
		}
		return "read" + part + " as " + report.Clean(string(e.Role)) + " by"
	case trace.Attached:
		return "attached to"
	case trace.IsBytes:
		return "is"
	case trace.Used:
		return "used by"
	}
	return ""
}

func doubtOf(e trace.Edge) string {
	if d := strings.TrimPrefix(doubts(e), ", "); d != "" {
		return " (" + d + ")"
	}
	return ""
}

// line writes spans, wrapped at blanks to the width of the terminal: what is too long
// goes on below, under the stem.
func (t *tree) line(first, other string, spans []span) {
	width := t.o.Width
	if width > 0 {
		width = max(width, columns(first)+least)
	}
	t.b.WriteString(first)
	at, blanks := columns(first), 0
	for _, s := range spans {
		for i, word := range strings.Split(report.Clean(s.text), " ") {
			if i > 0 {
				blanks++
			}
			n := columns(word)
			if n == 0 {
				continue
			}
			if width > 0 && at+blanks+n > width && at > columns(other) {
				t.b.WriteString("\n" + other)
				at, blanks = columns(other), 0
			}
			t.b.WriteString(strings.Repeat(" ", blanks) + t.paint(word, s.style))
			at, blanks = at+blanks+n, 0
		}
	}
	t.b.WriteByte('\n')
}

func (t *tree) paint(text, style string) string {
	if !t.o.Color || style == plain || text == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}
