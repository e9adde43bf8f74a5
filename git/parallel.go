package git

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// parallel calls do with 0 to n-1 on all cores, until the context ends.
func parallel(ctx context.Context, n int, do func(i int)) {
	var (
		wg   sync.WaitGroup
		next atomic.Int64
	)
	work := func() {
		for ctx.Err() == nil {
			i := int(next.Add(1)) - 1
			if i >= n {
				return
			}
			do(i)
		}
	}
	for range min(runtime.GOMAXPROCS(0), n) - 1 {
		wg.Go(work)
	}
	work()
	wg.Wait()
}
