package compare

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/record"
)

// inputs compares the data, or the preprocessing, of the runs.
func (d *differ) inputs(ctx context.Context, ar *Area) {
	role := record.RoleData
	if ar.Name == Preprocessing {
		role = record.RolePreprocessing
	}
	d.paths(ctx, ar, d.a.dependencies(role), d.b.dependencies(role), func(record.Location) Bearing { return Read })
	if d.a.settled && d.b.settled {
		d.undeclared(ar)
	}
}

// undeclared says of what only one run names that the other may have read it too, if
// it was not watched.
func (d *differ) undeclared(ar *Area) {
	for i := range ar.Items {
		other := d.b
		if ar.Items[i].Kind == KindAdded {
			other = d.a
		}
		lone := ar.Items[i].Kind == KindAdded || ar.Items[i].Kind == KindRemoved
		if lone && other.details().Coverage == record.CoverageDeclared {
			ar.Items[i].Why = "the other run did not declare it; it was not watched, and may have read it all the same"
		}
	}
}

// pathPair are two files or folders that are taken for one; one of them may be nil.
type pathPair struct{ a, b *record.Resource }

// paths compares files and folders: those at the same place, then the same bytes at
// another place, then what only one run has.
func (d *differ) paths(ctx context.Context, ar *Area, a, b []record.Resource, bearing func(record.Location) Bearing) {
	for _, r := range a {
		ar.A += filesIn(&r)
	}
	for _, r := range b {
		ar.B += filesIn(&r)
	}
	pairs, onlyA, onlyB := pairPaths(a, b)
	moved, onlyA, onlyB := pairMoved(onlyA, onlyB)
	for _, p := range pairs {
		d.path(ctx, ar, p, bearing)
	}
	for _, p := range moved {
		ar.Items = append(ar.Items, Item{
			Kind: KindRenamed, Sort: sortOf(p.b), What: p.b.Name, Was: p.a.Name, A: digestOf(p.a), B: digestOf(p.b),
			Bearing: There, Why: "the same bytes, at another place", Details: resourceDetails(p),
		})
	}
	d.lone(ctx, ar, onlyA, onlyB, bearing)
}

// pairPaths pairs what stands at the same place. On a server that is the same kind
// of place, since each run has ids of its own there: equal bytes first.
func pairPaths(a, b []record.Resource) (pairs []pathPair, onlyA, onlyB []*record.Resource) {
	waiting := map[string][]*record.Resource{}
	for i := range b {
		waiting[placeOf(&b[i])] = append(waiting[placeOf(&b[i])], &b[i])
	}
	taken := map[*record.Resource]bool{}
	take := func(r *record.Resource, equal bool) *record.Resource {
		for _, w := range waiting[placeOf(r)] {
			if !taken[w] && isFolder(w) == isFolder(r) && (!equal || digestOf(w) == digestOf(r)) {
				taken[w] = true
				return w
			}
		}
		return nil
	}
	rest := make([]*record.Resource, 0, len(a))
	for i := range a {
		if w := take(&a[i], true); w != nil {
			pairs = append(pairs, pathPair{&a[i], w})
		} else {
			rest = append(rest, &a[i])
		}
	}
	for _, r := range rest {
		if w := take(r, false); w != nil {
			pairs = append(pairs, pathPair{r, w})
		} else {
			onlyA = append(onlyA, r)
		}
	}
	for i := range b {
		if !taken[&b[i]] {
			onlyB = append(onlyB, &b[i])
		}
	}
	return pairs, onlyA, onlyB
}

// pairMoved pairs the same bytes at different places. What is empty is the same as
// nothing.
func pairMoved(a, b []*record.Resource) (moved []pathPair, onlyA, onlyB []*record.Resource) {
	waiting := map[string][]*record.Resource{}
	for _, r := range b {
		waiting[digestOf(r)] = append(waiting[digestOf(r)], r)
	}
	taken := map[*record.Resource]bool{}
	for _, r := range a {
		w := waiting[digestOf(r)]
		if len(w) == 0 || digestOf(r) == "" || isEmpty(r) {
			onlyA = append(onlyA, r)
			continue
		}
		moved, taken[w[0]], waiting[digestOf(r)] = append(moved, pathPair{r, w[0]}), true, w[1:]
	}
	return moved, onlyA, slices.DeleteFunc(slices.Clone(b), func(r *record.Resource) bool { return taken[r] })
}

// path compares two files, or two folders.
func (d *differ) path(ctx context.Context, ar *Area, p pathPair, bearing func(record.Location) Bearing) {
	i := Item{Kind: KindChanged, Sort: sortOf(p.b), What: p.b.Name, A: digestOf(p.a), B: digestOf(p.b), Bearing: None, Details: resourceDetails(p)}
	if p.a.Name != p.b.Name {
		i.Was = p.a.Name
	}
	if i.A == i.B {
		if len(i.Details) > 0 {
			i.Why = "the bytes are the same"
			ar.Items = append(ar.Items, i)
		}
		return
	}
	if !isFolder(p.b) {
		i.Bearing, i.Why = fileBearing(p.b, locationOf(p.b), bearing)
		d.list(locationOf(p.b))
	} else {
		i.Bearing = bearing(locationOf(p.b))
		d.folder(ctx, ar, p, &i, bearing)
	}
	ar.Items = append(ar.Items, i)
}

