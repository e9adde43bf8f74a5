package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

const recordSuffix = ".intoto.json"

var errMisplaced = errors.New("a record of that id would stand elsewhere")

func recordKey(id record.ID) string {
	s := id.String()
	return "records/" + s[:2] + "/" + s + recordSuffix
}

func parseRecordKey(key string) (record.ID, error) {
	name := key[strings.LastIndexByte(key, '/')+1:]
	id, err := record.ParseID(strings.TrimSuffix(name, recordSuffix))
	if err == nil && strings.HasSuffix(name, recordSuffix) && recordKey(id) != key {
		return record.ID{}, &DamageError{key, errMisplaced} // it may be a record, and is not found by its id
	}
	if err != nil || recordKey(id) != key {
		return record.ID{}, &DamageError{key, fmt.Errorf("%w of a record", errKey)}
	}
	return id, nil
}

// PutRecord keeps a record. Putting it again changes nothing.
func (s *Store) PutRecord(ctx context.Context, r *record.Record) error {
	return s.put(ctx, recordKey(r.ID()), bytes.NewReader(r.Bytes()))
}

// Record reads the record of that id. One that is absent is an error that wraps
// [ErrNotFound]; one whose bytes are not those of its id, or are no record, is a
// [*DamageError].
func (s *Store) Record(ctx context.Context, id record.ID) (*record.Record, error) {
	key := recordKey(id)
	raw, err := s.readHashed(ctx, key, hashing.FileDigest(id), record.MaxSize)
	if err != nil {
		return nil, err
	}
	r, err := record.Decode(raw)
	if err != nil {
		return nil, &DamageError{key, err}
	}
	return r, nil
}

// Records gives every record, the newest start first. What cannot be read comes
// as an error of its own, mostly a [*DamageError], and the others follow: whoever
// ignores errors has not seen all records.
func (s *Store) Records(ctx context.Context) iter.Seq2[*record.Record, error] {
	return s.search(ctx, query{})
}

// BySubject gives, as Records does, the records among whose outputs is one of the
// files or trees: subjects, and byproducts of a run that failed. Empty files and
// trees are never the same as others.
func (s *Store) BySubject(ctx context.Context, files []hashing.FileDigest, trees ...hashing.TreeDigest) iter.Seq2[*record.Record, error] {
	q, wanted := query{texts: map[string]bool{}}, map[hashing.FileDigest]bool{}
	for _, d := range files {
		if !d.IsEmpty() {
			q.texts[d.String()], wanted[d] = true, true
		}
	}
	trees = slices.DeleteFunc(slices.Clone(trees), hashing.TreeDigest.IsEmpty)
	for _, d := range trees {
		q.texts[d.String()] = true
	}
	if len(q.texts) == 0 {
		return func(func(*record.Record, error) bool) {}
	}
	q.match = func(r *record.Record) bool {
		return slices.ContainsFunc(r.Outputs(), func(o record.Resource) bool {
			d := o.Digest
			return d != nil && (d.SHA256 != nil && wanted[*d.SHA256] || d.Tree != nil && slices.Contains(trees, *d.Tree))
		})
	}
	return s.search(ctx, q)
}

// ByInvocation gives, as Records does, the records of that invocation: one, or
// none if the run has not ended.
func (s *Store) ByInvocation(ctx context.Context, i record.Invocation) iter.Seq2[*record.Record, error] {
	return s.search(ctx, query{
		texts: map[string]bool{i.String(): true},
		match: func(r *record.Record) bool { return r.Invocation() == i },
	})
}
