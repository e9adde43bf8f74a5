package compare

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// maxManifest bounds a manifest that is read: some ten million files.
const maxManifest = 1 << 30

// listing are the files that differ in a folder, in the order of their paths.
type listing struct {
	at      record.Location
	changes []hashing.Change
}

// holds tells whether the listing has the change of a file.
func (l listing) holds(at record.Location, c hashing.Change) bool {
	below, within := belowOf(l.at, at)
	i := sort.Search(len(l.changes), func(i int) bool { return l.changes[i].Path >= below })
	return within && i < len(l.changes) && l.changes[i] == hashing.Change{Path: below, Old: c.Old, New: c.New}
}

// list notes that a file is an item of an area.
func (d *differ) list(at record.Location) {
	if d.files == nil {
		d.files = map[record.Location]bool{}
	}
	d.files[at] = true
}

// belowOf is the path of a location below another.
func belowOf(folder, at record.Location) (string, bool) {
	if folder.Root != at.Root {
		return "", false
	}
	if folder.Path == "." {
		return at.Path, true
	}
	return strings.CutPrefix(at.Path, strings.TrimSuffix(folder.Path, "/")+"/")
}

// folder compares two folders of different digests, file by file if their manifests
// can be had.
func (d *differ) folder(ctx context.Context, ar *Area, p pathPair, i *Item, bearing func(record.Location) Bearing) {
	a, b, errA, errB := d.manifests(ctx, p)
	if errA != nil || errB != nil {
		i.Why = "which files differ is not known"
		ar.missing(OfA, p.a.Name, errA)
		ar.missing(OfB, p.b.Name, errB)
		return
	}
	changes := hashing.Compare(a, b)
	i.Files, i.Bearing = d.changed(p.b, changes, bearing)
	i.Files.Same = same(a, changes)
	d.folders = append(d.folders, listing{locationOf(p.b), changes})
}

// same counts the files of a that did not change.
func same(a hashing.Manifest, changes []hashing.Change) int {
	n := a.Len()
	for _, c := range changes {
		if !c.Old.IsZero() {
			n--
		}
	}
	return n
}

// missing notes that the files of a folder are not known.
func (ar *Area) missing(of Of, name string, err error) {
	switch {
	case err == nil:
	case errors.Is(err, ErrNotFound):
		ar.doubt(of, name, "its manifest is not at hand")
	default:
		ar.doubt(of, name, "its manifest cannot be read: "+err.Error())
	}
}

// manifests reads both, side by side.
func (d *differ) manifests(ctx context.Context, p pathPair) (a, b hashing.Manifest, errA, errB error) {
	var wait sync.WaitGroup
	wait.Go(func() { a, errA = d.manifest(ctx, d.a, p.a) })
	b, errB = d.manifest(ctx, d.b, p.b)
	wait.Wait()
	return a, b, errA, errB
}

// manifest is that of a folder: made of the files that stand beside an output, kept
// as a blob, or that of the commit if it has the folder's digest.
func (d *differ) manifest(ctx context.Context, r *run, folder *record.Resource) (hashing.Manifest, error) {
	if folder.Digest == nil || folder.Digest.Tree == nil {
		return hashing.Manifest{}, ErrNotFound
	}
	want := *folder.Digest.Tree
	if m, err := manifestOfParts(r, folder); err == nil && m.Digest() == want {
		return m, nil
	}
	if d.Contents == nil {
		return hashing.Manifest{}, ErrNotFound
	}
	raw, err := d.Contents.Blob(ctx, want.ManifestDigest(), maxManifest)
	if err == nil {
		return parseManifest(raw, want)
	}
	files, has := d.Contents.(CommitFiles)
	commit, top := r.commit()
	if !has || commit == "" || locationOf(folder) != top {
		return hashing.Manifest{}, err
	}
	m, commitErr := files.Manifest(ctx, commit)
	if commitErr != nil || m.Digest() != want {
		return hashing.Manifest{}, err
	}
	return m, nil
}

