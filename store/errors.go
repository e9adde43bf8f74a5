package store

import (
	"errors"
	"fmt"
	"strings"

	"github.com/lineage-audit/lineage/record"
)

// ErrName says that a text cannot name a run.
var ErrName = errors.New("want an id of at least 4 hexadecimal digits, or @1 for the newest run")

// DamageError says that the content of a key is not what the key's name says, or
// that it cannot be read. A newer version inside is a [*record.VersionError].
type DamageError struct {
	Key string
	Err error
}

// Error names the key.
func (e *DamageError) Error() string { return fmt.Sprintf("%s: %v", e.Key, e.Err) }

// Unwrap is what is wrong.
func (e *DamageError) Unwrap() error { return e.Err }

// FormatError says that the store is of a format that this program does not know.
type FormatError struct{ Found string }

// Error says what to do.
func (e *FormatError) Error() string {
	return fmt.Sprintf("the store has the format %q, and this program knows %q: upgrade lineage to use it",
		e.Found, strings.TrimSpace(format))
}

// AmbiguousError says that a text names more than one run.
type AmbiguousError struct {
	Text       string
	Candidates []Candidate
}

// Candidate is a run that a text may name.
type Candidate struct {
	ID         record.ID         // zero, if the run has no record
	Invocation record.Invocation // zero, if the record's id is what fits
}

// String is the whole id or invocation.
func (c Candidate) String() string {
	if c.ID.IsZero() {
		return c.Invocation.String() + " (invocation, without a record)"
	}
	return c.ID.String()
}

// Error lists the candidates.
func (e *AmbiguousError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q is ambiguous; it could be", e.Text)
	for _, c := range e.Candidates {
		fmt.Fprintf(&b, "\n  %s", c)
	}
	return b.String()
}

// ListError says that keys could not be listed, so that nobody knows what else
// there is.
type ListError struct {
	What string // records, intents
	Err  error
}

// Error says what was listed.
func (e *ListError) Error() string { return fmt.Sprintf("listing %s: %v", e.What, e.Err) }

// Unwrap is why.
func (e *ListError) Unwrap() error { return e.Err }
