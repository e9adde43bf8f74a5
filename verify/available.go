package verify

import (
	"context"
	"slices"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// checkAvailable: the bytes of each input can still be had, by their digest: in the
// recorded commit, under --data-root, at the recorded path, among the kept blobs or
// at their URI. A recorded run that made them counts once it was run again, which
// this version does not do.
func checkAvailable(ctx context.Context, q *inquiry, r *record.Record) Check {
	inputs := slices.Concat(r.Dependencies(record.RoleData), r.Dependencies(record.RolePreprocessing))
	said := r.Parameters()
	all := unhashed(said, inputs)
	if len(inputs)+len(all) == 0 {
		if said.Inputs.None {
			return notApplicable("the run states that it had no input")
		}
		return lacking("the record names no input")
	}
	var notes []string
	var origins []string // that would have to be allowed
	for _, in := range inputs {
		h, e, why := q.available(ctx, r, in)
		all, notes, origins = append(all, e...), append(notes, why...), append(origins, h.origins...)
	}
	mend := []string{"lineage", "verify", q.Asked, "--data-root", "FOLDER"}
	slices.Sort(origins)
	if origins = slices.Compact(origins); len(origins) > 0 {
		mend = mend[:3]
		for _, uri := range origins[:min(len(origins), mostOrigins)] {
			mend = append(mend, "--fetch", uri)
		}
	}
	switch worst(all) {
	case Failed:
		return failed("other bytes stand where the run read %s, and its own are nowhere", namesOf(all, Failed)).
			with(all...).noting(notes...).mend(mend...)
	case Held:
		return held("%s can still be had with the same digest", count(len(inputs), "input")).with(all...).noting(notes...)
	}
	return lacking("nowhere to be had with the recorded digest: %s", namesOf(all, Lacking)).
		with(all...).noting(notes...).mend(mend...)
}

// unhashed are the declared inputs that the record has no digest of.
func unhashed(p record.Parameters, inputs []record.Resource) (all []Evidence) {
	for _, at := range slices.Concat(p.Inputs.Paths, p.Preprocessing.Paths) {
		if !slices.ContainsFunc(inputs, func(r record.Resource) bool { return locationOf(r) == at }) {
			all = append(all, Evidence{Name: at.String(), Found: "the record has no digest of it", Status: Lacking})
		}
	}
	return all
}

// wanted is one input that is looked for, with the manifest of a folder if it is at
// hand.
type wanted struct {
	Input
	manifest    *hashing.Manifest
	manifestErr error
}

func (w wanted) text() string {
	if w.File != nil {
		return fileText(*w.File)
	}
	return treeText(*w.Tree)
}

// is tells whether what stands somewhere is the input.
func (w wanted) is(c Content) bool {
	switch {
	case c.check() != nil:
		return false
	case w.File != nil:
		return c.File != nil && *c.File == *w.File
	}
	return c.Tree != nil && w.Tree != nil && c.Tree.Digest() == *w.Tree
}

// mostOrigins is how many origins a command names that would be asked.
const mostOrigins = 5

// inputOf is what the record says of an input.
func inputOf(in record.Resource) Input {
	i := Input{Location: locationOf(in), URI: in.URI}
	if in.Digest != nil {
		i.File, i.Tree = in.Digest.SHA256, in.Digest.Tree
	}
	if f := in.Annotations.File; f != nil {
		i.Bytes = f.Bytes
	}
	if t := in.Annotations.Tree; t != nil {
		i.Bytes, i.Sources = t.Bytes, map[string]string{}
		for _, s := range t.Sources {
			if path, err := record.DecodePath(s.Path); err == nil {
				i.Sources[path] = s.URI
			}
		}
	}
	return i
}

// available looks for one input. There is one line of evidence about it, and more
// where the files of a folder are others.
func (q *inquiry) available(ctx context.Context, r *record.Record, in record.Resource) (h hunt, all []Evidence, notes []string) {
	w := wanted{Input: inputOf(in)}
	if (w.File == nil) == (w.Tree == nil) {
		return h, []Evidence{{Name: in.Name, Found: "the record has no digest of it", Status: Lacking}}, nil
	}
	if w.Tree != nil {
		if m, err := q.manifest(ctx, *w.Tree); err == nil {
			w.manifest = &m
		} else {
			w.manifestErr = err
		}
	}
	h = hunt{q: q, wanted: w}
	h.places(ctx, PlaceDataRoot, PlaceRecorded)
	if h.Files = h.files(); h.found == "" {
		h.commit(ctx, r)
		h.blobs(ctx)
		h.uri(ctx)
	}
	all, notes = h.evidence(in.Name)
	if h.found == "" {
		notes = append(notes, q.maker(ctx, r, w.Input)...)
	}
	return h, all, notes
}
