package index

import (
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Detail is what a record says of its run as far as runs are joined by it. It is a
// small part of the record, which may name hundreds of packages.
type Detail struct {
	Run      Run
	Coverage record.Coverage
	// NoData and NoPreprocessing tell that it was declared to read none.
	NoData, NoPreprocessing bool
	// Unhashed are the gaps of inputs: what it read, and nobody knows the bytes of.
	Unhashed []record.Gap
	// Differs are the places where the work tree was not as its commit has it.
	Differs []record.Location
	// Items are in the record's order, outputs first.
	Items []Item
}

// Item is a file or folder that a record names, but for locks, interpreters and what
// is part of an output folder.
type Item struct {
	Side     Side
	Role     record.Role
	Digest   Digest
	Location record.Location
	Files    int64 // 1 for a file
	Bytes    int64
	URI      string          // where it can be had, "" where the record does not say it
	Sources  []record.Source // where single files of a folder can be had
}

// named is a use with what only a [Detail] tells of it.
type named struct {
	Use
	files   int64 // -1 of a lock or an interpreter
	uri     string
	sources []record.Source
}

// isItem tells whether it is one of a detail's.
func (n named) isItem() bool { return n.files >= 0 && n.Within == nil }

func (n named) item() Item {
	return Item{n.Side, n.Role, n.Digest, n.Location, n.files, n.Bytes, n.uri, n.sources}
}

// DetailOf is that of a record.
func DetailOf(r *record.Record) *Detail {
	p := r.Parameters()
	d := &Detail{Run: runOf(r), Coverage: r.Coverage(), NoData: p.Inputs.None, NoPreprocessing: p.Preprocessing.None}
	for _, g := range r.Gaps() {
		if g.Kind == record.GapInput {
			d.Unhashed = append(d.Unhashed, g)
		}
	}
	for _, c := range r.Dependencies(record.RoleCommit) {
		for _, of := range c.Annotations.Commit.Differences {
			if path, err := record.DecodePath(of.Path); err == nil {
				d.Differs = append(d.Differs, c.Annotations.Commit.Location.Join(path))
			}
		}
	}
	for _, n := range namedBy(r) {
		if n.isItem() {
			d.Items = append(d.Items, n.item())
		}
	}
	return d
}

// namedBy are the files and folders of a record: outputs first, then what it read,
// each in the record's order.
func namedBy(r *record.Record) []named {
	run, outputs := runOf(r), r.Outputs()
	folders, whole := map[record.Location]hashing.TreeDigest{}, map[record.Location]bool{}
	for _, o := range outputs {
		if t := o.Annotations.Tree; t != nil {
			folders[t.Location] = *o.Digest.Tree
		}
		if f := o.Annotations.File; f != nil && f.Tree != nil {
			whole[*f.Tree] = true
		}
	}
	var all []named
	add := func(side Side, res record.Resource) {
		if n, found := namedIn(res, folders); found {
			n.Run, n.Side = &run, side
			n.Parts = side == Made && n.Digest.IsTree() && whole[n.Location]
			all = append(all, n)
		}
	}
	for _, o := range outputs {
		add(Made, o)
	}
	for _, d := range r.Statement().Predicate.BuildDefinition.ResolvedDependencies {
		add(Read, d)
	}
	return all
}

// namedIn is the file or folder that a resource describes, if it does.
func namedIn(res record.Resource, folders map[record.Location]hashing.TreeDigest) (named, bool) {
	n := named{Use: Use{Role: res.Annotations.Role, Bytes: -1}, files: -1, uri: res.URI}
	switch d := res.Digest; {
	case d != nil && d.SHA256 != nil:
		n.Digest.File = *d.SHA256
	case d != nil && d.Tree != nil:
		n.Digest.Tree = *d.Tree
	default:
		return named{}, false
	}
	switch a := res.Annotations; {
	case a.File != nil:
		n.Location, n.Bytes, n.files = a.File.Location, a.File.Bytes, 1
		if in := a.File.Tree; in != nil {
			n.Within = &Within{folders[*in], *in, below(*in, n.Location)}
		}
	case a.Tree != nil:
		n.Location, n.Bytes, n.files, n.sources = a.Tree.Location, a.Tree.Bytes, a.Tree.Files, a.Tree.Sources
	case a.Lock != nil:
		n.Location, n.Bytes = a.Lock.Location, a.Lock.Bytes
	case a.Interpreter != nil:
		n.Location = a.Interpreter.Location
	default:
		return named{}, false
	}
	return n, true
}
