package trace

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store/index"
)

// maxNamed is how many paths are named as examples.
const maxNamed = 5

// part is what one run has of a folder: the paths that join the two, and those that
// count only beside others.
type part struct {
	maker      *maker
	firm, weak map[string]bool
}

// partMakers finds the runs that made files of a folder which none made as a whole.
func (t *tracer) partMakers(ctx context.Context, r reading, c *code, m *hashing.Manifest, o *origin) error {
	paths := map[hashing.FileDigest][]string{}
	for _, e := range m.Entries() {
		if !e.Digest.IsEmpty() {
			paths[e.Digest] = append(paths[e.Digest], e.Path)
		}
	}
	byRun, parts := map[record.ID]*maker{}, map[record.ID]*part{}
	err := t.usesOfFiles(ctx, r.items[0], m, index.Made, func(u index.Use) error {
		firm, weak, same := r.joined(c, u, paths[u.Digest.File])
		if len(firm)+len(weak) == 0 {
			return nil
		}
		if len(byRun) == t.most() && byRun[u.Run.ID] == nil {
			o.cut = true
			return errEnough
		}
		r.add(u, same, byRun, o)
		made := byRun[u.Run.ID]
		if made == nil {
			return nil
		}
		p := parts[u.Run.ID]
		if p == nil {
			p = &part{made, map[string]bool{}, map[string]bool{}}
			parts[u.Run.ID] = p
		}
		for _, path := range firm {
			p.firm[path] = true
		}
		for _, path := range weak {
			p.weak[path] = true
		}
		return nil
	})
	if err != nil {
		return err
	}
	o.makers = chosen(parts)
	o.restOfParts(r, c, m)
	return nil
}

// joined are the paths of a folder at which what a run made joins it to the reader.
func (r reading) joined(c *code, u index.Use, paths []string) (firmly, weakly []string, same bool) {
	for _, path := range paths {
		best := none
		for _, i := range r.items {
			at := i.at.Join(path)
			read := spot{at, true, c.holds(at, u.Digest.File)}
			best = max(best, judge(spot{u.Location, u.Within != nil, false}, read, u.Bytes))
			same = same || at == u.Location
		}
		switch best {
		case firm:
			firmly = append(firmly, path)
		case weak:
			weakly = append(weakly, path)
		}
	}
	return firmly, weakly, same
}

// chosen are the runs that made files of a folder. What joins no run by itself
// counts where something else does. A run whose files are all, and not all that are,
// another one's adds nothing and is left out; those that together have every file
// that any of them made are the likely ones.
func chosen(parts map[record.ID]*part) []*maker {
	byRun := map[record.ID]*maker{}
	for id, p := range parts {
		if len(p.firm) == 0 {
			continue
		}
		for path := range p.weak {
			p.firm[path] = true
		}
		p.maker.paths = p.firm
		byRun[id] = p.maker
	}
	all := ranked(byRun)
	slices.SortStableFunc(all, func(a, b *maker) int { return cmp.Compare(len(b.paths), len(a.paths)) })
	covered := map[string]bool{}
	var kept []*maker
	for _, m := range all {
		if slices.ContainsFunc(kept, func(k *maker) bool { return len(k.paths) > len(m.paths) && k.covers(m) }) {
			continue
		}
		for path := range m.paths {
			m.likely = m.likely || !covered[path]
		}
		for path := range m.paths {
			covered[path] = true
		}
		kept = append(kept, m)
	}
	return kept
}

// restOfParts says where the files of a folder are from that no run made.
func (o *origin) restOfParts(r reading, c *code, m *hashing.Manifest) {
	o.rest = rest{files: int64(m.Len())}
	for _, e := range m.Entries() {
		switch {
		case slices.ContainsFunc(o.makers, func(k *maker) bool { return k.paths[e.Path] }):
			o.rest.files--
		case r.committed(c, e):
			o.rest.committed++
		case r.sourced(e, &o.rest):
			o.rest.sourced++
		case e.Digest.IsEmpty() || isTrivialName(e.Path):
			o.rest.trivial++
		default:
			o.rest.lost = append(o.rest.lost, e)
		}
	}
}

func (r reading) committed(c *code, e hashing.Entry) bool {
	return slices.ContainsFunc(r.items, func(i item) bool { return c.holds(i.at.Join(e.Path), e.Digest) })
}

func (r reading) sourced(e hashing.Entry, to *rest) bool {
	for _, i := range r.items {
		uri := cmp.Or(i.uri, i.sources[e.Path])
		if uri == "" {
			continue
		}
		if !slices.Contains(to.uris, uri) && len(to.uris) < maxNamed {
			to.uris = append(to.uris, uri)
		}
		return true
	}
	return false
}

// maxAsked bounds how many files of a folder that no run has met are looked for one
// by one.
const maxAsked = 10_000

// usesOfFiles gives the uses of the files of a folder, until visit has enough: those of
// one run come together, and where they do not, visit hears of the others too.
func (t *tracer) usesOfFiles(ctx context.Context, i item, m *hashing.Manifest, side index.Side, visit func(index.Use) error) error {
	for u, err := range t.w.Catalog.ByFilesOf(ctx, i.digest.Tree, side) {
		if err != nil {
			if i.known == nil || ctx.Err() != nil {
				return err
			}
			return t.usesOfEach(ctx, m, side, visit) // no run has met the folder as it is
		}
		if err := visit(u); errors.Is(err, errEnough) {
			return nil
		} else if err != nil {
			return err
		}
	}
	return nil
}

func (t *tracer) usesOfEach(ctx context.Context, m *hashing.Manifest, side index.Side, visit func(index.Use) error) error {
	asked := map[hashing.FileDigest]bool{}
	for _, e := range m.Entries() {
		if asked[e.Digest] || e.Digest.IsEmpty() {
			continue
		}
		if len(asked) == maxAsked {
			t.g.Problems = append(t.g.Problems, "no run has met this folder as it is, and it has too many files to look for each of them")
			break
		}
		asked[e.Digest] = true
		for u, err := range t.w.Catalog.ByDigest(ctx, index.OfFile(e.Digest), side) {
			if err == nil {
				err = visit(u)
			}
			if err != nil && !errors.Is(err, errEnough) {
				return err
			}
		}
	}
	return nil
}
