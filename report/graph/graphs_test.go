package graph

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/trace"
)

// hostile does whatever a name can: to a terminal, and to each of the languages.
const hostile = "x\nFORGED\r\x1b]0;owned\a\x1b[2K\x1b[31m\u009b32m\u202eevil\u2066\u200b\ufeff\u2028\t\x7f\U000e0041\xff\ufffe" +
	`"]; n0 --> evil["<script>alert(1)</script>"] %%{init: {}}%% click n0 "javascript:alert(1)" \N\"" -> b; ]]> --> &quot;&#34;#quot;` + "`*_**1. - end subgraph"

func node(i int, k trace.Kind, text string) trace.Node {
	n := trace.Node{ID: fmt.Sprintf("n:%d", i), Kind: k}
	digest := hashing.Bytes([]byte(fmt.Sprint(i)))
	switch k {
	case trace.KindRun:
		id := record.ID(digest)
		end := record.At(time.Unix(2000+int64(i), 0))
		n.Run = &trace.Run{Record: &id, Status: record.Succeeded, Started: record.At(time.Unix(1000+int64(i), 0)), Finished: &end, Command: []string{"python", text}, Commit: "3f786850e387550fdab836ed7e6dc881de23001b", State: record.TreeClean, Gaps: i % 3}
	case trace.KindFile:
		n.Artifact = &trace.Artifact{File: &digest, Names: []string{"repo:" + text}, Files: 1, Bytes: int64(i), SizeKnown: true}
	case trace.KindFolder:
		tree := hashing.TreeDigest(digest)
		n.Artifact = &trace.Artifact{Tree: &tree, Names: []string{"repo:" + text, text}, Files: int64(i)}
	case trace.KindModel:
		n.Model = &trace.Model{System: "mlflow", Kind: "model-version", ID: "7", Name: text, Alias: text, URL: "http://" + text}
	case trace.KindPackage:
		n.Package = &trace.Package{Name: text, Version: text}
	case trace.KindCommit:
		n.Commit = &trace.Commit{Hash: text}
	case trace.KindSource:
		n.Missing = &trace.Missing{Reason: trace.HasURI, URI: text, Detail: text}
	case trace.KindMissing:
		n.Missing = &trace.Missing{Reason: trace.Unrecorded, What: text, Detail: text, Files: 1, Of: 2, Runs: []string{text}}
	case trace.KindMore:
		n.More = &trace.More{Count: 3, Of: text}
	}
	return n
}

var kinds = []trace.Kind{trace.KindRun, trace.KindFile, trace.KindFolder, trace.KindModel, trace.KindPackage, trace.KindCommit, trace.KindSource, trace.KindMissing, trace.KindMore}

var whys = []trace.Why{trace.Made, trace.MadePart, trace.Read, trace.ReadPart, trace.Attached, trace.IsBytes, trace.Used, trace.Ends}

// everything has each kind of node and of edge, and a text in every field.
func everything(text string, d trace.Direction) trace.Graph {
	g := trace.Graph{Asked: text, Direction: d, Start: []string{"n:0"}, Problems: []string{text}, Edges: []trace.Edge{}}
	for i, k := range kinds {
		g.Nodes = append(g.Nodes, node(i, k, text))
	}
	for i, w := range whys {
		e := trace.Edge{From: fmt.Sprintf("n:%d", i+1), To: "n:0", Why: w, Role: record.Role(text), At: []string{text}, Files: 1, Of: 3, Order: trace.Skewed, Likely: true}
		if d == trace.Downstream {
			e.From, e.To = e.To, e.From
		}
		g.Edges = append(g.Edges, e)
	}
	return g
}

// drawn makes a graph of edges between numbered nodes.
func drawn(n int, edges [][2]int) trace.Graph {
	g := trace.Graph{Asked: "it", Direction: trace.Upstream, Problems: []string{}, Edges: []trace.Edge{}}
	for i := range n {
		g.Nodes = append(g.Nodes, node(i, kinds[i%2], fmt.Sprintf("step%d.py", i)))
	}
	for i, e := range edges {
		g.Edges = append(g.Edges, trace.Edge{From: fmt.Sprintf("n:%d", e[0]), To: fmt.Sprintf("n:%d", e[1]), Why: whys[i%4]})
	}
	if n > 0 {
		g.Start = []string{fmt.Sprintf("n:%d", n-1)}
	}
	return g
}

// shapesOfGraphs are graphs as they come, and as they should not.
func shapesOfGraphs() map[string]trace.Graph {
	fan, chain, grid := [][2]int{}, [][2]int{}, [][2]int{}
	for i := range 499 {
		fan = append(fan, [2]int{i, 499})
		chain = append(chain, [2]int{i, i + 1})
	}
	for i := range 490 {
		for k := range 3 {
			if to := (i/10+1)*10 + (i+k*3)%10; to < 500 {
				grid = append(grid, [2]int{i, to})
			}
		}
	}
	random := [][2]int{}
	r := rand.New(rand.NewPCG(1, 2))
	for range 900 {
		a, b := r.IntN(500), r.IntN(500)
		random = append(random, [2]int{min(a, b), max(a, b)})
	}
	return map[string]trace.Graph{
		"nothing": drawn(0, nil), "one": drawn(1, nil), "itself": drawn(1, [][2]int{{0, 0}}),
		"pair": drawn(2, [][2]int{{0, 1}}), "cycle": drawn(3, [][2]int{{0, 1}, {1, 2}, {2, 0}}), "both ways": drawn(2, [][2]int{{0, 1}, {1, 0}}),
		"diamond": drawn(4, [][2]int{{0, 1}, {0, 2}, {1, 3}, {2, 3}}), "long edge": drawn(5, [][2]int{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {0, 4}}),
		"apart": drawn(6, [][2]int{{0, 1}, {2, 3}}), "fan": drawn(500, fan), "chain": drawn(500, chain), "grid": drawn(500, grid), "random": drawn(500, random),
		"everything": everything("a/name.csv", trace.Upstream), "hostile": everything(hostile, trace.Downstream), "long": everything(strings.Repeat("long名前", 100), trace.Upstream),
		"nowhere": {Start: []string{"x"}, Edges: []trace.Edge{{From: "a", To: "b"}}},
	}
}

func eachGraph(t *testing.T, f func(*testing.T, trace.Graph)) {
	for name, g := range shapesOfGraphs() {
		t.Run(name, func(t *testing.T) { f(t, g) })
	}
}
