package capture

import (
	"cmp"
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
	place *Place // whose folders are not to be named
	mu    sync.Mutex
	gaps  []record.Gap
	notes []record.Gap
	blobs map[hashing.FileDigest][]byte
}

func (l *ledger) gap(kind, what, why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.gaps = append(l.gaps, l.entry(kind, what, why))
}

func (l *ledger) note(kind, what, why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.notes = append(l.notes, l.entry(kind, what, why))
}

func (l *ledger) entry(kind, what, why string) record.Gap {
	return record.Gap{Kind: kind, What: orUnnamed(l.place.impersonal(what)), Why: orUnnamed(l.place.impersonal(why))}
}

func (l *ledger) blob(digest hashing.FileDigest, content []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.blobs == nil {
		l.blobs = map[hashing.FileDigest][]byte{}
	}
	l.blobs[digest] = content
}

// kept is the content that was kept, nil if it was not.
func (l *ledger) kept(digest hashing.FileDigest) []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.blobs[digest]
}

// sorted gives gaps in a stable order, with those of a kind that has very many
// summed up in one.
func sorted(gaps []record.Gap) []record.Gap {
	slices.SortFunc(gaps, func(a, b record.Gap) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.What, b.What), strings.Compare(a.Why, b.Why))
	})
	gaps = slices.Compact(gaps)
	var out []record.Gap
	of := 0 // how many of this kind there are
	for i, g := range gaps {
		if of++; of <= maxGaps {
			out = append(out, g)
		}
		if i+1 < len(gaps) && gaps[i+1].Kind == g.Kind {
			continue
		}
		if of > maxGaps {
			out = append(out, record.Gap{Kind: g.Kind, What: "more", Why: plural(of-maxGaps, "more of this kind")})
		}
		of = 0
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

// show tells progress how far things are, until hide is called.
func (m *meter) show(progress func(done, total int64)) (hide func()) {
	if progress == nil {
		return func() {}
	}
	quit, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
				progress(m.done.Load(), m.total.Load())
			}
		}
	}()
	return func() { close(quit); <-gone }
}
