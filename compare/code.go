package compare

import (
	"context"
	"path"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/record"
)

// code compares the commits, what differed from them, and the bytes, which alone
// bear on the outputs: the same bytes of another commit compute the same.
func (d *differ) code(ctx context.Context, ar *Area) {
	named := map[record.Location]bool{}
	for _, at := range append(namedFiles(d.a), namedFiles(d.b)...) {
		named[at] = true
	}
	d.paths(ctx, ar, d.a.dependencies(record.RoleCode), d.b.dependencies(record.RoleCode), func(at record.Location) Bearing {
		if named[at] {
			return Read
		}
		return There
	})
	d.commits(ctx, ar)
	d.resources(ar, SortCommit, None, d.a.dependencies(record.RoleSubmodule), d.b.dependencies(record.RoleSubmodule))
	d.kept(ar, record.RolePatch, "how the work tree differed from its commit")
	d.kept(ar, record.RoleContent, "what of it was kept")
}

// namedFiles are the places that the words of the command name: scripts, modules,
// and whatever else stands at such a path.
func namedFiles(r *run) (found []record.Location) {
	p := r.parameters()
	for i, word := range p.Command {
		if _, value, ok := strings.Cut(word, "="); ok && strings.HasPrefix(word, "-") {
			word = value
		}
		if i > 0 && p.Command[i-1] == "-m" {
			module := strings.ReplaceAll(word, ".", "/")
			found = append(found, p.WorkingDirectory.Join(module+".py"), p.WorkingDirectory.Join(module+"/__main__.py"))
		}
		if word != "" && !path.IsAbs(word) {
			found = append(found, p.WorkingDirectory.Join(word))
		}
	}
	return found
}

// commits compares the commits, and asks what lies between them.
func (d *differ) commits(ctx context.Context, ar *Area) {
	a, b := d.a.dependencies(record.RoleCommit), d.b.dependencies(record.RoleCommit)
	d.resources(ar, SortCommit, None, a, b)
	hashA, _ := d.a.commit()
	hashB, _ := d.b.commit()
	if hashA == "" || hashB == "" {
		return
	}
	r := Range{A: hashA, B: hashB, Relation: RelationSame}
	switch {
	case hashA == hashB:
	case d.History == nil:
		r.Relation, r.Why = RelationUnknown, "no repository was asked"
	default:
		var err error
		if r, err = d.History.Between(ctx, hashA, hashB, d.Commits); err != nil {
			r = Range{A: hashA, B: hashB, Relation: RelationUnknown, Why: err.Error()}
		}
	}
	r.fill()
	ar.Commits = &r
}

// fill makes empty lists stand as such.
func (r *Range) fill() {
	if r.Base == nil {
		r.Base = []record.GitHash{}
	}
	if r.OnlyA == nil {
		r.OnlyA = []Commit{}
	}
	if r.OnlyB == nil {
		r.OnlyB = []Commit{}
	}
}

// kept compares byproducts that follow from the code: what they are of is compared
// by its bytes.
func (d *differ) kept(ar *Area, role record.Role, what string) {
	digests := func(r *run) (all []string) {
		for _, b := range r.byproducts(role) {
			all = append(all, strings.Join(strings.Fields(b.Name+" "+b.URI+" "+b.MediaType+" "+digestOf(&b)), " "))
		}
		slices.Sort(all)
		return slices.Compact(all)
	}
	all := detailsOf(asLeaves(digests(d.a)), asLeaves(digests(d.b)))
	if len(all) > 0 {
		ar.Items = append(ar.Items, Item{Kind: KindChanged, Sort: SortFact, What: string(role), Bearing: None, Why: what, Details: all})
	}
}

func asLeaves(names []string) (all []leaf) {
	for _, n := range names {
		all = append(all, leaf{n, member})
	}
	return all
}

// resources compares things that are known by their place or name, and of which all
// facts count.
func (d *differ) resources(ar *Area, sort Sort, bearing Bearing, a, b []record.Resource) {
	pairs, onlyA, onlyB := pairNamed(a, b)
	for _, p := range pairs {
		i := Item{Kind: KindChanged, Sort: sort, What: labelOf(p.b), A: valueOf(p.a), B: valueOf(p.b), Bearing: bearing, Details: thingDetails(p)}
		if la := labelOf(p.a); la != i.What {
			i.Was = la
		}
		if i.A != i.B || len(i.Details) > 0 {
			ar.Items = append(ar.Items, i)
		}
	}
	for _, r := range onlyA {
		ar.Items = append(ar.Items, Item{Kind: KindRemoved, Sort: sort, What: labelOf(r), A: valueOf(r), Bearing: bearing})
	}
	for _, r := range onlyB {
		ar.Items = append(ar.Items, Item{Kind: KindAdded, Sort: sort, What: labelOf(r), B: valueOf(r), Bearing: bearing})
	}
}

