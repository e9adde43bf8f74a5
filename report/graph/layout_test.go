package graph

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lineage-audit/lineage/trace"
)

// laid lays a graph out as SVG does.
func laid(g trace.Graph) *layout {
	sizes := make([]box, len(g.Nodes))
	for i, n := range g.Nodes {
		sizes[i] = sizeOf(linesOf(wordsOf(n), false))
	}
	l := newLayout(g, sizes)
	l.place()
	return l
}

// checkLayout looks for boxes that touch and for edges that go back.
func checkLayout(t interface{ Errorf(string, ...any) }, l *layout) {
	for at, layer := range l.layers {
		for i, v := range layer {
			b := l.boxes[v]
			if b.layer != at || b.x < 0 || b.y < 0 || b.x+b.width > l.width || b.y+b.height > l.height {
				t.Errorf("box %d of layer %d is outside: %+v of %g × %g", v, at, b, l.width, l.height)
			}
			if i > 0 {
				if above := l.boxes[layer[i-1]]; above.y+above.height > b.y-wireApart+0.2 {
					t.Errorf("boxes %d and %d of layer %d touch: %+v %+v", layer[i-1], v, at, above, b)
				}
			}
			if at > 0 && len(l.layers[at-1]) > 0 {
				if left := l.boxes[l.layers[at-1][0]]; left.x+left.width+gapWidth > b.x+0.01 {
					t.Errorf("layers %d and %d touch", at-1, at)
				}
			}
		}
	}
	for _, w := range l.wires {
		for i := range len(w.path) - 1 {
			if l.boxes[w.path[i]].layer >= l.boxes[w.path[i+1]].layer {
				t.Errorf("wire %+v goes back", w)
			}
		}
	}
}

func TestLayout(t *testing.T) {
	eachGraph(t, func(t *testing.T, g trace.Graph) {
		l := laid(g)
		checkLayout(t, l)
		if len(g.Nodes) > 0 && len(l.layers) == 0 {
			t.Error("there are no layers")
		}
		if got := laid(g); !slices.Equal(got.boxes, l.boxes) {
			t.Error("a second layout is another one")
		}
	})
}

// TestLayoutOfRandomGraphs: whatever the edges are, nothing overlaps.
func TestLayoutOfRandomGraphs(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(1, 30).Draw(rt, "nodes")
		end := rapid.IntRange(0, n-1)
		edges := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) [2]int { return [2]int{end.Draw(t, "from"), end.Draw(t, "to")} }), 0, 60).Draw(rt, "edges")
		l := laid(drawn(n, edges))
		checkLayout(rt, l)
		if got, want := l.crossings(), naiveCrossings(l); got != want {
			rt.Errorf("%d crossings, want %d", got, want)
		}
	})
}

// naiveCrossings compares every edge with every other one.
func naiveCrossings(l *layout) (n int) {
	type span struct{ layer, from, to int }
	var spans []span
	for at, layer := range l.layers {
		for i, v := range layer {
			for _, u := range l.after[v] {
				spans = append(spans, span{at, i, slices.Index(l.layers[at+1], u)})
			}
		}
	}
	for i, a := range spans {
		for _, b := range spans[:i] {
			if a.layer == b.layer && (a.from < b.from && a.to > b.to || a.from > b.from && a.to < b.to) {
				n++
			}
		}
	}
	return n
}

// TestNoNeedlessCrossings: what can be drawn without crossings is.
func TestNoNeedlessCrossings(t *testing.T) {
	for _, name := range []string{"chain", "fan", "diamond", "long edge", "apart", "cycle"} {
		if n := laid(shapesOfGraphs()[name]).crossings(); n != 0 {
			t.Errorf("%s: %d crossings", name, n)
		}
	}
}

// TestLargeIsQuick: 500 nodes take less than a second, ten times as many no age.
func TestLargeIsQuick(t *testing.T) {
	for name, g := range shapesOfGraphs() {
		start := time.Now()
		var b bytes.Buffer
		if err := SVG(&b, g, SVGOptions{}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > 5*time.Second { // 0.1 s on an idle machine, without -race
			t.Errorf("%s took %v", name, took)
		}
	}
	var edges [][2]int
	for i := range 4999 {
		edges = append(edges, [2]int{i, i + 1}, [2]int{i / 3, 4999})
	}
	l := laid(drawn(5000, edges))
	if len(l.boxes) > 5000+maxDummies {
		t.Errorf("there are %d boxes", len(l.boxes))
	}
}

func BenchmarkSVG(b *testing.B) {
	g := shapesOfGraphs()["random"]
	for b.Loop() {
		var out bytes.Buffer
		if err := SVG(&out, g, SVGOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
