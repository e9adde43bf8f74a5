package sourcing

import (
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Manifests gives the manifest of a folder.
type Manifests func(hashing.TreeDigest) (hashing.Manifest, error)

// Input is an input of which not all bytes are sourced.
type Input struct {
	Resource record.Resource
	// Files are those without a source. Where the input is a file, it is the one, and
	// its path is ".".
	Files []hashing.Entry
	Of    int64 // how many files it has
	// Err says why the files of a folder are not known; then all of it is without a source.
	Err error
}

// IsFolder tells whether the input is a folder.
func (in Input) IsFolder() bool { return in.Resource.Annotations.Tree != nil }

// Location is where the input stood.
func (in Input) Location() record.Location {
	if t := in.Resource.Annotations.Tree; t != nil {
		return t.Location
	}
	return in.Resource.Annotations.File.Location
}

// Unsourced gives the inputs among the dependencies that have bytes without a source,
// in their order, made by a run or not.
func Unsourced(dependencies []record.Resource, manifests Manifests) (found []Input) {
	c := commitsOf(dependencies, manifests)
	for _, r := range dependencies {
		if a := r.Annotations; a.Role != record.RoleData && a.Role != record.RolePreprocessing || r.URI != "" || r.Digest == nil {
			continue
		}
		in := Input{Resource: r, Of: 1}
		switch t := r.Annotations.Tree; {
		case t != nil && r.Digest.Tree != nil:
			in.Of = t.Files
			in.Files, in.Err = filesOf(r, manifests)
		case r.Annotations.File != nil && r.Digest.SHA256 != nil:
			in.Files = []hashing.Entry{{Path: ".", Digest: *r.Digest.SHA256}}
		}
		in.Files = slices.DeleteFunc(in.Files, func(f hashing.Entry) bool {
			return f.Digest.IsEmpty() || c.have(in.Location().Join(f.Path), f.Digest)
		})
		if len(in.Files) > 0 || in.Err != nil {
			found = append(found, in)
		}
	}
	return found
}

// filesOf are the files of a folder that have no URI of their own.
func filesOf(r record.Resource, manifests Manifests) ([]hashing.Entry, error) {
	m, err := manifests(*r.Digest.Tree)
	if err != nil {
		return nil, err
	}
	have := map[string]bool{}
	for _, s := range r.Annotations.Tree.Sources {
		if path, err := record.DecodePath(s.Path); err == nil {
			have[path] = true
		}
	}
	return slices.DeleteFunc(m.Entries(), func(f hashing.Entry) bool { return have[f.Path] }), nil
}

// Wanted are the digests of all files without a source, each once.
func Wanted(inputs []Input) (digests []hashing.FileDigest) {
	seen := map[hashing.FileDigest]bool{}
	for _, in := range inputs {
		for _, f := range in.Files {
			if !seen[f.Digest] {
				seen[f.Digest] = true
				digests = append(digests, f.Digest)
			}
		}
	}
	return digests
}

// Found gives what is left of the inputs once these bytes have a source.
func Found(inputs []Input, has func(at record.Location, digest hashing.FileDigest) bool) (left []Input) {
	for _, in := range inputs {
		in.Files = slices.DeleteFunc(slices.Clone(in.Files), func(f hashing.Entry) bool { return has(in.Location().Join(f.Path), f.Digest) })
		if len(in.Files) > 0 || in.Err != nil {
			left = append(left, in)
		}
	}
	return left
}

// commits are what the record says of its commit, and of those of submodules.
type commits struct {
	code    map[record.Location]hashing.FileDigest
	dirty   map[record.Location]bool
	commits []record.CommitFacts // that were compared with the work tree
}

// tooMany is how many differences a record lists at most: of such a tree it may not
// have all.
const tooMany = 100_000

func commitsOf(dependencies []record.Resource, manifests Manifests) commits {
	c := commits{code: map[record.Location]hashing.FileDigest{}, dirty: map[record.Location]bool{}}
	for _, r := range dependencies {
		switch f := r.Annotations.Commit; {
		case f != nil:
			c.commits = append(c.commits, *f)
			for _, d := range f.Differences {
				if path, err := record.DecodePath(d.Path); err == nil {
					c.dirty[f.Location.Join(path)] = true
				}
			}
		case r.Annotations.Role == record.RoleCode && r.Digest != nil && r.Digest.Tree != nil:
			m, err := manifests(*r.Digest.Tree)
			if err != nil {
				continue // then none of its files counts
			}
			for _, e := range m.Entries() {
				c.code[r.Annotations.Tree.Location.Join(e.Path)] = e.Digest
			}
		}
	}
	return c
}

// have tells whether a commit has these bytes at the place.
func (c commits) have(at record.Location, digest hashing.FileDigest) bool {
	inner := c.innermost(at)
	if inner == nil || len(inner.Differences) >= tooMany {
		return false
	}
	switch inner.State {
	case record.TreeClean, record.TreeDirty, record.TreeFiltered:
		return c.code[at] == digest && !c.dirty[at]
	}
	return false
}

// innermost is the commit whose work tree a place is in.
func (c commits) innermost(at record.Location) (found *record.CommitFacts) {
	for i := range c.commits {
		top := c.commits[i].Location
		within := top.Root == at.Root && (top.Path == "." || at.Path == top.Path || strings.HasPrefix(at.Path, top.Path+"/"))
		if within && (found == nil || len(top.Path) > len(found.Location.Path) || found.Location.Path == ".") {
			found = &c.commits[i]
		}
	}
	return found
}
