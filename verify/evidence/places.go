package evidence

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/verify"
)

// DataRoot is a folder under which inputs are looked for: at their path below
// their root, and by the last part of it.
type DataRoot struct{ Folder string }

// Look hashes what stands there.
func (p DataRoot) Look(ctx context.Context, in verify.Input) ([]verify.Sighting, error) {
	below := filepath.FromSlash(in.Location.Path)
	return sightings(ctx, filepath.Join(p.Folder, below), filepath.Join(p.Folder, filepath.Base(below)))
}

// Recorded is where the record says that inputs were, on this machine. Path tells
// where that is; "" is nowhere.
type Recorded struct {
	Path func(record.Location) string
}

// Look hashes what stands there.
func (p Recorded) Look(ctx context.Context, in verify.Input) ([]verify.Sighting, error) {
	path := p.Path(in.Location)
	if path == "" {
		return nil, nil
	}
	return sightings(ctx, path)
}

func sightings(ctx context.Context, paths ...string) (found []verify.Sighting, err error) {
	for i, path := range paths {
		if i > 0 && path == paths[0] {
			continue
		}
		content, err := contentOf(ctx, path, nil)
		if errors.Is(err, verify.ErrNotFound) {
			continue
		} else if err != nil {
			return nil, err
		}
		found = append(found, verify.Sighting{Where: path, Content: content})
	}
	return found, nil
}
