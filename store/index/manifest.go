package index

import (
	"context"
	"fmt"
	"iter"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/store"
)

// maxManifest bounds a manifest that is read: some ten million files.
const maxManifest = 1 << 30

// manifest reads that of a folder from the store.
func manifest(ctx context.Context, s *store.Store, tree hashing.TreeDigest) (hashing.Manifest, error) {
	if tree.IsEmpty() {
		return hashing.Manifest{}, nil
	}
	raw, err := s.ReadBlob(ctx, tree.ManifestDigest(), maxManifest)
	if err != nil {
		return hashing.Manifest{}, err
	}
	return hashing.ParseManifest(raw)
}

// ManifestError says that nobody can tell which files a recorded folder has. It wraps
// [store.ErrNotFound], where its manifest is absent.
type ManifestError struct {
	Tree hashing.TreeDigest
	Err  error
}

// Error names the folder.
func (e *ManifestError) Error() string {
	return fmt.Sprintf("reading the files of folder %s: %v", e.Tree, e.Err)
}

// Unwrap is why.
func (e *ManifestError) Unwrap() error { return e.Err }

func manifestError(tree hashing.TreeDigest, err error) error { return &ManifestError{tree, err} }

// files gives the files of a folder.
func files(ctx context.Context, s *store.Store, tree hashing.TreeDigest) iter.Seq2[hashing.Entry, error] {
	return func(yield func(hashing.Entry, error) bool) {
		m, err := manifest(ctx, s, tree)
		if err != nil {
			yield(hashing.Entry{}, err)
			return
		}
		for _, e := range m.Entries() {
			if !yield(e, nil) {
				return
			}
		}
	}
}
