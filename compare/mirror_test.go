package compare

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
)

var (
	mirroredOf   = map[Of]Of{OfA: OfB, OfB: OfA, OfBoth: OfBoth, "": ""}
	mirroredKind = map[Kind]Kind{KindAdded: KindRemoved, KindRemoved: KindAdded, KindChanged: KindChanged, KindRenamed: KindRenamed, KindUnknown: KindUnknown}
)

// mirrored is the comparison the other way round.
func mirrored(d Diff) Diff {
	d.A, d.B = d.B, d.A
	for i := range d.Gaps {
		d.Gaps[i].Of = mirroredOf[d.Gaps[i].Of]
	}
	for _, areas := range [][]Area{d.Causes, d.Results} {
		for i := range areas {
			ar := &areas[i]
			ar.A, ar.B = ar.B, ar.A
			for j := range ar.Doubts {
				ar.Doubts[j].Of = mirroredOf[ar.Doubts[j].Of]
			}
			for j := range ar.Items {
				ar.Items[j].mirror()
			}
			if r := ar.Commits; r != nil {
				r.A, r.B = r.B, r.A
			}
		}
	}
	return arranged(d)
}

func (i *Item) mirror() {
	i.A, i.B, i.Kind = i.B, i.A, mirroredKind[i.Kind]
	if i.Was != "" {
		i.Was, i.What = i.What, i.Was
	}
	for k := range i.Details {
		f := &i.Details[k]
		f.A, f.B = f.B, f.A
	}
	if f := i.Files; f != nil {
		f.Added, f.Removed = f.Removed, f.Added
		for k := range f.List {
			c := &f.List[k]
			c.A, c.B, c.Kind = c.B, c.A, mirroredKind[c.Kind]
			if c.Was != "" {
				c.Path, c.Was = c.Was, c.Path
			}
		}
	}
}

// arranged puts what has no order of its own into one.
func arranged(d Diff) Diff {
	key := func(v any) string { return fmt.Sprintf("%v", v) }
	slices.SortFunc(d.Gaps, func(a, b Gap) int { return cmp.Compare(key(a), key(b)) })
	for _, areas := range [][]Area{d.Causes, d.Results} {
		for i := range areas {
			slices.SortFunc(areas[i].Doubts, func(a, b Doubt) int { return cmp.Compare(key(a), key(b)) })
			for _, it := range areas[i].Items {
				slices.SortFunc(it.Details, func(a, b Detail) int { return cmp.Compare(a.Name, b.Name) })
				if it.Files != nil {
					slices.SortFunc(it.Files.List, func(a, b FileChange) int { return cmp.Compare(a.Path, b.Path) })
				}
			}
			slices.SortFunc(areas[i].Items, func(a, b Item) int { return cmp.Compare(key(a), key(b)) })
		}
	}
	return d
}

// TestMirrored: what differs from B to A is what differs from A to B, seen from the
// other side. Every record is tried with some of its values changed.
func TestMirrored(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a, b := full(), full()
		for _, s := range []*record.Statement{&a, &b} {
			chance := rapid.IntRange(2, 60).Draw(rt, "one in")
			values(reflect.ValueOf(s).Elem(), "", func(at string, v reflect.Value) {
				// A location that moves takes its name along: what has none pairs by it.
				if !strings.Contains(at, ".Role") && !strings.Contains(at, "Location") && rapid.IntRange(0, chance).Draw(rt, at) == 0 {
					another(v)
				}
			})
		}
		there := statements(t, a, b, Options{})
		back := mirrored(statements(t, b, a, Options{}))
		for _, s := range []*Side{&there.A, &back.A} {
			s.Record = nil
		}
		if diff := gocmp.Diff(arranged(there), back, cmpopts.IgnoreUnexported(Area{})); diff != "" {
			rt.Errorf("(-there +back):\n%s", diff)
		}
	})
}

func TestMirroredScenarios(t *testing.T) {
	for name, c := range scenarios {
		o := Options{Contents: c.contents}
		if c.contents == nil {
			o.Contents = kept(edited)
		}
		a, b := ordinary(t, untracked), ordinary(t, append(c.second, untracked, later)...)
		there, back := arranged(compared(t, a, b, o)), mirrored(compared(t, b, a, o))
		if diff := gocmp.Diff(there, back, cmpopts.IgnoreUnexported(Area{})); diff != "" {
			t.Errorf("%s (-there +back):\n%s", name, diff)
		}
	}
}

