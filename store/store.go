package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"

	"github.com/lineage-audit/lineage/hashing"
)

// format is the content of the key of that name.
const (
	format    = "lineage store 1\n"
	formatKey = "format"
)

// usual is more bytes than most records have.
const usual = 48 << 10

// Store is a store of the known format. It may be used by many goroutines.
type Store struct {
	backend Backend
	ours    atomic.Bool // the format is there, and is ours for ever
	foreign func(key string)
}

// Open opens the store that the backend keeps. One that has nothing in it yet
// gets its format with the first thing that is put, so that opening, and all
// reading, works where nothing can be written. A format that this program does
// not know is a [*FormatError].
func Open(ctx context.Context, b Backend) (*Store, error) {
	s := &Store{backend: b}
	return s, s.checkFormat(ctx)
}

func (s *Store) checkFormat(ctx context.Context) error {
	raw, err := s.read(ctx, formatKey, 1<<10)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if string(raw) != format {
		return &FormatError{string(raw)}
	}
	s.ours.Store(true)
	return nil
}

// put writes the format first: whoever finds anything in a store knows its format.
func (s *Store) put(ctx context.Context, key string, content io.Reader) error {
	if !s.ours.Load() {
		if err := s.putFormat(ctx); err != nil {
			return err
		}
		s.ours.Store(true)
	}
	if err := s.backend.Put(ctx, key, content); err != nil {
		return fmt.Errorf("putting %q: %w", key, err)
	}
	return nil
}

// putFormat fails if a newer program has made the store since it was opened.
func (s *Store) putFormat(ctx context.Context) error {
	err := s.backend.Put(ctx, formatKey, strings.NewReader(format))
	if errors.Is(err, ErrExists) {
		err = errors.Join(s.checkFormat(ctx), err)
	}
	if err != nil {
		return fmt.Errorf("putting %q: %w", formatKey, err)
	}
	return nil
}

// read reads the whole of a key, of at most limit bytes.
func (s *Store) read(ctx context.Context, key string, limit int64) ([]byte, error) {
	r, err := s.backend.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var b bytes.Buffer
	b.Grow(usual)
	_, err = b.ReadFrom(io.LimitReader(r, limit+1))
	if err == nil && int64(b.Len()) > limit {
		err = fmt.Errorf("it has more than %d bytes", limit)
	}
	if err != nil {
		return nil, &DamageError{key, err}
	}
	return b.Bytes(), nil
}

// readHashed reads the whole of a key whose content has the digest.
func (s *Store) readHashed(ctx context.Context, key string, want hashing.FileDigest, limit int64) ([]byte, error) {
	raw, err := s.read(ctx, key, limit)
	if err != nil {
		return nil, err
	}
	if got := hashing.Bytes(raw); got != want {
		return nil, &DamageError{key, &digestError{got, want}}
	}
	return raw, nil
}

type digestError struct{ got, want hashing.FileDigest }

func (e *digestError) Error() string {
	return fmt.Sprintf("its bytes have the digest %s, want %s", e.got, e.want)
}
