package compare

import (
	"context"
	"strconv"
	"strings"

	"github.com/lineage-audit/lineage/record"
)

// unnoted are facts of the machine that always differ, or are compared elsewhere.
var unnoted = []string{"host", "user", "variables", "container.id"}

// environment compares the machine, fact by fact, and the container's image.
func (d *differ) environment(_ context.Context, ar *Area) {
	a, b := machineFacts(d.a), machineFacts(d.b)
	ar.A, ar.B = int64(len(a)), int64(len(b))
	haveA, haveB := topsOf(a), topsOf(b)
	elements := map[string]int{}
	for _, f := range detailsOf(a, b, unnoted...) {
		ar.fact(elements, f, haveA[top(f.Name)] && haveB[top(f.Name)])
	}
	d.images(ar)
	for i := range ar.Items {
		if it := &ar.Items[i]; len(it.Details) > 0 && it.Sort == SortFact {
			it.element()
		}
	}
}

// element makes an element of a list what its facts say: it came, it went, or it
// changed.
func (i *Item) element() {
	if i.Kind != KindUnknown {
		i.Kind = kindOfAll(i.Details)
	}
	if len(i.Details) == 1 && i.Details[0].Name == "value" {
		i.A, i.B, i.Details = i.Details[0].A, i.Details[0].B, nil
	}
}

// machineFacts are those of the environment. No processor is one that nobody counted.
func machineFacts(r *run) (found []leaf) {
	for _, l := range leaves(*r.environment()) {
		if l.path != "cpu.count" || l.value != "0" {
			found = append(found, l)
		}
	}
	return found
}

// top is what a fact belongs to: its first name. os and cpu are made of facts that
// are each there or not.
func top(path string) string {
	name, _, _ := strings.Cut(strings.ReplaceAll(path, "[", "."), ".")
	if name == "os" || name == "cpu" {
		return path
	}
	return name
}

func topsOf(all []leaf) map[string]bool {
	// No limit is a limit, too.
	tops := map[string]bool{"limits": true}
	for _, l := range all {
		tops[top(l.path)] = true
	}
	return tops
}

// fact adds a fact that differs. Those of one element of a list are one item, of
// which elements knows the place. What one run has no word of is not known to differ.
func (ar *Area) fact(elements map[string]int, f Detail, known bool) {
	i := Item{Kind: kindOf(f), Sort: SortFact, What: f.Name, A: f.A, B: f.B, Bearing: There}
	if !known {
		i.Kind, i.Why = KindUnknown, "on record of one run only"
	}
	element, rest, inside := strings.Cut(f.Name, "]")
	if !inside {
		ar.Items = append(ar.Items, i)
		return
	}
	i.What, i.A, i.B = element+"]", "", ""
	detail := Detail{strings.TrimPrefix(rest, "."), f.A, f.B}
	if j, there := elements[i.What]; there {
		ar.Items[j].Details = append(ar.Items[j].Details, detail)
		return
	}
	i.Details, elements[i.What] = []Detail{detail}, len(ar.Items)
	ar.Items = append(ar.Items, i)
}

// kindOfAll is what became of an element whose facts these are.
func kindOfAll(all []Detail) Kind {
	kind := kindOf(all[0])
	for _, f := range all[1:] {
		if kindOf(f) != kind {
			return KindChanged
		}
	}
	return kind
}

// images compares the container's image. Where one run had none to be seen, that is
// known only if somebody looked.
func (d *differ) images(ar *Area) {
	a, b := d.a.dependencies(record.RoleImage), d.b.dependencies(record.RoleImage)
	from := len(ar.Items)
	d.resources(ar, SortImage, There, a, b)
	for i := from; i < len(ar.Items); i++ {
		it := &ar.Items[i]
		without := d.a
		if it.Kind == KindRemoved {
			without = d.b
		}
		if c := without.environment().Container; it.Kind != KindChanged && (c == nil || !c.None) {
			it.Kind, it.Why = KindUnknown, "on record of one run only"
		}
	}
}

func count(n int) string { return strconv.Itoa(n) + " in all" }
