package store

import (
	"context"
	"errors"
	"io"

	sha256 "github.com/minio/sha256-simd"

	"github.com/lineage-audit/lineage/hashing"
)

func blobKey(d hashing.FileDigest) string {
	s := d.String()
	return "blobs/sha256/" + s[:2] + "/" + s
}

// PutBlob keeps the content, which must have the digest: otherwise nothing is
// kept, and the error is a [*DamageError].
func (s *Store) PutBlob(ctx context.Context, d hashing.FileDigest, content io.Reader) error {
	key := blobKey(d)
	return s.put(ctx, key, verify(key, d, content))
}

// Blob opens the content with that digest. Its last Read fails with a
// [*DamageError] if the bytes were others: whoever does not read to io.EOF has
// verified nothing. One that is absent is an error that wraps [ErrNotFound].
func (s *Store) Blob(ctx context.Context, d hashing.FileDigest) (io.ReadCloser, error) {
	key := blobKey(d)
	r, err := s.backend.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{verify(key, d, r), r}, nil
}

// ReadBlob reads and verifies the whole of a blob of at most limit bytes.
func (s *Store) ReadBlob(ctx context.Context, d hashing.FileDigest, limit int64) ([]byte, error) {
	return s.readHashed(ctx, blobKey(d), d, limit)
}

// HasBlob tells whether the blob is there and whole: it reads all of it. One that
// is there and damaged is a [*DamageError].
func (s *Store) HasBlob(ctx context.Context, d hashing.FileDigest) (bool, error) {
	r, err := s.Blob(ctx, d)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	defer r.Close()
	if _, err := io.Copy(io.Discard, r); err != nil {
		return false, err
	}
	return true, nil
}

// verifier passes bytes on and says at their end whether they were the right ones.
type verifier struct {
	io.Reader
	key    string
	want   hashing.FileDigest
	hashed interface {
		io.Writer
		Sum([]byte) []byte
	}
}

func verify(key string, want hashing.FileDigest, r io.Reader) io.Reader {
	return &verifier{r, key, want, sha256.New()}
}

func (v *verifier) Read(b []byte) (int, error) {
	n, err := v.Reader.Read(b)
	v.hashed.Write(b[:n])
	if err == io.EOF {
		if got := hashing.FileDigest(v.hashed.Sum(nil)); got != v.want {
			return n, &DamageError{v.key, &digestError{got, v.want}}
		}
	}
	return n, err
}
