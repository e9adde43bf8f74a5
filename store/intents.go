package store

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

const (
	intentPrefix = "intents/"
	maxIntent    = 16 << 20
)

func intentKey(i record.Invocation) string {
	s := i.String()
	return intentPrefix + s[:2] + "/" + s
}

func parseIntentKey(key string) (record.Invocation, error) {
	i, err := record.ParseInvocation(key[strings.LastIndexByte(key, '/')+1:])
	if err != nil || intentKey(i) != key {
		return record.Invocation{}, &DamageError{key, fmt.Errorf("%w of an intent", errKey)}
	}
	return i, nil
}

// PutIntent keeps the file of an intent, which record.EncodeIntent made.
func (s *Store) PutIntent(ctx context.Context, raw []byte) error {
	i, err := record.DecodeIntent(raw)
	if err != nil {
		return err
	}
	return s.put(ctx, intentKey(i.InvocationID), bytes.NewReader(raw))
}

// Announced is an intent as the store has it.
type Announced struct {
	record.Intent
	Digest hashing.FileDigest // of its file: the first subject of its record
}

// Intent reads the intent of that invocation. One that is absent is an error that
// wraps [ErrNotFound]; one that is malformed, or of another invocation, is a
// [*DamageError].
func (s *Store) Intent(ctx context.Context, i record.Invocation) (Announced, error) {
	return s.intent(ctx, intentKey(i))
}

func (s *Store) intent(ctx context.Context, key string) (Announced, error) {
	raw, err := s.read(ctx, key, maxIntent)
	if err != nil {
		return Announced{}, err
	}
	i, err := record.DecodeIntent(raw)
	if err == nil && intentKey(i.InvocationID) != key {
		err = fmt.Errorf("it is the intent of invocation %s", i.InvocationID)
	}
	if err != nil {
		return Announced{}, &DamageError{key, err}
	}
	return Announced{i, hashing.Bytes(raw)}, nil
}

// Intents gives every intent, in the order of the invocations, which is random.
// As with Records, errors stand for what cannot be read.
func (s *Store) Intents(ctx context.Context) iter.Seq2[Announced, error] {
	return func(yield func(Announced, error) bool) {
		for key, err := range s.backend.List(ctx, intentPrefix) {
			if err != nil {
				yield(Announced{}, &ListError{"intents", err})
				return
			}
			var a Announced
			if _, err = parseIntentKey(key); err == nil {
				a, err = s.intent(ctx, key)
			}
			if !s.passes(err) && !yield(a, err) {
				return
			}
		}
	}
}
