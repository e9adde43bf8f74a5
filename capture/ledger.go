package capture

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// maxGaps bounds how many gaps of one kind are named one by one.
const maxGaps = 100

// ledger collects what the goroutines of a session have to say.
type ledger struct {
	mu    sync.Mutex
	gaps  []record.Gap
	notes []record.Gap
	blobs map[hashing.FileDigest][]byte
}

func (l *ledger) gap(kind, what, why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gaps = append(l.gaps, record.Gap{Kind: kind, What: orUnnamed(what), Why: orUnnamed(why)})
}

func (l *ledger) note(kind, what, why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.notes = append(l.notes, record.Gap{Kind: kind, What: orUnnamed(what), Why: orUnnamed(why)})
}

func (l *ledger) blob(digest hashing.FileDigest, content []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.blobs == nil {
		l.blobs = map[hashing.FileDigest][]byte{}
	}
	l.blobs[digest] = content
}

// sorted gives gaps in a stable order, with those of a kind that has very many
// summed up in one.
func sorted(gaps []record.Gap) []record.Gap {
	slices.SortStableFunc(gaps, func(a, b record.Gap) int {
		return strings.Compare(a.Kind+"\x00"+a.What, b.Kind+"\x00"+b.What)
	})
	gaps = slices.Compact(gaps)
	var out []record.Gap
	counts := map[string]int{}
	for _, g := range gaps {
		if counts[g.Kind]++; counts[g.Kind] <= maxGaps {
			out = append(out, g)
		}
	}
	for _, g := range gaps {
		if n := counts[g.Kind]; n > maxGaps {
			out = append(out, record.Gap{Kind: g.Kind, What: "more", Why: plural(n-maxGaps, "more of this kind")})
			counts[g.Kind] = 0
		}
	}
	return out
}

// orUnnamed keeps an empty word from making a record invalid.
func orUnnamed(s string) string {
	if s == "" {
		return "unnamed"
	}
	return record.EncodeText(s)
}

// meter counts what is to be hashed and what was.
type meter struct{ done, total atomic.Int64 }

func (m *meter) expect(bytes int64) { m.total.Add(bytes) }
func (m *meter) add(bytes int64)    { m.done.Add(bytes) }

// wait returns when the group is done. When patience ends first, it stops the
// work and waits for that.
func (m *meter) wait(patience context.Context, stop func(), group *sync.WaitGroup, progress func(done, total int64)) {
	done := make(chan struct{})
	go func() { group.Wait(); close(done) }()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-done:
			return
		case <-patience.Done():
			stop()
			<-done
			return
		case <-tick.C:
			if progress != nil {
				progress(m.done.Load(), m.total.Load())
			}
		}
	}
}
