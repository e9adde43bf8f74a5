package verify

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// hunt is the search for one input.
type hunt struct {
	q *inquiry
	wanted
	found   string     // the place that has it
	parts   []string   // the places that have files of it
	others  []Sighting // other bytes where it was read
	notes   []string
	origins []string // its URIs, where nobody allowed to ask them
	// unreached tells that its URI may be asked, and could not be: then nobody knows
	// that its bytes are nowhere.
	unreached bool
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
		if !slices.Contains(kinds, p.Kind) {
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
	default:
		h.others = append(h.others, s)
	}
}

// has takes files off what is looked for, as a place has them. Empty files are had
// wherever one that is not empty is.
func (h *hunt) has(place string, has func(hashing.Entry) bool) {
	before := len(h.Files)
	h.Files = slices.DeleteFunc(h.Files, has)
	if len(h.Files) == before {
		return
	}
	h.parts = append(h.parts, place)
	if !slices.ContainsFunc(h.Files, func(f hashing.Entry) bool { return !f.Digest.IsEmpty() }) {
		h.found = strings.Join(h.parts, " and ")
	}
}

// commit looks into the commits that the record names.
func (h *hunt) commit(ctx context.Context, r *record.Record) {
	commits := commitsOf(r)
	within, names := map[int][]hashing.Entry{}, map[string]string{}
	for _, f := range h.Files {
		if k, name := innermost(commits, h.Location.Join(f.Path)); k >= 0 {
			within[k], names[f.Path] = append(within[k], hashing.Entry{Path: name, Digest: f.Digest}), name
		}
	}
	for _, k := range slices.Sorted(maps.Keys(within)) {
		commit := commits[k].Digest.GitCommit
		at, o, err := h.q.filesIn(ctx, commit, within[k])
		if err != nil {
			h.miss("the recorded commit", err)
			continue
		}
		h.has(fmt.Sprintf("%s in %s", commitText(commit), o.name), func(f hashing.Entry) bool {
			if i, _ := innermost(commits, h.Location.Join(f.Path)); i != k {
				return false
			}
			in, there := at[names[f.Path]]
			return there && in.Digest == f.Digest
		})
	}
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

// blobs looks for the bytes of each file. Why one could not be read is said once.
func (h *hunt) blobs(ctx context.Context) {
	if h.found != "" {
		return
	}
	var failed error
	h.has("kept blobs", func(f hashing.Entry) bool {
		if ctx.Err() != nil {
			return false
		}
		_, err := h.q.blob(ctx, f.Digest)
		if err != nil && !errors.Is(err, ErrNotFound) && failed == nil {
			failed = err
		}
		return err == nil
	})
	if failed != nil {
		h.miss("the kept blobs", failed)
	}
}

// uri looks at where the record says that the input can be had. Only bytes with its
// digest count; what cannot be asked, or has other bytes, is said.
func (h *hunt) uri(ctx context.Context) {
	for _, p := range h.q.Places {
		switch {
		case p.Kind != PlaceURI || h.found != "":
		case p.Place == nil:
			h.miss(string(p.Kind), errNotAsked)
		default:
			h.lookAt(ctx, p.Place)
		}
	}
}

func (h *hunt) lookAt(ctx context.Context, p Place) {
	sightings, err := p.Look(ctx, h.Input)
	var refused *NotAllowedError
	switch {
	case errors.As(err, &refused):
		h.origins = append(h.origins, refused.Origins...)
		h.notes = append(h.notes, fmt.Sprintf("%s: %v", h.Location, err))
	case err != nil:
		h.unreached = !errors.Is(err, ErrNotFound)
		h.notes = append(h.notes, fmt.Sprintf("%s: not had from its URI: %v", h.Location, err))
	}
	for _, s := range sightings {
		if s.Files && len(h.Files) > 0 || s.Content.check() == nil && h.is(s.Content) {
			h.found = strings.Join(append(h.parts, fmt.Sprintf("%s: %s", PlaceURI, s.Where)), " and ")
			return
		}
		h.notes = append(h.notes, fmt.Sprintf("%s: other bytes stand at %s: %s", h.Location, s.Where, s.Content.text()))
	}
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
	if h.unreached { // its bytes may be there
		e.Found = "nowhere that could be looked at"
		for _, s := range h.others {
			h.notes = append(h.notes, fmt.Sprintf("%s: other bytes stand at %s: %s", h.Location, s.Where, s.Content.text()))
		}
		return []Evidence{e}, h.notes
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
		e := Evidence{Name: h.Location.Join(c.Path).String(), Where: s.Where + "/" + c.Path, Expected: "absent", Found: "absent", Status: Failed}
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
