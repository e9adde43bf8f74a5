package index

import "iter"

// merge gives the rows of all parts in order: each part has it.
func merge[T any](parts []iter.Seq2[T, error], compare func(a, b T) int) iter.Seq2[T, error] {
	if len(parts) == 1 {
		return parts[0]
	}
	return func(yield func(T, error) bool) {
		var heads []*head[T]
		for _, p := range parts {
			next, stop := iter.Pull2(p)
			defer stop()
			heads = append(heads, &head[T]{next: next})
		}
		for {
			var first *head[T]
			for _, h := range heads {
				if h.fill(); h.there && (first == nil || h.err != nil || first.err == nil && compare(h.row, first.row) < 0) {
					first = h
				}
			}
			if first == nil {
				return
			}
			first.filled = false
			if !yield(first.row, first.err) || first.err != nil {
				return
			}
		}
	}
}

// head is the first row that is left of one part.
type head[T any] struct {
	next   func() (T, error, bool)
	filled bool
	there  bool
	row    T
	err    error
}

func (h *head[T]) fill() {
	if !h.filled {
		h.row, h.err, h.there = h.next()
		h.filled = true
	}
}
