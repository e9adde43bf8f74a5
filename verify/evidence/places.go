package evidence

import (
	"context"
	"errors"
	"path/filepath"
	"slices"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/verify"
)

// DataRoot is a folder under which inputs are looked for: at their path below
// their root, and by the last part of it. By that part alone another file may be
// met, which contradicts nothing: it counts only if it is the input.
type DataRoot struct{ Folder string }

// Look hashes what stands there.
func (p DataRoot) Look(ctx context.Context, in verify.Input) ([]verify.Sighting, error) {
	below := filepath.FromSlash(in.Location.Path)
	found, err := sightings(ctx, filepath.Join(p.Folder, below), "")
	other := func(s verify.Sighting) bool { return !is(s.Content, in) }
	if err != nil || filepath.Base(below) == below || len(found) > 0 && !other(found[0]) {
		return found, err
	}
	more, err := sightings(ctx, filepath.Join(p.Folder, filepath.Base(below)), "")
	return append(found, slices.DeleteFunc(more, other)...), err
}

func is(c verify.Content, in verify.Input) bool {
	if c.File != nil {
		return in.File != nil && *in.File == *c.File
	}
	return c.Tree != nil && in.Tree != nil && *in.Tree == c.Tree.Digest()
}

// Recorded is where the record says that inputs were, on this machine. Path tells
// where that is; "" is nowhere.
type Recorded struct {
	Path  func(record.Location) string
	Store string // a folder that belongs to no tree, "" for none
}

// Look hashes what stands there.
func (p Recorded) Look(ctx context.Context, in verify.Input) ([]verify.Sighting, error) {
	path := p.Path(in.Location)
	if path == "" {
		return nil, nil
	}
	return sightings(ctx, path, p.Store)
}

func sightings(ctx context.Context, path, store string) ([]verify.Sighting, error) {
	content, err := contentOf(ctx, path, store, nil)
	if errors.Is(err, verify.ErrNotFound) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return []verify.Sighting{{Where: path, Content: content}}, nil
}
