package graph

import (
	"slices"

	"github.com/lineage-audit/lineage/trace"
)

// layout places a graph in layers, from left to right, as Sugiyama, Tagawa and Toda
// have it: cycles are broken, each node gets a layer, edges over several layers are
// cut by dummies, the layers are ordered so that few edges cross, and last comes
// where each box stands.
type layout struct {
	boxes  []box   // one for each node, then the dummies
	wires  []wire  // one for each edge that is drawn
	layers [][]int // the boxes of each layer, from the top
	before [][]int // by box: those in the layer before that it is joined with
	after  [][]int // likewise in the layer after
	rank   []int   // where each box stands in its layer
	gaps   []float64
	width  float64
	height float64

	mirrored bool // from right to left
}

// box is a node, or a dummy where an edge passes a layer.
type box struct {
	layer         int
	dummy         bool
	x, y          float64 // of the left upper corner
	width, height float64
}

// wire is an edge, as the boxes that it passes from left to right.
type wire struct {
	edge     int // in the graph
	path     []int
	reversed bool // it goes from right to left, since it is part of a cycle
}

// link is an edge between nodes by their numbers.
type link struct{ from, to int }

// newLayout gives each node its layer, and cuts the edges.
func newLayout(g trace.Graph, sizes []box) *layout {
	number := make(map[string]int, len(g.Nodes))
	for i, n := range g.Nodes {
		number[n.ID] = i
	}
	l := &layout{boxes: slices.Clone(sizes)}
	var links []link
	for i, e := range g.Edges {
		from, found := number[e.From]
		to, too := number[e.To]
		if !found || !too || from == to {
			continue
		}
		links = append(links, link{from, to})
		l.wires = append(l.wires, wire{edge: i, path: []int{from, to}})
	}
	for i, back := range cycles(len(sizes), links) {
		if back {
			links[i] = link{links[i].to, links[i].from}
			slices.Reverse(l.wires[i].path)
			l.wires[i].reversed = true
		}
	}
	for i, layer := range layersOf(len(sizes), links) {
		l.boxes[i].layer = layer
	}
	l.cut()
	l.order()
	return l
}

// cycles tells which links lead back to where they came from, in a walk through the
// graph that starts where nothing leads to. Without them there is no cycle.
func cycles(n int, links []link) []bool {
	out, incoming := make([][]int, n), make([]int, n)
	for i, k := range links {
		out[k.from] = append(out[k.from], i)
		incoming[k.to]++
	}
	const (
		fresh = iota
		open
		done
	)
	state, back := make([]int, n), make([]bool, len(links))
	walk := func(root int) {
		next, stack := make(map[int]int), []int{root}
		state[root] = open
		for len(stack) > 0 {
			at := stack[len(stack)-1]
			if next[at] == len(out[at]) {
				state[at] = done
				stack = stack[:len(stack)-1]
				continue
			}
			i := out[at][next[at]]
			next[at]++
			switch to := links[i].to; state[to] {
			case fresh:
				state[to] = open
				stack = append(stack, to)
			case open:
				back[i] = true
			}
		}
	}
	for _, rootsOnly := range []bool{true, false} {
		for v := range n {
			if state[v] == fresh && (incoming[v] == 0 || !rootsOnly) {
				walk(v)
			}
		}
	}
	return back
}

// layersOf gives each node the first layer after all that lead to it, and moves it
// as near to what follows as nothing is in the way: edges become short.
func layersOf(n int, links []link) []int {
	out, incoming := make([][]int, n), make([]int, n)
	for _, k := range links {
		out[k.from] = append(out[k.from], k.to)
		incoming[k.to]++
	}
	open, layer, order := slices.Clone(incoming), make([]int, n), make([]int, 0, n)
	for v := range n {
		if open[v] == 0 {
			order = append(order, v)
		}
	}
	for i := 0; i < len(order); i++ {
		for _, to := range out[order[i]] {
			layer[to] = max(layer[to], layer[order[i]]+1)
			if open[to]--; open[to] == 0 {
				order = append(order, to)
			}
		}
	}
	for _, v := range slices.Backward(order) {
		if len(out[v]) == 0 || incoming[v] > len(out[v]) {
			continue // moving it would make more edges longer than shorter
		}
		nearest := layer[out[v][0]]
		for _, to := range out[v] {
			nearest = min(nearest, layer[to])
		}
		layer[v] = nearest - 1
	}
	return layer
}

// maxDummies bounds the dummies of a graph: in one that needs more, the edges that
// are left are drawn straight through what stands between.
const maxDummies = 50_000

// cut puts a dummy wherever an edge passes a layer, and fills the layers.
func (l *layout) cut() {
	left := maxDummies
	for i := range l.wires {
		w := &l.wires[i]
		from, to := w.path[0], w.path[1]
		if left -= l.boxes[to].layer - l.boxes[from].layer - 1; left < 0 {
			continue
		}
		path := []int{from}
		for at := l.boxes[from].layer + 1; at < l.boxes[to].layer; at++ {
			path = append(path, len(l.boxes))
			l.boxes = append(l.boxes, box{layer: at, dummy: true})
		}
		w.path = append(path, to)
	}
	l.before, l.after = make([][]int, len(l.boxes)), make([][]int, len(l.boxes))
	for _, w := range l.wires {
		for i := range len(w.path) - 1 {
			a, b := w.path[i], w.path[i+1]
			if l.boxes[b].layer != l.boxes[a].layer+1 {
				continue
			}
			l.after[a], l.before[b] = append(l.after[a], b), append(l.before[b], a)
		}
	}
	l.fill()
}

// fill puts the boxes into their layers.
func (l *layout) fill() {
	last := -1
	for _, b := range l.boxes {
		last = max(last, b.layer)
	}
	l.layers = make([][]int, last+1)
	for _, v := range l.walkOrder() {
		l.layers[l.boxes[v].layer] = append(l.layers[l.boxes[v].layer], v)
	}
}

// walkOrder is the order in which a walk through the graph meets the boxes: what
// hangs together comes together.
func (l *layout) walkOrder() (order []int) {
	seen := make([]bool, len(l.boxes))
	for root := range l.boxes {
		stack := []int{root}
		for len(stack) > 0 {
			v := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if seen[v] {
				continue
			}
			seen[v] = true
			order = append(order, v)
			for _, near := range [][]int{l.after[v], l.before[v]} {
				for _, u := range slices.Backward(near) {
					if !seen[u] {
						stack = append(stack, u)
					}
				}
			}
		}
	}
	return order
}
