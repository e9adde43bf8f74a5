package store

import (
	"context"
	"errors"

	"github.com/lineage-audit/lineage/hashing"
)

// Ranger is a [Backend] that gives a part of an object.
type Ranger interface {
	// GetAt reads into p from an offset on, as [io.ReaderAt] does. A key that is
	// absent is an error that wraps [fs.ErrNotExist].
	GetAt(ctx context.Context, key string, p []byte, offset int64) (int, error)
}

var _ Ranger = (*Dir)(nil)

// GetAt implements [Ranger].
func (d *Dir) GetAt(ctx context.Context, key string, p []byte, offset int64) (int, error) {
	if err := errors.Join(ctx.Err(), CheckKey(key)); err != nil {
		return 0, err
	}
	f, err := openFile(d.file(key))
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return f.ReadAt(p, offset)
}

// PeekBlob reads a part of a blob as [io.ReaderAt] does, and verifies nothing. Of a
// store whose backend is no [Ranger] the error wraps [errors.ErrUnsupported].
func (s *Store) PeekBlob(ctx context.Context, d hashing.FileDigest, p []byte, offset int64) (int, error) {
	if r, able := s.backend.(Ranger); able {
		return r.GetAt(ctx, blobKey(d), p, offset)
	}
	return 0, errors.ErrUnsupported
}
