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

// maxDocument bounds what is kept about a record.
const maxDocument = record.MaxSize

// PutAttachment notes where a record was hung.
func (s *Store) PutAttachment(ctx context.Context, a record.Attachment) error {
	raw, err := record.EncodeAttachment(a)
	if err != nil {
		return err
	}
	return s.putDocument(ctx, "attachments", a.RecordID, raw)
}

// Attachments gives where the record was hung, the oldest first. What cannot be
// read stands in the error, beside the others.
func (s *Store) Attachments(ctx context.Context, id record.ID) (found []record.Attachment, err error) {
	for raw, failed := range s.documents(ctx, "attachments", id) {
		var a record.Attachment
		if failed == nil {
			a, failed = record.DecodeAttachment(raw)
		}
		if failed == nil && a.RecordID != id {
			failed = fmt.Errorf("an attachment of record %s stands with record %s", a.RecordID, id)
		}
		if err = errors.Join(err, failed); failed == nil {
			found = append(found, a)
		}
	}
	slices.SortStableFunc(found, func(a, b record.Attachment) int { return a.AttachedOn.Compare(b.AttachedOn.Time) })
	return found, err
}

// PutStatement keeps what is said of a record: an in-toto statement, or a bundle
// over one. The store does not look into it.
func (s *Store) PutStatement(ctx context.Context, about record.ID, raw []byte) error {
	return s.putDocument(ctx, "statements", about, raw)
}

// Statements gives what was said of the record, in the order of the digests.
func (s *Store) Statements(ctx context.Context, about record.ID) iter.Seq2[[]byte, error] {
	return s.documents(ctx, "statements", about)
}

// PutSignature keeps a Sigstore bundle over the record. The store does not check it.
func (s *Store) PutSignature(ctx context.Context, id record.ID, bundle []byte) error {
	return s.putDocument(ctx, "signatures", id, bundle)
}

// Signatures gives the bundles over the record, in the order of the digests.
func (s *Store) Signatures(ctx context.Context, id record.ID) iter.Seq2[[]byte, error] {
	return s.documents(ctx, "signatures", id)
}

func (s *Store) putDocument(ctx context.Context, kind string, about record.ID, raw []byte) error {
	return s.put(ctx, fmt.Sprintf("%s/%s/%s", kind, about, hashing.Bytes(raw)), bytes.NewReader(raw))
}

func (s *Store) documents(ctx context.Context, kind string, about record.ID) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		folder := fmt.Sprintf("%s/%s/", kind, about)
		for key, err := range s.backend.List(ctx, folder) {
			if err != nil {
				yield(nil, &ListError{kind, err})
				return
			}
			raw, err := s.document(ctx, key, strings.TrimPrefix(key, folder))
			if !s.passes(err) && !yield(raw, err) {
				return
			}
		}
	}
}

func (s *Store) document(ctx context.Context, key, name string) ([]byte, error) {
	digest, err := hashing.ParseFileDigest(name)
	if err != nil {
		return nil, &DamageError{key, fmt.Errorf("%w of a document", errKey)}
	}
	return s.readHashed(ctx, key, digest, maxDocument)
}
