package store

import (
	"context"
	"slices"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// newest is what a backend has that knows when its keys were put.
type newest interface {
	// newestFirst gives the keys that start with prefix.
	newestFirst(ctx context.Context, prefix string) ([]string, error)
}

// Makers gives of each digest a record among whose outputs it is, if there is one: a
// run that read the same bytes did not make them. It reads one record after the other,
// those that were put last first, and ends when all were found. Its error says that not
// all records were looked at: ctx has ended, or some cannot be read.
func (s *Store) Makers(ctx context.Context, digests []hashing.FileDigest) (map[hashing.FileDigest]record.ID, error) {
	wanted, found := map[string]bool{}, map[hashing.FileDigest]record.ID{}
	for _, d := range digests {
		if !d.IsEmpty() {
			wanted[d.String()] = true
		}
	}
	if len(wanted) == 0 {
		return found, nil
	}
	keys, err := s.newestRecords(ctx)
	if err != nil {
		return found, err
	}
	var damage error
	for _, key := range keys {
		if err := ctx.Err(); err != nil {
			return found, err
		}
		if err := s.makerAt(ctx, key, wanted, found); err != nil && damage == nil && !s.passes(err) {
			damage = err
		}
		if len(wanted) == 0 {
			return found, nil
		}
	}
	return found, damage
}

func (s *Store) newestRecords(ctx context.Context) ([]string, error) {
	if b, ok := s.backend.(newest); ok {
		return b.newestFirst(ctx, "records/")
	}
	return s.recordKeys(ctx)
}

// makerAt moves what the record at key made from wanted to found.
func (s *Store) makerAt(ctx context.Context, key string, wanted map[string]bool, found map[hashing.FileDigest]record.ID) error {
	id, err := parseRecordKey(key)
	if err != nil {
		return err
	}
	raw, err := s.read(ctx, key, record.MaxSize)
	if err != nil || !holdsAny(raw, wanted) {
		return err
	}
	if got := hashing.Bytes(raw); got != hashing.FileDigest(id) {
		return &DamageError{key, &digestError{got, hashing.FileDigest(id)}}
	}
	r, err := record.Decode(raw)
	if err != nil {
		return &DamageError{key, err}
	}
	read := slices.Concat(r.Dependencies(record.RoleData), r.Dependencies(record.RolePreprocessing))
	for _, o := range r.Outputs() {
		if o.Digest == nil || o.Digest.SHA256 == nil || !wanted[o.Digest.SHA256.String()] {
			continue
		}
		d := *o.Digest.SHA256
		if !slices.ContainsFunc(read, func(in record.Resource) bool {
			return in.Digest != nil && in.Digest.SHA256 != nil && *in.Digest.SHA256 == d
		}) {
			found[d] = id
			delete(wanted, d.String())
		}
	}
	return nil
}
