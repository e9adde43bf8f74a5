package trace

import (
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store/index"
)

// errEnough says that nothing more is wanted of an answer.
var errEnough = errors.New("enough")

// most is how many makers, or readers, of the same bytes are looked at: a file that
// each of a hundred thousand runs makes anew is no reason to look at all of them.
func (t *tracer) most() int { return t.o.Width + maxCounted }

// wholeMakers finds the runs that made exactly these bytes.
func (t *tracer) wholeMakers(ctx context.Context, r reading, c *code, m *hashing.Manifest, o *origin) error {
	byRun, reads := map[record.ID]*maker{}, r.spots(c, m)
	var claims []record.ID // whom a registry names is found however many there are
	if r.info == nil {
		claims = t.asked.Claims
	}
	for u, err := range t.madeBefore(ctx, r) {
		if err != nil {
			return err
		}
		if len(byRun) >= t.most() && byRun[u.Run.ID] == nil {
			if o.cut = true; len(claims) == 0 {
				break
			}
			if !slices.Contains(claims, u.Run.ID) {
				continue
			}
		}
		if joined, same := r.joinsWhole(u, reads); joined {
			r.add(u, same, byRun, o)
		}
	}
	o.makers = ranked(byRun)
	for i, m := range o.makers {
		m.likely = i == 0
	}
	if len(o.makers) > 0 || r.info == nil {
		return nil
	}
	return t.laterMakers(ctx, r, reads, o)
}

// madeBefore are the makers of what was read that were not clearly too late.
func (t *tracer) madeBefore(ctx context.Context, r reading) iter.Seq2[index.Use, error] {
	if r.info == nil {
		return t.w.Catalog.ByDigest(ctx, r.items[0].digest, index.Made)
	}
	return t.w.Catalog.MadeUntil(ctx, r.items[0].digest, r.info.run.Finished.Add(clockSlack))
}

// laterMakers notes the runs that made the bytes clearly too late, the last first.
func (t *tracer) laterMakers(ctx context.Context, r reading, reads []spot, o *origin) error {
	near := o.later
	o.later = nil
	for u, err := range t.w.Catalog.ByDigest(ctx, r.items[0].digest, index.Made) {
		if err != nil {
			return err
		}
		if !u.Run.Started.After(r.info.run.Finished.Add(clockSlack)) || len(o.later) == t.most() {
			break
		}
		if joined, _ := r.joinsWhole(u, reads); joined {
			o.tooLate(*u.Run, r.info.run)
		}
	}
	o.later = append(o.later, near...)
	return nil
}

// spots are where bytes were read.
func (r reading) spots(c *code, m *hashing.Manifest) (reads []spot) {
	for _, i := range r.items {
		reads = append(reads, spot{i.at, false, c.holdsAll(i, m)})
	}
	return reads
}

// joinsWhole tells whether a use of the very bytes joins its run to the reader, and
// whether it stands where they were read.
func (r reading) joinsWhole(u index.Use, reads []spot) (joined, same bool) {
	for _, read := range reads {
		if r.info == nil || judge(spot{u.Location, u.Within != nil, false}, read, u.Bytes) == firm {
			joined, same = true, same || u.Location == read.at
		}
	}
	return joined, same
}

// add notes that a run made what was read, if the times allow it.
func (r reading) add(u index.Use, same bool, byRun map[record.ID]*maker, o *origin) {
	m := byRun[u.Run.ID]
	if m == nil {
		m = &maker{run: *u.Run}
		if r.info != nil {
			if m.order = orderOf(m.run, r.info.run); m.order == "" {
				o.tooLate(m.run, r.info.run)
				return
			}
		}
		byRun[u.Run.ID] = m
	}
	m.same = m.same || same
	if len(m.places) < maxPlaces && !slices.Contains(m.places, u.Location) {
		m.places = append(m.places, u.Location)
	}
}

// maxPlaces is how many places of the same bytes in one run are remembered.
const maxPlaces = 1000

// tooLate notes a run that made the bytes after they had been read. The uses of one
// run come one after another, but for those of a folder that is looked up file by file.
func (o *origin) tooLate(run, reader index.Run) {
	if run.ID == reader.ID || len(o.later) > 2*maxCounted || slices.ContainsFunc(o.later, func(l index.Run) bool { return l.ID == run.ID }) {
		return
	}
	o.later = append(o.later, run)
}
