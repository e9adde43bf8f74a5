package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"strings"
)

// Backend keeps immutable objects under keys. It may be used by many goroutines,
// and many processes, at once. storetest checks that an implementation keeps
// this contract.
//
// A key is one or more parts separated by "/". A part consists of lower-case
// letters, digits, "-", "_" and ".", and does not start with ".". No key is
// another's folder.
type Backend interface {
	// Put keeps the content under the key. When it returns nil the content is
	// durable; before that, and for ever if it fails or the process dies, the key
	// is absent: no reader ever sees a part. An error of content is returned.
	// Where the key is there already, the same bytes are fine, and others are an
	// error that wraps [ErrExists] and change nothing.
	Put(ctx context.Context, key string, content io.Reader) error
	// Get reads the content. A key that is absent is an error that wraps
	// [fs.ErrNotExist].
	Get(ctx context.Context, key string) (io.ReadCloser, error)
	// List gives the keys that start with prefix, which need not end with a part,
	// in byte order. After an error it ends.
	List(ctx context.Context, prefix string) iter.Seq2[string, error]
}

var (
	// ErrExists says that a key is there already, with other bytes.
	ErrExists = errors.New("exists with other bytes")
	// ErrNotFound says that the store does not have what was asked for.
	ErrNotFound = fs.ErrNotExist

	errKey = errors.New("not a key")
)

// CheckKey is nil if the key keeps the rules of [Backend].
func CheckKey(key string) error {
	for part := range strings.SplitSeq(key, "/") {
		if !isPart(part) {
			return fmt.Errorf("%w: %q", errKey, key)
		}
	}
	return nil
}

func isPart(s string) bool {
	const allowed = "abcdefghijklmnopqrstuvwxyz0123456789-_."
	return s != "" && s[0] != '.' && len(s) <= 200 && strings.Trim(s, allowed) == ""
}
