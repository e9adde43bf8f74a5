package attach

import (
	"errors"
	"fmt"
)

// The reasons for which a system could not do what it was asked for.
var (
	// ErrNotFound: the system answered, and says that there is no such thing.
	ErrNotFound = errors.New("not found")
	// ErrRefused: the system answered that this is not allowed.
	ErrRefused = errors.New("refused")
	// ErrUnreachable: no answer, not in time, or one that says "not now".
	ErrUnreachable = errors.New("unreachable")
	// ErrMalformed: an answer that cannot be what the system has.
	ErrMalformed = errors.New("malformed answer")
	// ErrTooLarge: an answer beyond a limit of the options.
	ErrTooLarge = errors.New("too large")
	// ErrUnsupported: what was asked for cannot be done from here.
	ErrUnsupported = errors.New("not supported")
	// ErrChanged: what was read back is not what was written.
	ErrChanged = errors.New("changed")
)

// Error says what a system could not do.
type Error struct {
	Address string // of the system, without credentials
	Op      string // what was tried, as a gerund: "reading run \"8c2f…\""
	Kind    error  // one of the reasons above
	Detail  string // what was seen, or ""
	Hint    string // what would help, or ""
	Err     error  // the cause, or nil
}

// Error names what was tried, where, the reason and what was seen. The hint is
// left to whoever talks to a person.
func (e *Error) Error() string {
	s := fmt.Sprintf("%s at %s: %v", e.Op, e.Address, e.Kind)
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the reason and the cause.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// Hint is what would help against err, or "".
func Hint(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Hint
	}
	if e, ok := errors.AsType[*RefError](err); ok {
		return e.Hint
	}
	return ""
}