// naive compares two folders as one would on paper: by their paths, in maps.
func naive(a, b map[string]byte) (f Files) {
	gone := map[byte]int{}
	for path, content := range a {
		switch now, there := b[path]; {
		case !there:
			f.Removed++
			if content != 0 {
				gone[content]++
			}
		case now == content:
			f.Same++
		default:
			f.Changed++
		}
	}
	for path, content := range b {
		if _, there := a[path]; there {
			continue
		}
		if gone[content] > 0 {
			gone[content]--
			f.Renamed++
			f.Removed--
		} else {
			f.Added++
		}
	}
	return f
}

// TestFoldersAreComparedAsOnPaper; the content 0 is an empty file.
func TestFoldersAreComparedAsOnPaper(t *testing.T) {
	folder := func(m map[string]byte) recordtest.Files {
		files := recordtest.Files{}
		for path, content := range m {
			files[path] = strings.Repeat("x", int(content))
		}
		return files
	}
	paths := rapid.SampledFrom([]string{"a", "b", "c/d", "c/e", "c.d", "é", "z z", "new\nline"})
	files := rapid.MapOfN(paths, rapid.ByteRange(0, 4), 1, 8)
	rapid.Check(t, func(rt *rapid.T) {
		a, b := files.Draw(rt, "a"), files.Draw(rt, "b")
		filesA, filesB := folder(a), folder(b)
		first := recordtest.Tree(record.RoleData, recordtest.Location("repo:d"), filesA)
		second := recordtest.Tree(record.RoleData, recordtest.Location("repo:d"), filesB)
		d := &differ{Options: Options{Contents: memory{}.add(filesA.Manifest().Bytes(), filesB.Manifest().Bytes())}.withDefaults(), a: &run{}, b: &run{}}
		var ar Area
		d.paths(t.Context(), &ar, []record.Resource{first}, []record.Resource{second}, func(record.Location) Bearing { return Read })
		want := naive(a, b)
		if len(ar.Items) == 0 {
			if want.Added+want.Removed+want.Changed+want.Renamed > 0 {
				rt.Errorf("nothing differs, want %+v", want)
			}
			return
		}
		got := *ar.Items[0].Files
		if n := got.Added + got.Removed + got.Changed + got.Renamed; n != len(got.List) {
			rt.Errorf("%d are counted, and %d listed", n, len(got.List))
		}
		got.List = nil
		if diff := gocmp.Diff(want, got); diff != "" {
			rt.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// BenchmarkMillionFiles compares two folders of a million files, a tenth of which
// were changed, came, went or were renamed: from the manifests' bytes on.
func BenchmarkMillionFiles(b *testing.B) {
	const files = 1_000_000
	var old, now []hashing.Entry
	for i := range files {
		path := fmt.Sprintf("part-%03d/image-%07d.png", i/2000, i)
		e := hashing.Entry{Path: path, Digest: hashing.Bytes(fmt.Appendf(nil, "%d", i))}
		if i%40 != 1 {
			old = append(old, e)
		}
		switch i % 40 {
		case 0:
			e.Digest[0]++
		case 2:
			continue
		case 3:
			e.Path += ".renamed"
		}
		now = append(now, e)
	}
	contents, resources := memory{}, []record.Resource{}
	for _, entries := range [][]hashing.Entry{old, now} {
		m, err := hashing.NewManifest(entries)
		if err != nil {
			b.Fatal(err)
		}
		contents.add(m.Bytes())
		resources = append(resources, record.TreeResource(record.RoleData, recordtest.Location("repo:images"), m, 1))
	}
	b.ReportAllocs()
	for b.Loop() {
		d := &differ{Options: Options{Contents: contents}.withDefaults(), a: &run{}, b: &run{}}
		var ar Area
		d.paths(b.Context(), &ar, resources[:1], resources[1:], func(record.Location) Bearing { return Read })
		if f := ar.Items[0].Files; f.Changed != files/40 || f.Renamed != files/40 || f.Added != files/40 || f.Removed != files/40 {
			b.Fatalf("%+v", *f)
		}
	}
}
