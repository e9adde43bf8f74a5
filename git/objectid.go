package git

import "fmt"

// ObjectID names a git object: 40 lower-case hexadecimal digits, or 64 where the
// repository uses SHA-256. The zero value names none.
type ObjectID string

// ParseObjectID reads a full id and nothing else; errors wrap [ErrObjectID].
func ParseObjectID(s string) (ObjectID, error) {
	if len(s) != 40 && len(s) != 64 {
		return "", fmt.Errorf("%q: %w", s, ErrObjectID)
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return "", fmt.Errorf("%q: %w", s, ErrObjectID)
		}
	}
	return ObjectID(s), nil
}

// String is the id in hexadecimal.
func (id ObjectID) String() string { return string(id) }