func parseManifest(raw []byte, want hashing.TreeDigest) (hashing.Manifest, error) {
	if got := hashing.Bytes(raw); got != want.ManifestDigest() {
		return hashing.Manifest{}, fmt.Errorf("reading manifest %s: got the bytes of %s", want, got)
	}
	return hashing.ParseManifest(raw)
}

// manifestOfParts is made of the files of an output folder.
func manifestOfParts(r *run, folder *record.Resource) (hashing.Manifest, error) {
	if folder.Annotations.Role != record.RoleOutput {
		return hashing.Manifest{}, ErrNotFound
	}
	at := folder.Annotations.Tree.Location
	var entries []hashing.Entry
	for _, o := range r.outputs() {
		f := o.Annotations.File
		if f == nil || f.Tree == nil || *f.Tree != at || o.Digest == nil || o.Digest.SHA256 == nil {
			continue
		}
		if below, ok := belowOf(at, f.Location); ok {
			entries = append(entries, hashing.Entry{Path: below, Digest: *o.Digest.SHA256})
		}
	}
	return hashing.NewManifest(entries)
}

// elsewhere tells whether an area before Code lists the file.
func (d *differ) elsewhere(at record.Location, c hashing.Change) bool {
	return d.files[at] || slices.ContainsFunc(d.folders, func(l listing) bool { return l.holds(at, c) })
}

// changed counts the files that differ, and lists some of them; the strongest bearing
// is the folder's. A file that went, and came with the same bytes at another path, was
// renamed.
func (d *differ) changed(folder *record.Resource, changes []hashing.Change, bearing func(record.Location) Bearing) (*Files, Bearing) {
	f, strongest := &Files{List: []FileChange{}}, None
	was, now := renames(changes)
	for i, c := range changes {
		if now[i] {
			continue // it is listed where it went
		}
		change := FileChange{Path: record.EncodePath(c.Path), A: digest(c.Old), B: digest(c.New)}
		from, renamed := was[i]
		if renamed {
			change.Was, change.A = record.EncodePath(changes[from].Path), digest(changes[from].Old)
		}
		change.Kind = f.count(c, renamed)
		at := locationOf(folder).Join(c.Path)
		if folder.Annotations.Role == record.RoleCode && d.elsewhere(at, c) {
			f.Elsewhere++
			continue
		}
		change.Bearing, change.Why = fileBearing(folder, at, bearing)
		strongest = stronger(strongest, change.Bearing)
		f.List = append(f.List, change)
	}
	slices.SortStableFunc(f.List, byBearing)
	f.List = f.List[:min(len(f.List), d.Files)]
	return f, strongest
}

// count tells what became of a file, and counts it.
func (f *Files) count(c hashing.Change, renamed bool) Kind {
	switch {
	case renamed:
		f.Renamed++
		return KindRenamed
	case c.Old.IsZero():
		f.Added++
		return KindAdded
	case c.New.IsZero():
		f.Removed++
		return KindRemoved
	}
	f.Changed++
	return KindChanged
}

func byBearing(a, b FileChange) int {
	return slices.Index(bearings, a.Bearing) - slices.Index(bearings, b.Bearing)
}

func digest(d hashing.FileDigest) *hashing.FileDigest {
	if d.IsZero() {
		return nil
	}
	return &d
}

// renames pairs what went with what came, by their digests: was says of what came
// which change it was before, now of what went that it is there still.
func renames(changes []hashing.Change) (was map[int]int, now map[int]bool) {
	gone := map[hashing.FileDigest][]int{}
	for i, c := range changes {
		if c.New.IsZero() && !c.Old.IsEmpty() {
			gone[c.Old] = append(gone[c.Old], i)
		}
	}
	was, now = map[int]int{}, map[int]bool{}
	if len(gone) == 0 {
		return was, now
	}
	for i, c := range changes {
		if waiting := gone[c.New]; c.Old.IsZero() && len(waiting) > 0 {
			was[i], now[waiting[0]] = waiting[0], true
			gone[c.New] = waiting[1:]
		}
	}
	return was, now
}
