package graph

import "math"

// The space between boxes, in the picture's units.
const (
	margin    = 16.0
	apart     = 14.0 // between boxes of a layer
	wireApart = 10.0 // around an edge that passes a layer
	gapWidth  = 56.0 // between layers, at least
)

// place gives each box its corner: layers beside each other, and in a layer each box
// as near to the middle of its neighbours as the boxes above and below let it.
func (l *layout) place() {
	x := margin
	for at, layer := range l.layers {
		width := 0.0
		for _, v := range layer {
			width = max(width, l.boxes[v].width)
		}
		for _, v := range layer {
			l.boxes[v].x, l.boxes[v].width = x, width
		}
		x += width
		if at < len(l.layers)-1 {
			x += l.gap(at)
		}
	}
	l.width = x + margin
	for _, layer := range l.layers {
		y := 0.0
		for i, v := range layer {
			if i > 0 {
				y += l.space(layer[i-1], v)
			}
			l.boxes[v].y = y
			y += l.boxes[v].height
		}
	}
	for i := range sweeps {
		l.settle(i)
	}
	l.shift()
}

// gap is the room between a layer and the next one.
func (l *layout) gap(at int) float64 {
	if at < len(l.gaps) {
		return max(gapWidth, l.gaps[at])
	}
	return gapWidth
}

// space is the room between two boxes of a layer that stand above each other.
func (l *layout) space(above, below int) float64 {
	if l.boxes[above].dummy || l.boxes[below].dummy {
		return wireApart
	}
	return apart
}

// settle moves the boxes of every layer towards their neighbours on one side, and at
// the end on both.
func (l *layout) settle(round int) {
	for i := range l.layers {
		at := i
		if round%2 == 1 {
			at = len(l.layers) - 1 - i
		}
		want := make([]float64, len(l.layers[at]))
		for n, v := range l.layers[at] {
			near := l.before[v]
			if round%2 == 1 || len(near) == 0 {
				near = l.after[v]
			}
			if round >= sweeps-2 {
				near = append(append([]int{}, l.before[v]...), l.after[v]...)
			}
			want[n] = l.middle(v)
			if len(near) > 0 {
				sum := 0.0
				for _, u := range near {
					sum += l.middle(u)
				}
				want[n] = sum / float64(len(near))
			}
		}
		l.spread(l.layers[at], want)
	}
}

func (l *layout) middle(v int) float64 { return l.boxes[v].y + l.boxes[v].height/2 }

// spread puts the boxes of a layer as near as can be to where they want their
// middles, by squares, in order and with room between them. Without the room that is
// a row of numbers which must not fall, and those that would are taken together.
func (l *layout) spread(layer []int, want []float64) {
	type block struct {
		sum float64
		n   int
	}
	offsets := make([]float64, len(layer))
	var blocks []block
	for i, v := range layer {
		if i > 0 {
			u := layer[i-1]
			offsets[i] = offsets[i-1] + l.boxes[u].height + l.space(u, v)
		}
		b := block{want[i] - l.boxes[v].height/2 - offsets[i], 1}
		for len(blocks) > 0 && blocks[len(blocks)-1].sum*float64(b.n) > b.sum*float64(blocks[len(blocks)-1].n) {
			b.sum += blocks[len(blocks)-1].sum
			b.n += blocks[len(blocks)-1].n
			blocks = blocks[:len(blocks)-1]
		}
		blocks = append(blocks, b)
	}
	i := 0
	for _, b := range blocks {
		for range b.n {
			l.boxes[layer[i]].y = b.sum/float64(b.n) + offsets[i]
			i++
		}
	}
}

// mirror turns left and right: edges then lead from right to left.
func (l *layout) mirror() {
	l.mirrored = true
	for i := range l.boxes {
		l.boxes[i].x = l.width - l.boxes[i].x - l.boxes[i].width
	}
}

// sides are where an edge leaves one box and reaches the other.
func (l *layout) sides(from, to box) (x1, x2 float64) {
	if l.mirrored {
		return from.x, to.x + to.width
	}
	return from.x + from.width, to.x
}

// shift moves the whole picture below the margin, on whole units.
func (l *layout) shift() {
	top, bottom := math.Inf(1), math.Inf(-1)
	for _, b := range l.boxes {
		top = min(top, b.y)
	}
	for i := range l.boxes {
		l.boxes[i].y = math.Round((l.boxes[i].y-top+margin)*10) / 10
		bottom = max(bottom, l.boxes[i].y+l.boxes[i].height)
	}
	l.height = max(bottom, 0) + margin
}
