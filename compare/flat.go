package compare

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// overlap tells whether a folder of one side holds a place of the other.
func overlap(a, b []*record.Resource) bool { return holdsAny(a, b) || holdsAny(b, a) }

func holdsAny(folders, places []*record.Resource) bool {
	tops := map[record.Location]bool{}
	for _, f := range folders {
		if isFolder(f) {
			tops[locationOf(f)] = true
		}
	}
	for _, p := range places {
		for at := locationOf(p); len(tops) > 0; {
			up := record.Location{Root: at.Root, Path: path.Dir(at.Path)}
			if tops[up] {
				return true
			}
			if up == at {
				break
			}
			at = up
		}
	}
	return false
}

// flat compares all files of the folders and files by their places.
func (d *differ) flat(ctx context.Context, ar *Area, a, b []*record.Resource, bearing func(record.Location) Bearing) {
	allA, doubtsA := d.flatten(ctx, d.a, a)
	allB, doubtsB := d.flatten(ctx, d.b, b)
	if len(doubtsA)+len(doubtsB) > 0 {
		ar.Doubts = append(append(ar.Doubts, doubtsA...), doubtsB...)
		ar.alone(OfA, a, KindUnknown, bearing)
		ar.alone(OfB, b, KindUnknown, bearing)
		return
	}
	changes := hashing.Compare(allA, allB)
	for _, c := range changes[:min(len(changes), d.Files)] {
		at := unflat(c.Path)
		i := Item{Kind: KindChanged, Sort: SortFile, What: at.String(), Bearing: bearing(at)}
		switch {
		case c.Old.IsZero():
			i.Kind, i.B = KindAdded, "sha256:"+c.New.String()
		case c.New.IsZero():
			i.Kind, i.A = KindRemoved, "sha256:"+c.Old.String()
		default:
			i.A, i.B = "sha256:"+c.Old.String(), "sha256:"+c.New.String()
		}
		d.list(at)
		ar.Items = append(ar.Items, i)
	}
	if more := len(changes) - d.Files; more > 0 {
		ar.Items = append(ar.Items, Item{
			Kind: KindChanged, Sort: SortFolder, What: allFiles, Bearing: There, Why: fmt.Sprintf("%d more files differ", more),
		})
	}
}

// allFiles names all files of an area together.
const allFiles = "files"

// unflat is the place of a path that starts with its root.
func unflat(p string) record.Location {
	root, below, _ := strings.Cut(p, "/")
	if record.Root(root) == record.RootAbs {
		below = "/" + below
	}
	return record.Location{Root: record.Root(root), Path: below}
}

// flatten is one manifest of all files, whose paths start with their roots.
func (d *differ) flatten(ctx context.Context, r *run, all []*record.Resource) (hashing.Manifest, []Doubt) {
	entries := map[string]hashing.FileDigest{}
	var doubts Area
	for _, res := range all {
		at := locationOf(res)
		if !isFolder(res) && res.Digest != nil && res.Digest.SHA256 != nil {
			entries[path.Join(string(at.Root), at.Path)] = *res.Digest.SHA256
			continue
		}
		m, err := d.manifest(ctx, r, res)
		doubts.missing(r.of, res.Name, err)
		for _, e := range m.Entries() {
			entries[path.Join(string(at.Root), at.Path, e.Path)] = e.Digest
		}
	}
	list := make([]hashing.Entry, 0, len(entries))
	for p, digest := range entries {
		list = append(list, hashing.Entry{Path: p, Digest: digest})
	}
	m, err := hashing.NewManifest(list)
	doubts.missing(r.of, allFiles, err)
	return m, doubts.Doubts
}
