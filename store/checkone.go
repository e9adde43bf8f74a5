package store

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// object is what reading one key tells.
type object struct {
	name   string
	key    Key
	bytes  int64
	fault  Fault
	err    error
	digest hashing.FileDigest // of an intent that can be read
	record *named
}

// named is what a record names.
type named struct {
	run    record.Invocation
	intent hashing.FileDigest
	blobs  []hashing.FileDigest
}

// object reads and judges what stands under a key.
func (s *Store) object(ctx context.Context, name string) object {
	o := object{name: name}
	k, err := ParseKey(name)
	if err != nil {
		o.fault, o.err = FaultForeign, errors.New("nothing of a store has such a name")
		return o
	}
	o.key = k
	if k.Kind == KindBlob {
		o.bytes, err = s.readBlob(ctx, k.Digest)
	} else {
		err = s.judge(ctx, &o)
	}
	var damage *DamageError
	var newer *record.VersionError
	switch {
	case err == nil, errors.Is(err, ErrNotFound): // a sweep took it meanwhile
	case errors.As(err, &newer):
		o.fault, o.err = FaultUnread, newer
	case errors.As(err, &damage):
		o.fault, o.err = FaultDamaged, damage.Err
	default:
		o.fault, o.err = FaultUnread, err
	}
	return o
}

// readBlob reads a blob to its end, however large it is.
func (s *Store) readBlob(ctx context.Context, d hashing.FileDigest) (int64, error) {
	r, err := s.Blob(ctx, d)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return io.Copy(io.Discard, r)
}

// judge reads what is no blob, and what it says.
func (s *Store) judge(ctx context.Context, o *object) error {
	limit := int64(maxDocument)
	if o.key.Kind == KindIntent {
		limit = maxIntent
	}
	raw, err := s.read(ctx, o.name, limit)
	if err != nil {
		return err
	}
	o.bytes = int64(len(raw))
	digest := hashing.Bytes(raw)
	if want, hashed := digestOfKey(o.key); hashed && digest != want {
		return &DamageError{o.name, &digestError{digest, want}}
	}
	if err := o.decode(raw); err != nil {
		return &DamageError{o.name, err}
	}
	if o.key.Kind == KindIntent {
		o.digest = digest
	}
	return nil
}

// digestOfKey is what the bytes are to have: format and intents are named otherwise.
func digestOfKey(k Key) (hashing.FileDigest, bool) {
	switch k.Kind {
	case KindFormat, KindIntent:
		return hashing.FileDigest{}, false
	case KindRecord:
		return hashing.FileDigest(k.Record), true
	}
	return k.Digest, true
}

// decode reads what the bytes say. Signatures and statements are other programs'.
func (o *object) decode(raw []byte) error {
	switch o.key.Kind {
	case KindFormat:
		if string(raw) != format {
			return &FormatError{string(raw)}
		}
	case KindRecord:
		r, err := record.Decode(raw)
		if err != nil {
			return err
		}
		o.record = &named{r.Invocation(), *r.Statement().Subject[0].Digest.SHA256, Names(r)}
	case KindIntent:
		i, err := record.DecodeIntent(raw)
		return errors.Join(err, same("the intent of run", i.InvocationID, o.key.Invocation))
	case KindAttachment:
		a, err := record.DecodeAttachment(raw)
		return errors.Join(err, same("an attachment of record", a.RecordID, o.key.Record))
	case KindSource:
		f, err := record.DecodeFetched(raw)
		return errors.Join(err, same("a source of the bytes", f.Digest, o.key.Source))
	}
	return nil
}

// same says that a document stands at the place of another one.
func same[T interface {
	comparable
	String() string
}](what string, is, at T) error {
	if is == at {
		return nil
	}
	return fmt.Errorf("it is %s %s, and stands with %s", what, is, at)
}
