package store

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Kind is what a key keeps.
type Kind string

// The kinds, as the first part of a key has them.
const (
	KindFormat     Kind = "format"
	KindIntent     Kind = "intents"
	KindRecord     Kind = "records"
	KindBlob       Kind = "blobs"
	KindAttachment Kind = "attachments"
	KindSignature  Kind = "signatures"
	KindStatement  Kind = "statements"
	KindSource     Kind = "sources"
)

// Format is the content of the key of that kind.
const Format = format

// Key is a key of the store, taken apart. Which fields are set follows from Kind.
type Key struct {
	Kind       Kind
	Invocation record.Invocation  // of an intent
	Record     record.ID          // of a record, and of what is about one
	Source     hashing.FileDigest // of the bytes that a source is about
	Digest     hashing.FileDigest // of a blob, and of what is about something
}

// String is the key.
func (k Key) String() string {
	switch k.Kind {
	case KindIntent:
		return intentKey(k.Invocation)
	case KindRecord:
		return recordKey(k.Record)
	case KindBlob:
		return blobKey(k.Digest)
	case KindAttachment, KindSignature, KindStatement:
		return fmt.Sprintf("%s/%s/%s", k.Kind, k.Record, k.Digest)
	case KindSource:
		return fmt.Sprintf("%s/%s/%s", k.Kind, k.Source, k.Digest)
	}
	return string(k.Kind)
}

// ParseKey reads exactly what String gives; anything else is an error.
func ParseKey(s string) (k Key, err error) {
	kind, rest, _ := strings.Cut(s, "/")
	about, _, _ := strings.Cut(rest, "/")
	last := s[strings.LastIndexByte(s, '/')+1:]
	switch k.Kind = Kind(kind); k.Kind {
	case KindFormat:
	case KindIntent:
		k.Invocation, err = record.ParseInvocation(last)
	case KindRecord:
		k.Record, err = record.ParseID(strings.TrimSuffix(last, recordSuffix))
	case KindBlob:
		k.Digest, err = hashing.ParseFileDigest(last)
	case KindAttachment, KindSignature, KindStatement:
		if k.Record, err = record.ParseID(about); err == nil {
			k.Digest, err = hashing.ParseFileDigest(last)
		}
	case KindSource:
		if k.Source, err = hashing.ParseFileDigest(about); err == nil {
			k.Digest, err = hashing.ParseFileDigest(last)
		}
	default:
		err = errKey
	}
	if err != nil || k.String() != s {
		return Key{}, fmt.Errorf("%w of this store: %q", errKey, s)
	}
	return k, nil
}

// Open opens the bytes under a key, as they are: nothing of them was looked at. A
// key that is absent is an error that wraps [ErrNotFound].
func (s *Store) Open(ctx context.Context, k Key) (io.ReadCloser, error) {
	return s.backend.Get(ctx, k.String())
}

// Put keeps bytes under a key, if they have the digest; otherwise nothing is kept. It
// is for whoever has judged them: the store looks no further into them. Where the
// key has other bytes the error wraps [ErrExists].
func (s *Store) Put(ctx context.Context, k Key, d hashing.FileDigest, content io.Reader) error {
	return s.put(ctx, k.String(), verify(k.String(), d, content))
}
