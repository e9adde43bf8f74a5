package hashing

import (
	"encoding/hex"
	"errors"
	"fmt"

	sha256 "github.com/minio/sha256-simd"
)

// FileDigest is the plain SHA-256 of a file's bytes: what sha256sum prints.
type FileDigest [32]byte

// TreeDigest is the SHA-256 of a tree's [Manifest]. It is a type of its own, and
// stands in records under a key of its own (lineageTree1): a file that happens to
// hold a manifest's bytes must never pass for the tree.
type TreeDigest [32]byte

// ErrDigest says that a text is not a digest: 64 lower-case hexadecimal digits.
var ErrDigest = errors.New("not a digest of 64 lower-case hexadecimal digits")

// EmptyFile is the digest of no bytes at all. An empty file joins nothing to
// nothing: two runs that share it have nothing in common.
var EmptyFile = Bytes(nil)

// Bytes is the digest of a file with the content b.
func Bytes(b []byte) FileDigest { return FileDigest(sha256.Sum256(b)) }

// ParseFileDigest reads what String prints, and nothing else: upper case,
// white space and other lengths are errors that wrap [ErrDigest].
func ParseFileDigest(s string) (FileDigest, error) {
	sum, err := parse(s)
	return FileDigest(sum), err
}

// ParseTreeDigest reads what String prints, and nothing else.
func ParseTreeDigest(s string) (TreeDigest, error) {
	sum, err := parse(s)
	return TreeDigest(sum), err
}

// String is the digest in lower-case hexadecimal.
func (d FileDigest) String() string { return hex.EncodeToString(d[:]) }

// String is the digest in lower-case hexadecimal.
func (d TreeDigest) String() string { return hex.EncodeToString(d[:]) }

// IsZero tells whether d is the zero value, which is the digest of nothing.
func (d FileDigest) IsZero() bool { return d == FileDigest{} }

// IsZero tells whether d is the zero value, which is the digest of nothing.
func (d TreeDigest) IsZero() bool { return d == TreeDigest{} }

// IsEmpty tells whether d is the digest of an empty file.
func (d FileDigest) IsEmpty() bool { return d == EmptyFile }

// IsEmpty tells whether d is the digest of a tree without files.
func (d TreeDigest) IsEmpty() bool { return d == TreeDigest(EmptyFile) }

// ManifestDigest is the digest of the manifest as a file: the same bits as the
// tree's digest, under which the manifest is kept as a blob.
func (d TreeDigest) ManifestDigest() FileDigest { return FileDigest(d) }

// MarshalText is String.
func (d FileDigest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// MarshalText is String.
func (d TreeDigest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText is ParseFileDigest.
func (d *FileDigest) UnmarshalText(text []byte) (err error) {
	*d, err = ParseFileDigest(string(text))
	return err
}

// UnmarshalText is ParseTreeDigest.
func (d *TreeDigest) UnmarshalText(text []byte) (err error) {
	*d, err = ParseTreeDigest(string(text))
	return err
}

func parse(s string) (sum [32]byte, err error) {
	if len(s) != 2*len(sum) {
		return sum, fmt.Errorf("%q: %w", s, ErrDigest)
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return sum, fmt.Errorf("%q: %w", s, ErrDigest)
		}
	}
	_, err = hex.Decode(sum[:], []byte(s))
	return sum, err
}
