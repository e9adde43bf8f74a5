package store

import (
	"context"
	"iter"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// RawRecord is what stands under the id of a record, for whoever judges that
// himself: neither that the bytes have the id, nor what they say, was looked at.
type RawRecord struct {
	ID    record.ID
	Bytes []byte
}

// RawRecord reads the file that stands under the id. One that is absent is an error
// that wraps [ErrNotFound].
func (s *Store) RawRecord(ctx context.Context, id record.ID) (RawRecord, error) {
	raw, err := s.read(ctx, recordKey(id), record.MaxSize)
	return RawRecord{id, raw}, err
}

// RawNaming gives every record's file that has one of the texts, which are of plain
// hexadecimal digits, as a string; none are given for no texts. One that has none of
// them and is damaged, or that cannot be read, may have had one: it is an error, and
// the others follow.
func (s *Store) RawNaming(ctx context.Context, texts []string) iter.Seq2[RawRecord, error] {
	return func(yield func(RawRecord, error) bool) {
		if len(texts) == 0 {
			return
		}
		wanted := make(map[string]bool, len(texts))
		for _, text := range texts {
			wanted[text] = true
		}
		keys, err := s.recordKeys(ctx)
		if err != nil {
			yield(RawRecord{}, err)
			return
		}
		type result struct {
			RawRecord
			wanted bool
		}
		read := func(key string) (result, error) {
			r, named, err := s.rawNaming(ctx, key, wanted)
			return result{r, named}, err
		}
		for r, err := range inOrder(ctx, keys, read) {
			if (err != nil || r.wanted) && !s.passes(err) && !yield(r.RawRecord, err) {
				return
			}
		}
	}
}

func (s *Store) rawNaming(ctx context.Context, key string, wanted map[string]bool) (RawRecord, bool, error) {
	id, err := parseRecordKey(key)
	if err != nil {
		return RawRecord{}, false, err
	}
	r, err := s.RawRecord(ctx, id)
	if err != nil {
		return RawRecord{}, false, err
	}
	named := holdsAny(r.Bytes, wanted)
	if got, want := hashing.Bytes(r.Bytes), hashing.FileDigest(id); !named && got != want {
		return RawRecord{}, false, &DamageError{key, &digestError{got, want}}
	}
	return r, named, nil
}
