package trace

import (
	"context"
	"maps"
	"slices"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store/index"
)

// origin is where the bytes that a run read came from.
type origin struct {
	makers []*maker
	cut    bool        // more runs made them than are looked at: the ones that started last are
	later  []index.Run // made the same bytes, too late
	rest   rest        // what no run made
}

// rest counts the files that no run made, by where else they are from.
type rest struct {
	files, committed, sourced, fetched, trivial int64
	uris                                        []string        // of what is sourced
	confirmed                                   map[string]bool // of uris: lineage get had the bytes from there
	fetchedFrom                                 []string        // of what is fetched, see tracer.fetched
	lost                                        []hashing.Entry // from nowhere; of a file that stands alone without a path
	noManifest                                  bool
}

// unknown is how many files are from nowhere.
func (r rest) unknown() int64 { return r.files - r.committed - r.sourced - r.fetched - r.trivial }

// reading is what a run read of the same bytes, at one place or several. Without a
// run it is what was asked about.
type reading struct {
	info  *runInfo // nil for what was asked about
	items []item   // of the same digest
}

// origin finds who made what was read: whoever made it as a whole, or else who made
// files of it; and of the rest where else it is from.
func (t *tracer) origin(ctx context.Context, r reading) (*origin, error) {
	var key originKey
	if r.info != nil {
		key = originKey{r.info.run.ID, r.items[0].digest}
		if known, found := t.origins[key]; found {
			return known, nil
		}
	}
	found, err := t.findOrigin(ctx, r)
	if err == nil && r.info != nil {
		t.origins[key] = found
	}
	return found, err
}

func (t *tracer) findOrigin(ctx context.Context, r reading) (*origin, error) {
	o := &origin{}
	first := r.items[0]
	if first.digest.IsEmpty() {
		o.rest = rest{files: first.files, trivial: first.files}
		return o, nil
	}
	c, err := t.readerCode(ctx, r)
	if err != nil {
		return nil, err
	}
	var m *hashing.Manifest
	if first.digest.IsTree() {
		if m, err = t.manifest(ctx, first); err != nil {
			return nil, err
		}
	}
	if r.info != nil && isTrivialFolder(m) {
		o.rest = rest{files: first.files, trivial: first.files}
		return o, nil
	}
	if err := t.wholeMakers(ctx, r, c, m, o); err != nil {
		return nil, err
	}
	if len(o.makers) > 0 || !first.digest.IsTree() || m == nil {
		o.restOfWhole(r, c, m)
	} else if err := t.partMakers(ctx, r, c, m, o); err != nil {
		return nil, err
	}
	if err := t.confirm(ctx, first, m, &o.rest); err != nil {
		return nil, err
	}
	return o, t.fetched(ctx, o)
}

func (t *tracer) readerCode(ctx context.Context, r reading) (*code, error) {
	if r.info == nil {
		return nil, nil
	}
	return t.codeOf(ctx, r.info)
}

// ranked are the makers without those that only started others, the likeliest first.
// Clocks are doubted only where no run came first by what they say.
func ranked(byRun map[record.ID]*maker) []*maker {
	all := withoutParents(slices.Collect(maps.Values(byRun)))
	slices.SortFunc(all, likelier)
	skewed := func(m *maker) bool { return m.order == Skewed }
	if some := slices.DeleteFunc(slices.Clone(all), skewed); len(some) > 0 {
		return some
	}
	return all
}

// holdsAll tells whether a commit has a file, or every file of a folder, in place.
func (c *code) holdsAll(i item, m *hashing.Manifest) bool {
	if !i.digest.IsTree() {
		return c.holds(i.at, i.digest.File)
	}
	if c == nil || m == nil || m.Len() == 0 {
		return false
	}
	for _, e := range m.Entries() {
		if !c.holds(i.at.Join(e.Path), e.Digest) {
			return false
		}
	}
	return true
}

// restOfWhole says where else bytes are from that no run made files of.
func (o *origin) restOfWhole(r reading, c *code, m *hashing.Manifest) {
	first := r.items[0]
	if len(o.makers) > 0 {
		return
	}
	o.rest = rest{files: first.files, noManifest: first.digest.IsTree() && m == nil}
	for _, i := range r.items {
		switch {
		case i.uri != "":
			o.rest.sourced = first.files
			o.rest.uris = append(o.rest.uris, i.uri)
		case r.info != nil && isTrivialName(i.at.Path):
			o.rest.trivial = first.files
		}
		if c.holdsAll(i, m) {
			o.rest.committed = first.files
		}
	}
	if o.rest.unknown() == 1 && !first.digest.IsTree() {
		o.rest.lost = []hashing.Entry{{Digest: first.digest.File}}
	}
}