// thingDetails are all facts of a thing but its name, its value and its place.
func thingDetails(p pathPair) []Detail {
	a, b := *p.a, *p.b
	skip := []string{"annotations.role", "digest.gitCommit", "digest.dirHash"}
	if role := a.Annotations.Role; role != record.RolePackage && role != record.RoleImage {
		skip = append(skip, "name") // it is the location
	}
	switch a.Annotations.Role {
	case record.RoleCommit, record.RoleSubmodule:
		if valueOf(p.a) != valueOf(p.b) {
			skip = append(skip, "uri") // it ends with the commit
		}
	case record.RolePackage:
		skip = append(skip, "annotations.package.name", "annotations.package.version")
		if valueOf(p.a) != valueOf(p.b) {
			skip = append(skip, "uri")
		}
	case record.RoleInterpreter:
		skip = append(skip, "annotations.interpreter.version", "annotations.interpreter.seen") // see capture
	case record.RoleLock, record.RoleImage:
		skip = append(skip, "digest.sha256")
	}
	return trimmed(details(a, b, skip...))
}

// labelOf is what a thing is called.
func labelOf(r *record.Resource) string {
	switch a := &r.Annotations; {
	case a.Commit != nil:
		return a.Commit.Location.String()
	case a.Package != nil:
		return a.Package.Name
	case a.Image != nil && a.Image.Reference != "":
		return a.Image.Reference
	case r.Name != "":
		return r.Name
	}
	return string(r.Annotations.Role)
}

// valueOf is what tells two of a kind apart.
func valueOf(r *record.Resource) string {
	switch a := &r.Annotations; {
	case a.Commit != nil && r.Digest != nil:
		return string(r.Digest.GitCommit)
	case a.Package != nil:
		return a.Package.Version
	case a.Interpreter != nil:
		return a.Interpreter.Implementation + " " + a.Interpreter.Version
	}
	return digestOf(r)
}

// pairNamed pairs by name and folder, then by name, and then in order if there is
// one of each.
func pairNamed(a, b []record.Resource) (pairs []pathPair, onlyA, onlyB []*record.Resource) {
	onlyA, onlyB = pointers(a), pointers(b)
	for _, key := range []func(*record.Resource) string{fullName, labelOf} {
		var more []pathPair
		more, onlyA, onlyB = pairBy(onlyA, onlyB, key)
		pairs = append(pairs, more...)
	}
	alone := len(onlyA) == 1 && len(onlyB) == 1
	if alone && onlyA[0].Annotations.Package == nil && onlyA[0].Annotations.Lock == nil {
		return append(pairs, pathPair{onlyA[0], onlyB[0]}), nil, nil
	}
	return pairs, onlyA, onlyB
}

// fullName is a name that is told apart by the folder, where things of one name may
// be there twice.
func fullName(r *record.Resource) string {
	if p := r.Annotations.Package; p != nil && p.Location != nil {
		return p.Name + " " + p.Location.String() + " " + p.Version
	}
	return labelOf(r)
}

func pairBy(a, b []*record.Resource, key func(*record.Resource) string) (pairs []pathPair, onlyA, onlyB []*record.Resource) {
	waiting := map[string][]*record.Resource{}
	for _, r := range b {
		waiting[key(r)] = append(waiting[key(r)], r)
	}
	taken := map[*record.Resource]bool{}
	for _, r := range a {
		if w := waiting[key(r)]; len(w) > 0 {
			pairs, waiting[key(r)], taken[w[0]] = append(pairs, pathPair{r, w[0]}), w[1:], true
		} else {
			onlyA = append(onlyA, r)
		}
	}
	return pairs, onlyA, slices.DeleteFunc(slices.Clone(b), func(r *record.Resource) bool { return taken[r] })
}

func pointers(all []record.Resource) (list []*record.Resource) {
	for i := range all {
		list = append(list, &all[i])
	}
	return list
}
