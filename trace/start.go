package trace

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store/index"
)

// errNothing says that a subject has no part.
var errNothing = errors.New("nothing was asked for")

// item is the bytes that were asked about.
func (s Subject) item() (item, error) {
	i := item{at: s.At, bytes: s.Bytes, files: 1, known: s.Files}
	switch {
	case !s.Tree.IsZero():
		i.digest, i.files = index.OfTree(s.Tree), 0
	case !s.File.IsZero():
		i.digest = index.OfFile(s.File)
	default:
		return i, errNothing
	}
	if s.Files != nil {
		i.files = int64(s.Files.Len())
	}
	return i, nil
}

// askedItem is the bytes that were asked about, with the size that a run recorded
// where the subject does not say it.
func (t *tracer) askedItem(ctx context.Context) (item, error) {
	i, err := t.asked.item()
	if err == nil && i.at == (record.Location{}) {
		err = t.nameIt(ctx, &i)
	}
	if err != nil || !i.digest.IsTree() || i.known != nil {
		return i, err
	}
	m, err := t.manifest(ctx, i)
	if err == nil && m != nil {
		i.files, i.known = int64(m.Len()), m
	}
	return i, err
}

// nameIt gives bytes that were asked for by their digest the place where a run met
// them last, of those that made them first.
func (t *tracer) nameIt(ctx context.Context, i *item) error {
	for _, side := range []index.Side{index.Made, index.Read} {
		for u, err := range t.w.Catalog.ByDigest(ctx, i.digest, side) {
			i.at = u.Location
			if i.bytes < 0 {
				i.bytes = u.Bytes
			}
			return err
		}
	}
	return nil
}

// startBytes starts upstream from bytes, or from the model that they are.
func (t *tracer) startBytes(ctx context.Context) error {
	i, err := t.askedItem(ctx)
	if err != nil {
		return err
	}
	r := reading{items: []item{i}}
	o, err := t.origin(ctx, r)
	if err != nil {
		return err
	}
	t.claimed(o, t.asked.Claims)
	node := t.artifact(r, o)
	t.startAt(node)
	t.makers(ctx, node, r, o, 1)
	return nil
}

// startAt makes a node of bytes the start, or the model that holds them.
func (t *tracer) startAt(node string) {
	t.g.Start = []string{node}
	if m := t.asked.Model; m != nil {
		id := modelID(*m)
		t.node(Node{ID: id, Kind: KindModel, Model: m})
		t.edge(Edge{From: node, To: id, Why: IsBytes})
		t.g.Start = []string{id}
	}
}

// startUsed starts downstream from bytes: every run that read them, whatever part
// they had in it, as files of folders too.
func (t *tracer) startUsed(ctx context.Context) error {
	i, err := t.askedItem(ctx)
	if err != nil {
		return err
	}
	node := t.artifact(reading{items: []item{i}}, &origin{})
	t.startAt(node)
	if i.digest.IsEmpty() {
		t.ends(node, Missing{Reason: Trivial, Detail: "it is empty, and joins nothing to nothing"})
		return nil
	}
	found := readers{}
	for u, err := range t.w.Catalog.ByDigest(ctx, i.digest, index.Read) {
		if err != nil {
			return err
		}
		if found.add(u, ""); len(found.all) == t.most() {
			found.cut = true
			break
		}
	}
	if i.known != nil {
		if err := t.readersOfFiles(ctx, i, &found); err != nil {
			return err
		}
	}
	t.users(ctx, node, found, i)
	return nil
}

// readersOfFiles finds who read files of a folder that was asked about.
func (t *tracer) readersOfFiles(ctx context.Context, i item, found *readers) error {
	paths := map[hashing.FileDigest][]string{}
	for _, e := range i.known.Entries() {
		paths[e.Digest] = append(paths[e.Digest], e.Path)
	}
	return t.usesOfFiles(ctx, i, i.known, index.Read, func(u index.Use) error {
		if !joins(u.Role) {
			return nil // what lies untracked in a work tree is among its code, whatever it is
		}
		if len(found.all) >= t.most() && found.at[u.Run.ID] == nil {
			found.cut = true
			return errEnough
		}
		size, err := t.size(ctx, u)
		for _, path := range paths[u.Digest.File] {
			if judge(spot{at: i.at.Join(path), within: true}, spot{at: u.Location, within: u.Within != nil}, size) == firm {
				found.add(u, path)
			}
		}
		return err
	})
}

