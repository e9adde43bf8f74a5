package verify

import (
	"context"
	"errors"
	"fmt"
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
	for _, in := range inputs {
		e, why := q.available(ctx, r, in)
		all, notes = append(all, e...), append(notes, why...)
	}
	switch worst(all) {
	case Failed:
		return failed("other bytes stand where the run read %s, and its own are nowhere", namesOf(all, Failed)).
			with(all...).noting(notes...).mend("lineage", "verify", q.Asked, "--data-root", "FOLDER")
	case Held:
		return held("%s can still be had with the same digest", count(len(inputs), "input")).with(all...).noting(notes...)
	}
	return lacking("nowhere to be had with the recorded digest: %s", namesOf(all, Lacking)).
		with(all...).noting(notes...).mend("lineage", "verify", q.Asked, "--data-root", "FOLDER")
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

// available looks for one input. There is one line of evidence about it, and more
// where the files of a folder are others.
func (q *inquiry) available(ctx context.Context, r *record.Record, in record.Resource) (all []Evidence, notes []string) {
	w := wanted{Input: Input{Location: locationOf(in), URI: in.URI}}
	if in.Digest != nil {
		w.File, w.Tree = in.Digest.SHA256, in.Digest.Tree
	}
	if (w.File == nil) == (w.Tree == nil) {
		return []Evidence{{Name: in.Name, Found: "the record has no digest of it", Status: Lacking}}, nil
	}
	if w.Tree != nil {
		if m, err := q.manifest(ctx, *w.Tree); err == nil {
			w.manifest = &m
		} else {
			w.manifestErr = err
		}
	}
	h := hunt{q: q, wanted: w}
	h.places(ctx, PlaceDataRoot, PlaceRecorded)
	h.commit(ctx, r)
	h.blobs(ctx)
	h.places(ctx, PlaceURI)
	return h.evidence(in.Name)
}

// hunt is the search for one input.
type hunt struct {
	q *inquiry
	wanted
	found  string     // the place that has it
	others []Sighting // other bytes where it was read
	notes  []string
}

// miss notes why a place could not be looked at.
func (h *hunt) miss(where string, err error) {
	if !errors.Is(err, ErrNotFound) {
		h.notes = append(h.notes, fmt.Sprintf("%s: could not be looked for in %s: %v", h.Location, where, err))
	}
}

// places looks at those of the kinds, in their order. Where the input was read is
// always looked at, since other bytes there are worth saying.
func (h *hunt) places(ctx context.Context, kinds ...PlaceKind) {
	for _, p := range h.q.Places {
		if !slices.Contains(kinds, p.Kind) || h.found != "" && p.Kind == PlaceURI {
			continue
		}
		if p.Place == nil {
			h.miss(string(p.Kind), errNotAsked)
			continue
		}
		sightings, err := p.Place.Look(ctx, h.Input)
		if err != nil {
			h.miss(string(p.Kind), err)
			continue
		}
		for _, s := range sightings {
			h.saw(p.Kind, s)
		}
	}
}

func (h *hunt) saw(kind PlaceKind, s Sighting) {
	err := s.Content.check()
	switch {
	case err != nil:
		h.miss(s.Where, err)
	case h.is(s.Content) && h.found == "":
		h.found = fmt.Sprintf("%s: %s", kind, s.Where)
	case h.is(s.Content):
	case kind == PlaceURI:
		h.notes = append(h.notes, fmt.Sprintf("%s: other bytes stand at %s", h.Location, s.Where))
	default:
		h.others = append(h.others, s)
	}
}

// commit looks into the commits that the record names.
func (h *hunt) commit(ctx context.Context, r *record.Record) {
	commits := commitsOf(r)
	k, _ := innermost(commits, h.Location)
	if h.found != "" || k < 0 {
		return
	}
	entries := []hashing.Entry{}
	for _, f := range h.files() {
		if i, name := innermost(commits, h.Location.Join(f.Path)); i == k {
			entries = append(entries, hashing.Entry{Path: name, Digest: f.Digest})
		}
	}
	if len(entries) == 0 || len(entries) < len(h.files()) {
		return
	}
	commit := commits[k].Digest.GitCommit
	at, o, err := h.q.filesIn(ctx, commit, entries)
	if err != nil {
		h.miss("the recorded commit", err)
		return
	}
	for _, e := range entries {
		if in, there := at[e.Path]; !there || in.Digest != e.Digest {
			return
		}
	}
	h.found = fmt.Sprintf("%s in %s", commitText(commit), o.name)
}

// files are the input's own: itself, or those of its manifest.
func (h *hunt) files() []hashing.Entry {
	switch {
	case h.File != nil:
		return []hashing.Entry{{Path: ".", Digest: *h.File}}
	case h.manifest != nil:
		return h.manifest.Entries()
	}
	return nil
}

// blobs looks for the bytes of each file.
func (h *hunt) blobs(ctx context.Context) {
	files := h.files()
	if h.found != "" || len(files) == 0 {
		return
	}
	for _, f := range files {
		if _, err := h.q.blob(ctx, f.Digest); err != nil && !f.Digest.IsEmpty() {
			h.miss("the kept blobs", err)
			return
		}
	}
	h.found = "kept blobs"
}

// evidence is what the search came to.
func (h *hunt) evidence(name string) (all []Evidence, notes []string) {
	e := Evidence{Name: name, Expected: h.text(), Found: "nowhere", Status: Lacking}
	switch {
	case h.found != "":
		e.Where, e.Found, e.Status = h.found, h.text(), Held
		for _, s := range h.others {
			h.notes = append(h.notes, fmt.Sprintf("%s: other bytes now stand at %s: %s", h.Location, s.Where, s.Content.text()))
		}
		return []Evidence{e}, h.notes
	case h.manifestErr != nil && !errors.Is(h.manifestErr, ErrNotFound):
		h.miss("the commit and the kept blobs", h.manifestErr)
	}
	all = []Evidence{e}
	for i, s := range h.others {
		other := Evidence{Name: name, Where: s.Where, Expected: h.text(), Found: s.Content.text(), Status: Failed}
		if i == 0 {
			all[0] = other
		} else {
			all = append(all, other)
		}
		all = append(all, h.changed(s)...)
	}
	return all, h.notes
}

// changed names the files of a folder that are others.
func (h *hunt) changed(s Sighting) (all []Evidence) {
	if h.manifest == nil || s.Content.Tree == nil {
		return nil
	}
	for _, c := range hashing.Compare(*h.manifest, *s.Content.Tree) {
		e := Evidence{Name: h.Location.Join(c.Path).String(), Where: s.Where, Expected: "absent", Found: "absent", Status: Failed}
		if !c.Old.IsZero() {
			e.Expected = fileText(c.Old)
		}
		if !c.New.IsZero() {
			e.Found = fileText(c.New)
		}
		all = append(all, e)
	}
	return all
}