// lone are the things that only one run has. A folder of one and a file of the other
// that overlap are compared file by file.
func (d *differ) lone(ctx context.Context, ar *Area, a, b []*record.Resource, bearing func(record.Location) Bearing) {
	if overlap(a, b) {
		d.flat(ctx, ar, a, b, bearing)
		return
	}
	for _, r := range slices.Concat(a, b) {
		d.list(locationOf(r))
	}
	ar.alone(OfA, a, KindRemoved, bearing)
	ar.alone(OfB, b, KindAdded, bearing)
}

// alone lists things that only one run has.
func (ar *Area) alone(of Of, all []*record.Resource, kind Kind, bearing func(record.Location) Bearing) {
	for _, r := range all {
		i := Item{Kind: kind, Sort: sortOf(r), What: r.Name, Bearing: bearing(locationOf(r))}
		if i.A = digestOf(r); of == OfB {
			i.A, i.B = "", i.A
		}
		if kind == KindUnknown {
			i.Why = "its files are not known"
		}
		ar.Items = append(ar.Items, i)
	}
}

// resourceDetails are the facts of two files or folders beside place, digest and
// what always differs.
func resourceDetails(p pathPair) []Detail {
	a, b := *p.a, *p.b
	for _, r := range []*record.Resource{&a, &b} {
		r.Digest = nil
		if locationOf(r).Root == record.RootServer {
			r.URI = "" // it names the entry's id
		}
		if o := r.Annotations.Origin; o != nil {
			copied := *o
			copied.ID = ""
			r.Annotations.Origin = &copied
		}
	}
	skip := []string{"name", "annotations.role", "annotations.file.location", "annotations.tree.location", "annotations.file.tree"}
	if digestOf(p.a) != digestOf(p.b) {
		skip = append(skip, "annotations.file.bytes", "annotations.tree.bytes", "annotations.tree.files")
	}
	return trimmed(details(a, b, skip...))
}

// trimmed are the details by their names within the facts.
func trimmed(all []Detail) []Detail {
	for i := range all {
		name := strings.TrimPrefix(all[i].Name, "annotations.")
		for _, facts := range []string{"file.", "tree.", "commit.", "package.", "interpreter.", "lock.", "image."} {
			name = strings.TrimPrefix(name, facts)
		}
		all[i].Name = name
	}
	return all
}

func isFolder(r *record.Resource) bool { return r.Annotations.Tree != nil }

func sortOf(r *record.Resource) Sort {
	if isFolder(r) {
		return SortFolder
	}
	return SortFile
}

// filesIn is how many files a resource stands for. Those of an output folder stand
// beside it.
func filesIn(r *record.Resource) int64 {
	if t := r.Annotations.Tree; t != nil {
		return t.Files
	}
	return 1
}

func isEmpty(r *record.Resource) bool {
	d := r.Digest
	return d.SHA256 != nil && d.SHA256.IsEmpty() || d.Tree != nil && d.Tree.IsEmpty()
}

// digestOf is the digest with its algorithm, or "" if there is none.
func digestOf(r *record.Resource) string {
	switch d := r.Digest; {
	case d == nil:
	case d.SHA256 != nil:
		return "sha256:" + d.SHA256.String()
	case d.Tree != nil:
		return "lineageTree1:" + d.Tree.String()
	case d.GitCommit != "":
		return "gitCommit:" + string(d.GitCommit)
	}
	return ""
}

func locationOf(r *record.Resource) record.Location {
	switch a := &r.Annotations; {
	case a.Tree != nil:
		return a.Tree.Location
	case a.File != nil:
		return a.File.Location
	}
	return record.Location{}
}

// placeOf is the location without the ids that a server gives.
func placeOf(r *record.Resource) string {
	l := locationOf(r)
	if l.Root != record.RootServer {
		return l.String()
	}
	target, rest, _ := strings.Cut(l.Path, "/")
	_, rest, _ = strings.Cut(rest, "/")
	return record.Location{Root: l.Root, Path: target + "/*/" + rest}.String()
}

// fileBearing is that of one file that differs, and a remark where there is one.
func fileBearing(r *record.Resource, at record.Location, bearing func(record.Location) Bearing) (Bearing, string) {
	if o := r.Annotations.Origin; o != nil && o.System == "mlflow" && (at.Path == "MLmodel" || strings.HasSuffix(at.Path, "/MLmodel")) {
		return None, "MLflow writes ids and times into it"
	}
	if ext := path.Ext(at.Path); r.Annotations.Role == record.RoleOutput && (ext == ".skops" || ext == ".zip") {
		return bearing(at), "a zip archive: the times of its writing are in it"
	}
	return bearing(at), ""
}
