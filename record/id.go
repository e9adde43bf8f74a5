package record

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/lineage-audit/lineage/hashing"
)

// ID names a record: the SHA-256 of its file, known when the run has ended.
type ID hashing.FileDigest

// Invocation names a run before it starts: 128 random bits. It goes into the
// intent, into the tags of trackers and, as LINEAGE_PARENT, to the child.
type Invocation [16]byte

// ErrInvocation says that a text is not an invocation.
var ErrInvocation = errors.New("not an invocation of 32 lower-case hexadecimal digits")

// IDOf is the id of the record with these bytes.
func IDOf(raw []byte) ID { return ID(hashing.Bytes(raw)) }

// ParseID reads what String prints, and nothing else.
func ParseID(s string) (ID, error) {
	d, err := hashing.ParseFileDigest(s)
	return ID(d), err
}

// String is what sha256sum prints for the record's file.
func (id ID) String() string { return hashing.FileDigest(id).String() }

// Short is enough of the id for people; commands take it as git takes commits.
func (id ID) Short() string { return id.String()[:12] }

// IsZero tells whether id names no record.
func (id ID) IsZero() bool { return id == ID{} }

// MarshalText is String.
func (id ID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText is ParseID.
func (id *ID) UnmarshalText(text []byte) (err error) {
	*id, err = ParseID(string(text))
	return err
}

// NewInvocation draws a fresh one.
func NewInvocation() Invocation {
	var i Invocation
	rand.Read(i[:]) // never fails: crypto/rand crashes the program instead
	return i
}

// ParseInvocation reads what String prints, and nothing else; its errors wrap
// [ErrInvocation].
func ParseInvocation(s string) (Invocation, error) {
	var i Invocation
	if b, err := hex.DecodeString(s); err == nil && len(b) == len(i) && hex.EncodeToString(b) == s {
		return Invocation(b), nil
	}
	return i, fmt.Errorf("%q: %w", s, ErrInvocation)
}

// String is the invocation in lower-case hexadecimal.
func (i Invocation) String() string { return hex.EncodeToString(i[:]) }

// IsZero tells whether i names no run.
func (i Invocation) IsZero() bool { return i == Invocation{} }

// MarshalText is String.
func (i Invocation) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText is ParseInvocation.
func (i *Invocation) UnmarshalText(text []byte) (err error) {
	*i, err = ParseInvocation(string(text))
	return err
}
