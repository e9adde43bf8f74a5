package store_test

import (
	"context"
	"errors"
	"io"
	"iter"

	"github.com/lineage-audit/lineage/store"
)

var errFull = errors.New("no space left on device")

// failing is a backend that fails, and has nothing.
type failing struct{}

func (failing) Put(context.Context, string, io.Reader) error { return errFull }

func (failing) Get(context.Context, string) (io.ReadCloser, error) { return nil, store.ErrNotFound }

func (failing) List(context.Context, string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) { yield("", errFull) }
}
