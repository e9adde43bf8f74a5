package store

import (
	"context"
	"iter"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// RawRecord reads the file of a record without decoding it; its bytes have the
// id. One that is absent is an error that wraps [ErrNotFound].
func (s *Store) RawRecord(ctx context.Context, id record.ID) ([]byte, error) {
	return s.readHashed(ctx, recordKey(id), hashing.FileDigest(id), record.MaxSize)
}

// RawNaming gives the file of every record that has one of the texts, which are of
// plain hexadecimal digits, as a string; none are given for no texts. What a record of a
// newer version says is for the caller to find out. One that is damaged is an
// error, and the others follow.
func (s *Store) RawNaming(ctx context.Context, texts []string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		if len(texts) == 0 {
			return
		}
		wanted := make(map[string]bool, len(texts))
		for _, text := range texts {
			wanted[text] = true
		}
		keys, err := s.recordKeys(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		read := func(key string) ([]byte, error) {
			id, err := parseRecordKey(key)
			if err != nil {
				return nil, err
			}
			return s.RawRecord(ctx, id)
		}
		for raw, err := range inOrder(ctx, keys, read) {
			if err == nil && !holdsAny(raw, wanted) {
				continue
			}
			if !yield(raw, err) {
				return
			}
		}
	}
}
