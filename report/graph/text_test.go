package graph

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/trace"
)

func text(t testing.TB, f func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := f(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func treeText(t testing.TB, g trace.Graph, o report.Options) string {
	return text(t, func(w io.Writer) error { return Tree(w, g, o) })
}

// TestTree: every node stands in it once in full, lines are clean, and colour only
// paints.
func TestTree(t *testing.T) {
	eachGraph(t, func(t *testing.T, g trace.Graph) {
		for _, width := range []int{0, 40, 100} {
			plain := treeText(t, g, report.Options{Width: width})
			checkTree(t, plain)
			painted := treeText(t, g, report.Options{Width: width, Color: true})
			if got := regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(painted, ""); got != plain {
				t.Errorf("painted it is\n%s\nplain\n%s", painted, plain)
			}
		}
	})
}

func checkTree(t testing.TB, plain string) {
	for line := range strings.Lines(plain) {
		line, ended := strings.CutSuffix(line, "\n")
		if !ended || report.Clean(line) != line || strings.HasPrefix(line, "FORGED") {
			t.Errorf("line %+q", line)
		}
	}
}

// TestTreeFits: short words stay within the terminal.
func TestTreeFits(t *testing.T) {
	for _, width := range []int{60, 80, 120} {
		for line := range strings.Lines(treeText(t, shapesOfGraphs()["diamond"], report.Options{Width: width})) {
			if n := columns(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("%d columns: a line has %d: %s", width, n, line)
			}
		}
	}
}

// TestTreeSaysOnce: what hangs below a node that is reached twice stands there once.
func TestTreeSaysOnce(t *testing.T) {
	plain := treeText(t, shapesOfGraphs()["grid"], report.Options{})
	if n := strings.Count(plain, "\n"); n > 2000 {
		t.Errorf("500 nodes take %d lines", n)
	}
	if plain := treeText(t, shapesOfGraphs()["diamond"], report.Options{}); strings.Count(plain, "step0.py") != 2 || strings.Contains(plain, "(above)") {
		t.Errorf("a leaf is followed:\n%s", plain)
	}
	if plain := treeText(t, shapesOfGraphs()["cycle"], report.Options{}); !strings.Contains(plain, "(above)") {
		t.Errorf("a cycle is not told:\n%s", plain)
	}
}

func mermaidOf(t testing.TB, g trace.Graph) string {
	return text(t, func(w io.Writer) error { return Mermaid(w, g) })
}

var mermaidLine = regexp.MustCompile(`^(flowchart LR|  n\d+(\(\[|\[\[|\[\(|\[/|\[|\{\{|\()"([\p{L}\p{Nd} ,:/._-]|#\d+;|<br/>)*"(\]\)|\]\]|\)\]|/\]|\]|\}\}|\))|  n\d+ (-->|-\.->)(\|"([\p{L}\p{Nd} ,:/._-]|#\d+;)*"\|)? n\d+|  classDef (missing stroke-dasharray: 6 4|asked stroke-width:3px)|  class [n\d,]+ (missing|asked))$`)

// mermaidMark is what could be Markdown in a text.
var mermaidMark = regexp.MustCompile(`"[^"]*([^\p{L}\p{Nd}][._]|[._][^\p{L}\p{Nd}]|[ >;,:/-]-|-[ ;,:/"<])[^"]*"`)

// checkMermaid reads a flowchart by a grammar of its own, which has nothing but what
// is written here.
func checkMermaid(t testing.TB, chart string) {
	for line := range strings.Lines(chart) {
		if line, ended := strings.CutSuffix(line, "\n"); !ended || !mermaidLine.MatchString(line) || mermaidMark.MatchString(line) {
			t.Errorf("line %+q", line)
		}
	}
}

func TestMermaid(t *testing.T) {
	eachGraph(t, func(t *testing.T, g trace.Graph) { checkMermaid(t, mermaidOf(t, g)) })
}

func dotOf(t testing.TB, g trace.Graph) string {
	return text(t, func(w io.Writer) error { return DOT(w, g) })
}

// dotTokens cuts a graph of Graphviz into its tokens; strings become "".
func dotTokens(source string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(source); i++ {
		if source[i] != '"' {
			b.WriteByte(source[i])
			continue
		}
		for i++; i < len(source) && source[i] != '"'; i++ {
			if source[i] == '\n' {
				return "", fmt.Errorf("a string goes over lines")
			}
			if source[i] == '\\' {
				if i++; i == len(source) || !strings.ContainsRune(`\"n`, rune(source[i])) {
					return "", fmt.Errorf("an escape that labels interpret")
				}
			}
		}
		if i == len(source) {
			return "", fmt.Errorf("a string does not end")
		}
		b.WriteString(`""`)
	}
	return b.String(), nil
}

var dotLine = regexp.MustCompile(`^(digraph lineage \{|\}|  (graph|node|edge) \[[a-zA-Z,="0-9]*\];|  n\d+ \[[a-z=,0-9]*,label="",tooltip=""\];|  n\d+ -> n\d+ \[label=""(,style=dashed)?\];)$`)

func checkDOT(t testing.TB, source string) {
	tokens, err := dotTokens(source)
	if err != nil {
		t.Fatalf("%v in\n%s", err, source)
	}
	for line := range strings.Lines(tokens) {
		if line, ended := strings.CutSuffix(line, "\n"); !ended || !dotLine.MatchString(line) {
			t.Errorf("line %+q", line)
		}
	}
}

func TestDOT(t *testing.T) {
	eachGraph(t, func(t *testing.T, g trace.Graph) { checkDOT(t, dotOf(t, g)) })
}

func TestJSON(t *testing.T) {
	schema, err := jsonschema.UnmarshalJSON(bytes.NewReader(JSONSchema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("trace.schema.json", schema); err != nil {
		t.Fatal(err)
	}
	compiled := c.MustCompile("trace.schema.json")
	for name, g := range map[string]trace.Graph{"upstream": everything("name", trace.Upstream), "hostile": everything(hostile, trace.Downstream), "empty": {Direction: trace.Upstream, Start: []string{}, Nodes: []trace.Node{}, Edges: []trace.Edge{}, Problems: []string{}}} {
		written := text(t, func(w io.Writer) error { return JSON(w, g) })
		document, err := jsonschema.UnmarshalJSON(strings.NewReader(written))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := compiled.Validate(document); err != nil {
			t.Errorf("%s: %v\n%s", name, err, written)
		}
	}
}

// checkJSON: it reads back as what it was, and steers no terminal.
func checkJSON(t testing.TB, g trace.Graph) {
	written := text(t, func(w io.Writer) error { return JSON(w, g) })
	for line := range strings.Lines(written) {
		if line = strings.TrimSuffix(line, "\n"); report.Clean(line) != line {
			t.Errorf("line %+q", line)
		}
	}
	var back trace.Graph
	if err := json.Unmarshal([]byte(written), &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(g, back); diff != "" {
		t.Error(diff)
	}
}

func TestJSONReadsBack(t *testing.T) {
	checkJSON(t, everything(strings.ToValidUTF8(hostile, "?"), trace.Upstream))
}

type broken struct{}

var errBroken = errors.New("broken pipe")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestFailingWriter(t *testing.T) {
	g := everything("name", trace.Upstream)
	for name, err := range map[string]error{
		"tree": Tree(broken{}, g, report.Options{}), "mermaid": Mermaid(broken{}, g), "dot": DOT(broken{}, g),
		"json": JSON(broken{}, g), "svg": SVG(broken{}, g, SVGOptions{}),
	} {
		if !errors.Is(err, errBroken) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzTree(f *testing.F) {
	f.Add(hostile, 0)
	f.Add("repo:data/train.csv", 40)
	f.Fuzz(func(t *testing.T, name string, width int) {
		checkTree(t, treeText(t, everything(name, trace.Upstream), report.Options{Width: width}))
	})
}

func FuzzMermaid(f *testing.F) {
	f.Add(hostile)
	f.Fuzz(func(t *testing.T, name string) { checkMermaid(t, mermaidOf(t, everything(name, trace.Upstream))) })
}

func FuzzDOT(f *testing.F) {
	f.Add(hostile)
	f.Fuzz(func(t *testing.T, name string) { checkDOT(t, dotOf(t, everything(name, trace.Downstream))) })
}

func FuzzJSON(f *testing.F) {
	f.Add(hostile)
	f.Fuzz(func(t *testing.T, name string) {
		checkJSON(t, everything(strings.ToValidUTF8(name, "?"), trace.Upstream))
	})
}
