package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// few is up to how many digests are asked for one by one: for more of them, the
// keys of all sources are listed once.
const few = 4

// PutSource notes where bytes were fetched from.
func (s *Store) PutSource(ctx context.Context, f record.Fetched) error {
	raw, err := record.EncodeFetched(f)
	if err != nil {
		return err
	}
	return s.put(ctx, fmt.Sprintf("sources/%s/%s", f.Digest, hashing.Bytes(raw)), bytes.NewReader(raw))
}

// Sources gives where the bytes of each digest were fetched from, the newest first.
// An empty file has no source. What cannot be read stands in the error, beside the
// others.
func (s *Store) Sources(ctx context.Context, digests ...hashing.FileDigest) (map[hashing.FileDigest][]record.Fetched, error) {
	wanted := map[hashing.FileDigest]bool{}
	for _, d := range digests {
		if !d.IsEmpty() {
			wanted[d] = true
		}
	}
	prefixes := []string{"sources/"}
	if len(wanted) <= few {
		prefixes = nil
		for d := range wanted {
			prefixes = append(prefixes, "sources/"+d.String()+"/")
		}
	}
	found := map[hashing.FileDigest][]record.Fetched{}
	var damage error
	for _, prefix := range prefixes {
		damage = errors.Join(damage, s.sourcesBelow(ctx, prefix, wanted, found))
	}
	for _, all := range found {
		slices.SortStableFunc(all, func(a, b record.Fetched) int { return b.FetchedOn.Compare(a.FetchedOn.Time) })
	}
	return found, damage
}

// AllSources gives every note of where bytes were fetched from, in no order.
func (s *Store) AllSources(ctx context.Context) (all []record.Fetched, err error) {
	found := map[hashing.FileDigest][]record.Fetched{}
	err = s.sourcesBelow(ctx, "sources/", nil, found)
	for _, some := range found {
		all = append(all, some...)
	}
	return all, err
}

func (s *Store) sourcesBelow(ctx context.Context, prefix string, wanted map[hashing.FileDigest]bool, found map[hashing.FileDigest][]record.Fetched) (damage error) {
	for key, err := range s.backend.List(ctx, prefix) {
		if err != nil {
			return errors.Join(damage, fmt.Errorf("listing sources: %w", err))
		}
		about, name, _ := strings.Cut(strings.TrimPrefix(key, "sources/"), "/")
		digest, err := hashing.ParseFileDigest(about)
		if err != nil {
			if err := (&DamageError{key, fmt.Errorf("%w of a source", errKey)}); !s.passes(err) {
				damage = errors.Join(damage, err)
			}
			continue
		}
		if wanted != nil && !wanted[digest] {
			continue
		}
		f, err := s.source(ctx, key, name, digest)
		if s.passes(err) {
			continue
		}
		if err != nil {
			damage = errors.Join(damage, err)
			continue
		}
		found[digest] = append(found[digest], f)
	}
	return damage
}

func (s *Store) source(ctx context.Context, key, name string, about hashing.FileDigest) (record.Fetched, error) {
	raw, err := s.document(ctx, key, name)
	if err != nil {
		return record.Fetched{}, err
	}
	f, err := record.DecodeFetched(raw)
	if err == nil && f.Digest != about {
		err = fmt.Errorf("a source of %s stands with %s", f.Digest, about)
	}
	if err != nil {
		return record.Fetched{}, &DamageError{key, err}
	}
	return f, nil
}
