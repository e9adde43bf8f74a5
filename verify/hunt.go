package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

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
