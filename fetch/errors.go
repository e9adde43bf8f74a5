package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"
)

var (
	// ErrNotFound says that the origin has nothing under the URI.
	ErrNotFound = errors.New("not found")
	// ErrDenied says that the origin refuses us.
	ErrDenied = errors.New("access is denied")
	// ErrChanged says that the origin's bytes changed while they were fetched.
	ErrChanged = errors.New("the origin's bytes changed meanwhile")
	// ErrTruncated says that fewer bytes came, or more, than the origin has.
	ErrTruncated = errors.New("the bytes are not whole")
	// ErrNotAllowed says that nobody allowed to ask this origin.
	ErrNotAllowed = errors.New("nobody allowed to ask this origin")
	// ErrDigest says that the bytes are others than those that were asked for.
	ErrDigest = errors.New("the bytes have another digest")
	// ErrExists says that other bytes stand at the target.
	ErrExists = errors.New("other bytes stand there")
	// ErrInTheWay says that something stands where a part would, or a folder, that no call
	// has made: it is neither written to nor gone through.
	ErrInTheWay = errors.New("something else is in the way")
	// ErrFolder says that a file was asked for where a folder is.
	ErrFolder = errors.New("is a folder: a slash at the end of its path asks for all files below it")
	// ErrForeign says that a folder has files that the prefix has not: nothing replaces them.
	ErrForeign = errors.New("the folder has other files")
	// ErrTooLarge says that there is more than was to be read.
	ErrTooLarge = errors.New("it is larger than what is to be read")
	// ErrURI says that a text names no place to fetch from.
	ErrURI = errors.New("not a URI of http, https, s3 or file")
	// ErrBusy says that another process is fetching to the same target.
	ErrBusy = errors.New("another process is fetching to the same place")
)

// PartialError says that fetching ended early, and that a part is kept: the same call
// goes on from there.
type PartialError struct {
	Part  string // the file
	Bytes int64  // how many are there
	Size  int64  // of how many; -1 if nobody knows
	Err   error
}

// Error is why it ended.
func (e *PartialError) Error() string { return e.Err.Error() }

// Unwrap is why it ended.
func (e *PartialError) Unwrap() error { return e.Err }

// temporary is an error that may be gone at the next attempt.
type temporary struct {
	err   error
	after time.Duration // that the origin wants to be left alone
}

func (t *temporary) Error() string { return t.err.Error() }
func (t *temporary) Unwrap() error { return t.err }

// passing makes an error of the network one that is tried again, unless ctx has ended.
// The URL that net/http puts around it may hold secrets.
func passing(ctx context.Context, err error) error {
	if ended := context.Cause(ctx); ended != nil && !errors.Is(ended, errStalled) {
		return ended
	}
	if errors.Is(context.Cause(ctx), errStalled) {
		err = errStalled
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	if errors.Is(err, ErrNotAllowed) {
		return err
	}
	return &temporary{err: err}
}

// named puts the URI before what became of it.
func named(u URI, err error) error {
	if err == nil {
		return nil
	}
	var partial *PartialError
	if errors.As(err, &partial) {
		partial.Err = fmt.Errorf("fetching %q: %w", u, partial.Err)
		return partial
	}
	return fmt.Errorf("fetching %q: %w", u, err)
}

// lostSecretError says of a URI that it was written down without its secret: it names no
// place to fetch from.
type lostSecretError struct{ text string }

func (e lostSecretError) Error() string {
	return fmt.Sprintf("%q: its secret was left out where it was written down: ask with the whole URI", e.text)
}

func (lostSecretError) Is(target error) bool { return target == ErrURI }
