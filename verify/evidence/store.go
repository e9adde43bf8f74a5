package evidence

import (
	"context"
	"errors"
	"fmt"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/verify"
)

// maxBlob bounds a blob that is read into memory: a manifest, a patch.
const maxBlob = 1 << 30

// Store is the store of the place where verify runs.
type Store struct{ *store.Store }

// Record gives the file of one record.
func (s Store) Record(ctx context.Context, id record.ID) (verify.Found, error) {
	raw, err := s.RawRecord(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return verify.Found{}, fmt.Errorf("%w: %w", verify.ErrNotFound, err)
	} else if err != nil {
		return verify.Found{}, err
	}
	return verify.Found{ID: id, Where: "store", Bytes: raw}, nil
}

// Naming gives the records whose file contains one of the texts. One that is
// damaged is an error: nobody can tell what it named.
func (s Store) Naming(ctx context.Context, texts []string) (found []verify.Found, err error) {
	for raw, err := range s.RawNaming(ctx, texts) {
		if err != nil {
			return nil, err
		}
		found = append(found, verify.Found{ID: record.IDOf(raw), Where: "store", Bytes: raw})
	}
	return found, nil
}

// Blob gives content that was kept.
func (s Store) Blob(ctx context.Context, d hashing.FileDigest) ([]byte, error) {
	raw, err := s.ReadBlob(ctx, d, maxBlob)
	if errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("%w: %w", verify.ErrNotFound, err)
	}
	return raw, err
}

// Blobs asks one place after another.
type Blobs []verify.Blobs

// Blob is the first that has it. It is absent where every place said so.
func (b Blobs) Blob(ctx context.Context, d hashing.FileDigest) ([]byte, error) {
	var failed error
	for _, place := range b {
		raw, err := place.Blob(ctx, d)
		if err == nil {
			return raw, nil
		}
		if !errors.Is(err, verify.ErrNotFound) {
			failed = errors.Join(failed, err)
		}
	}
	if failed == nil {
		failed = verify.ErrNotFound
	}
	return nil, failed
}
