package graph

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/trace"
)

// TestAskedIsSeenFirst: upstream, what was asked for stands on the left, where a narrow
// window begins.
func TestAskedIsSeenFirst(t *testing.T) {
	g := trace.Graph{Asked: "m", Direction: trace.Upstream, Start: []string{"m"}, Problems: []string{},
		Nodes: []trace.Node{{ID: "m", Kind: trace.KindModel, Model: &trace.Model{ID: "m"}}, {ID: "r", Kind: trace.KindRun, Run: &trace.Run{Command: []string{"train"}}}},
		Edges: []trace.Edge{{From: "r", To: "m", Why: trace.IsBytes}}}
	for direction, first := range map[trace.Direction]bool{trace.Upstream: true, trace.Downstream: false} {
		g.Direction = direction
		var b bytes.Buffer
		if err := SVG(&b, g, SVGOptions{}); err != nil {
			t.Fatal(err)
		}
		asked := strings.Index(b.String(), `<rect x="16.0"`) // at the margin
		if got := asked < strings.Index(b.String(), `id="lineage-n1"`); got != first {
			t.Errorf("%s: the model is on the left: %t\n%s", direction, got, b.String())
		}
	}
}

// TestReasonsAreWhole: a reason stands in its box with all its words.
func TestReasonsAreWhole(t *testing.T) {
	const why = "as a record says; no lineage get noted here had these bytes from there"
	n := trace.Node{Kind: trace.KindSource, Missing: &trace.Missing{Reason: trace.HasURI, URI: "https://h/x", Detail: why}}
	if got := strings.Join(linesOf(wordsOf(n), false), " "); !strings.HasSuffix(got, why) {
		t.Errorf("the box says %q", got)
	}
}

// TestTwins: two nodes of the same bytes say why they are two.
func TestTwins(t *testing.T) {
	d := hashing.Bytes([]byte("x"))
	file := func(id string) trace.Node {
		return trace.Node{ID: id, Kind: trace.KindFile, Artifact: &trace.Artifact{File: &d, Names: []string{}}}
	}
	g := trace.Graph{Nodes: []trace.Node{file("a"), file("b")}}
	lines := linesOf(wordsOf(g.Nodes[0]).among(twinsOf(g)["a"]), false)
	if !slices.Contains(lines, "the same bytes again, of other makers") {
		t.Errorf("the box says %q", lines)
	}
	g.Nodes = g.Nodes[:1]
	if len(twinsOf(g)) > 0 {
		t.Error("one node has a twin")
	}
}
