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

// Record gives the file that stands under the id of a record.
func (s Store) Record(ctx context.Context, id record.ID) (verify.Found, error) {
	raw, err := s.RawRecord(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return verify.Found{}, absent{err}
	} else if err != nil {
		return verify.Found{}, err
	}
	return found(raw), nil
}

// maxDamaged is how many damaged records an error names.
const maxDamaged = 3

// Naming gives the records whose file has one of the texts. Those that are damaged,
// of which nobody can tell what they named, are in the error, beside the others.
func (s Store) Naming(ctx context.Context, texts []string) (named []verify.Found, err error) {
	var damaged []error
	for raw, err := range s.RawNaming(ctx, texts) {
		if err != nil {
			damaged = append(damaged, err)
			continue
		}
		named = append(named, found(raw))
	}
	if more := len(damaged) - maxDamaged; more > 0 {
		damaged = append(damaged[:maxDamaged], fmt.Errorf("and %d more", more))
	}
	return named, errors.Join(damaged...)
}

func found(r store.RawRecord) verify.Found {
	return verify.Found{ID: r.ID, Where: "store", Bytes: r.Bytes}
}

// Blob gives content that was kept.
func (s Store) Blob(ctx context.Context, d hashing.FileDigest) ([]byte, error) {
	raw, err := s.ReadBlob(ctx, d, maxBlob)
	if errors.Is(err, store.ErrNotFound) {
		return nil, absent{err}
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
