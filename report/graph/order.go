package graph

import (
	"cmp"
	"slices"
)

// sweeps is how often the layers are ordered from both sides.
const sweeps = 12

// order puts each layer in the order in which fewest edges cross that was met: every
// box goes to the middle of those it is joined with in the layer beside.
func (l *layout) order() {
	l.rankAll()
	best, least := cloned(l.layers), l.crossings()
	for i := 0; i < sweeps && least > 0; i++ {
		if i%2 == 0 {
			for at := 1; at < len(l.layers); at++ {
				l.sort(at, l.before)
			}
		} else {
			for at := len(l.layers) - 2; at >= 0; at-- {
				l.sort(at, l.after)
			}
		}
		if n := l.crossings(); n < least {
			best, least = cloned(l.layers), n
		}
	}
	l.layers = best
	l.rankAll()
}

func cloned(layers [][]int) [][]int {
	out := make([][]int, len(layers))
	for i := range layers {
		out[i] = slices.Clone(layers[i])
	}
	return out
}

// sort orders a layer by where its neighbours on one side stand; a box without any
// stays where it is.
func (l *layout) sort(at int, side [][]int) {
	middle := make(map[int]float64, len(l.layers[at]))
	for _, v := range l.layers[at] {
		middle[v] = float64(l.rank[v])
		if near := side[v]; len(near) > 0 {
			sum := 0
			for _, u := range near {
				sum += l.rank[u]
			}
			beside := len(l.layers[l.boxes[near[0]].layer])
			// In parts of the whole, so that those without neighbours compare.
			middle[v] = float64(sum) / float64(len(near)) / float64(beside) * float64(len(l.layers[at]))
		}
	}
	slices.SortStableFunc(l.layers[at], func(a, b int) int { return cmp.Compare(middle[a], middle[b]) })
	l.rankLayer(at)
}

func (l *layout) rankAll() {
	l.rank = make([]int, len(l.boxes))
	for at := range l.layers {
		l.rankLayer(at)
	}
}

func (l *layout) rankLayer(at int) {
	for i, v := range l.layers[at] {
		l.rank[v] = i
	}
}

// crossings counts the pairs of edges that cross, layer by layer, as inversions.
func (l *layout) crossings() (n int) {
	for _, layer := range l.layers {
		var ends []int
		most := 0
		for _, v := range layer {
			first := len(ends)
			for _, u := range l.after[v] {
				ends = append(ends, l.rank[u])
				most = max(most, l.rank[u]+1)
			}
			slices.Sort(ends[first:])
		}
		n += inversions(ends, most)
	}
	return n
}

// inversions counts the pairs that stand in the wrong order, with a tree of sums.
func inversions(all []int, most int) (n int) {
	sums := make([]int, most+1)
	for seen, v := range all {
		notAbove := 0
		for i := v + 1; i > 0; i &= i - 1 {
			notAbove += sums[i]
		}
		n += seen - notAbove
		for i := v + 1; i <= most; i += i & -i {
			sums[i]++
		}
	}
	return n
}
