package store

import (
	"context"
	"iter"
	"runtime"
)

// inOrder calls f on every item, on all cores, and gives the results in the order
// of the items. When ctx ends early its error is the last that comes.
func inOrder[T, R any](ctx context.Context, items []T, f func(T) (R, error)) iter.Seq2[R, error] {
	type result struct {
		value R
		err   error
	}
	return func(yield func(R, error) bool) {
		done := make(chan struct{})
		defer close(done)
		pending := make(chan chan result, 2*runtime.GOMAXPROCS(0))
		go func() {
			defer close(pending)
			for _, item := range items {
				c := make(chan result, 1)
				select {
				case pending <- c:
				case <-done:
					return
				}
				if err := ctx.Err(); err != nil {
					var none R
					c <- result{none, err}
					return
				}
				go func() {
					value, err := f(item)
					c <- result{value, err}
				}()
			}
		}()
		for c := range pending {
			if r := <-c; !yield(r.value, r.err) {
				return
			}
		}
	}
}