// size is how many bytes were read, by the record, or by what was asked, or by
// whoever made them; -1 where none of these says it.
func (t *tracer) size(ctx context.Context, u index.Use) (int64, error) {
	if u.Bytes >= 0 {
		return u.Bytes, nil
	}
	if size, found := t.sizes[u.Digest.File]; found {
		return size, nil
	}
	size := int64(-1)
	for made, err := range t.w.Catalog.ByDigest(ctx, u.Digest, index.Made) {
		if err != nil {
			return size, err
		}
		if size = made.Bytes; size >= 0 {
			break
		}
	}
	t.sizes[u.Digest.File] = size
	return size, nil
}

// users puts the runs that read what was asked about into the graph: first those that
// read it as data or preprocessing, then those that had it among their code; of
// either the oldest first.
func (t *tracer) users(ctx context.Context, node string, found readers, i item) {
	slices.SortStableFunc(found.all, func(a, b *reader) int {
		return cmp.Or(first(a.joins(), b.joins()), a.started.Compare(b.started.Time))
	})
	for n, r := range found.all {
		if n == t.o.Width || t.full() {
			t.more(node, More{Count: len(found.all) - n, Of: "runs", AtLeast: found.cut})
			break
		}
		run := t.run(ctx, r.run)
		for _, u := range r.uses {
			if r.joins() && !joins(u.Role) {
				continue // the commit has it too, which says less
			}
			e := Edge{From: node, To: run, Why: Read, Role: u.Role, At: []string{u.Location.String()}}
			if !r.whole {
				e.Why, e.Files, e.Of = ReadPart, int64(len(r.paths)), i.files
			}
			t.edge(e)
		}
		t.later(r.run, 1)
	}
	if len(found.all) == 0 {
		t.ends(node, Missing{Reason: NeverUsed, Detail: "no recorded run read these bytes"})
	}
}

// startPackage starts downstream from a package: every run that had it.
func (t *tracer) startPackage(ctx context.Context, p Package) error {
	id := "package:" + hexOf(p.Name) + "@" + hexOf(p.Version)
	t.node(Node{ID: id, Kind: KindPackage, Package: &p})
	return t.startRuns(ctx, id, index.Query{Package: p.Name, Version: p.Version}, record.RolePackage)
}

// startCommit starts downstream from a commit: every run of it.
func (t *tracer) startCommit(ctx context.Context, c Commit) error {
	id := "commit:" + hexOf(c.Hash)
	t.node(Node{ID: id, Kind: KindCommit, Commit: &c})
	return t.startRuns(ctx, id, index.Query{Commit: c.Hash}, record.RoleCommit)
}

// maxCounted is how many runs beyond the width are counted.
const maxCounted = 1000

func (t *tracer) startRuns(ctx context.Context, node string, q index.Query, role record.Role) error {
	if t.o.Direction != Downstream {
		return fmt.Errorf("what %s is made of no record says: a trace of it goes downstream", node)
	}
	t.g.Start = []string{node}
	q.Limit = t.o.Width + maxCounted
	n := 0
	for run, err := range t.w.Catalog.Runs(ctx, q) {
		if err != nil {
			return err
		}
		if n++; n > t.o.Width || t.full() {
			continue // it is counted
		}
		t.edge(Edge{From: node, To: t.run(ctx, run.ID), Why: Used, Role: role})
		t.later(run.ID, 1)
	}
	switch {
	case n == 0:
		t.ends(node, Missing{Reason: NeverUsed, Detail: "no recorded run used it"})
	case n > t.o.Width:
		t.more(node, More{Count: n - t.o.Width, Of: "runs", AtLeast: n == q.Limit})
	}
	return nil
}
