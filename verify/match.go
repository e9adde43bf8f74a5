package verify

import (
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// match is how a record and the model's bytes go together.
type match struct {
	output *record.Resource // that the bytes are; nil if none
	strip  bool             // without the files that a client added
}

// matchModel looks for the output that has the model's digest: a file's for a
// file, a folder's for a folder. What is empty matches nothing.
func matchModel(r *record.Record, m model) match {
	outputs := r.Outputs()
	for i, c := range m.readings() {
		if c.check() != nil || c.empty() {
			continue
		}
		for _, o := range outputs {
			if o.Digest != nil && isOutput(o.Digest, c) {
				return match{&o, i > 0}
			}
		}
	}
	return match{}
}

func isOutput(d *record.DigestSet, c Content) bool {
	if c.File != nil {
		return d.SHA256 != nil && *d.SHA256 == *c.File
	}
	return d.Tree != nil && *d.Tree == c.Tree.Digest()
}

// outputTrees are the manifests of the folders that a run made, by the files that
// the record names as their parts.
func outputTrees(r *record.Record) map[record.Location]hashing.Manifest {
	parts := map[record.Location][]hashing.Entry{}
	for _, o := range r.Outputs() {
		f := o.Annotations.File
		if f == nil || f.Tree == nil || o.Digest == nil || o.Digest.SHA256 == nil {
			continue
		}
		below, ok := under(*f.Tree, f.Location)
		if ok {
			parts[*f.Tree] = append(parts[*f.Tree], hashing.Entry{Path: below, Digest: *o.Digest.SHA256})
		}
	}
	trees := map[record.Location]hashing.Manifest{}
	for at, entries := range parts {
		if m, err := hashing.NewManifest(entries); err == nil {
			trees[at] = m
		}
	}
	return trees
}

// resemblance is the folder of a record that shares most with a model that no
// record names.
type resemblance struct {
	candidate *candidate
	location  record.Location
	manifest  hashing.Manifest
	shared    int // files of the model that have the bytes of one of the folder's
}

// resembles finds the output folder of the record that shares most files with the
// model, by their bytes wherever they stand.
func resembles(r *record.Record, model hashing.Manifest) resemblance {
	var best resemblance
	for at, m := range outputTrees(r) {
		shared := sharedFiles(m, model)
		if shared > best.shared || shared == best.shared && (best.location.Root == "" || at.String() < best.location.String()) {
			best = resemblance{location: at, manifest: m, shared: shared}
		}
	}
	return best
}

func sharedFiles(recorded, model hashing.Manifest) (shared int) {
	left := map[hashing.FileDigest]int{}
	for _, e := range recorded.Entries() {
		left[e.Digest]++
	}
	for _, e := range model.Entries() {
		if !e.Digest.IsEmpty() && left[e.Digest] > 0 {
			left[e.Digest]--
			shared++
		}
	}
	return shared
}

// close tells whether so much is shared that the model is this folder, changed: at
// least half of the files of either.
func (r resemblance) close(model hashing.Manifest) bool {
	return r.shared > 0 && 2*r.shared >= min(r.manifest.Len(), model.Len())
}
