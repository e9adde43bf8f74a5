package bundle

import (
	"errors"
	"fmt"

	"github.com/lineage-audit/lineage/record"
)

// ErrBundle says that bytes are no bundle as [Write] makes it.
var ErrBundle = errors.New("not a bundle of lineage export")

// ErrIncomplete says that a record names what is not there.
var ErrIncomplete = errors.New("something that a record names is missing")

// Summary is what a bundle holds.
type Summary struct {
	Runs    []record.ID
	Objects int
	Bytes   int64 // of the objects
	// Missing are keys that a record names and that are not in the bundle.
	Missing []string
}

// incomplete is an error where something is missing that must not be.
func incomplete(missing []string) error {
	if len(missing) == 0 {
		return nil
	}
	return fmt.Errorf("%w: %d keys, %q first", ErrIncomplete, len(missing), missing[0])
}

// ConflictError says that a key is in the store with other bytes than in the bundle.
type ConflictError struct {
	Key           string
	Store, Bundle string // digests
}

// Error names both.
func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s: the store has sha256:%s, the bundle sha256:%s", e.Key, e.Store, e.Bundle)
}
