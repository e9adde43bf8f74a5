package trace

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store/index"
)

// clockSlack is how far the clocks of two machines may be apart.
const clockSlack = 5 * time.Minute

// orderOf says what the times say of a maker and a reader, "" where the maker came
// too late.
func orderOf(maker, reader index.Run) Order {
	switch {
	case maker.ID == reader.ID:
		return ""
	case !maker.Finished.After(reader.Started.Time):
		return Before
	case maker.Started.Before(reader.Finished.Time):
		return Overlaps
	case maker.Started.Sub(reader.Finished.Time) <= clockSlack && elsewhere(maker, reader):
		return Skewed
	}
	return ""
}

// elsewhere tells whether two runs may have had different clocks.
func elsewhere(a, b index.Run) bool { return a.Host == "" || b.Host == "" || a.Host != b.Host }

// maker is a run that made all of what was read, or files of it.
type maker struct {
	run    index.Run
	order  Order
	places []record.Location // of the bytes, in the run
	same   bool              // one of them is where they were read
	paths  map[string]bool   // of a folder: the files that it made; nil for all
	likely bool
}

var orders = []Order{Before, Overlaps, Skewed}

// likelier puts the maker first that the bytes most plausibly are from: one that
// succeeded; one whose times leave no doubt; one that made them at the place where
// they were read; and of several the one that came last.
func likelier(a, b *maker) int {
	return cmp.Or(
		first(a.run.Outcome.Ended0(), b.run.Outcome.Ended0()),
		cmp.Compare(slices.Index(orders, a.order), slices.Index(orders, b.order)),
		first(a.same, b.same),
		b.run.Finished.Compare(a.run.Finished.Time),
		bytes.Compare(b.run.ID[:], a.run.ID[:]),
	)
}

func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// withoutParents leaves out the runs that only started another one, later, which
// made the same bytes.
func withoutParents(makers []*maker) []*maker {
	children := map[record.Invocation][]*maker{}
	for _, m := range makers {
		children[m.run.Parent] = append(children[m.run.Parent], m)
	}
	return slices.DeleteFunc(makers, func(m *maker) bool {
		return slices.ContainsFunc(children[m.run.Invocation], func(child *maker) bool {
			return child.run.Started.After(m.run.Started.Time) && child.covers(m)
		})
	})
}

// covers tells whether m made every file that the other one made.
func (m *maker) covers(other *maker) bool {
	if m.paths == nil || other.paths == nil {
		return m.paths == nil
	}
	for p := range other.paths {
		if !m.paths[p] {
			return false
		}
	}
	return true
}
