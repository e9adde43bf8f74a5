package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Looker is a [Backend] whose objects and folders tell that they were changed,
// without being read or listed.
type Looker interface {
	// Look is what the file system says of a key's object or, if the name ends with
	// "/", of that folder: as long as it is the same, the folder has the same names.
	// What is absent is an error that wraps [fs.ErrNotExist].
	Look(ctx context.Context, name string) (hashing.Stat, error)
	// Names are the names in a folder that are parts of keys, in order, those of
	// folders with a "/".
	Names(ctx context.Context, folder string) ([]string, error)
}

var _ Looker = (*Dir)(nil)

// Look implements [Looker].
func (d *Dir) Look(ctx context.Context, name string) (hashing.Stat, error) {
	key, folder := strings.CutSuffix(name, "/")
	if err := errors.Join(ctx.Err(), CheckKey(key)); err != nil {
		return hashing.Stat{}, err
	}
	if err := d.onTheWay(name); err != nil {
		return hashing.Stat{}, err
	}
	info, err := os.Lstat(d.file(key))
	if errors.Is(err, syscall.ENOTDIR) || err == nil && folder && !info.IsDir() {
		err = fmt.Errorf("%q: %w", name, ErrNotFound)
	}
	if err != nil {
		return hashing.Stat{}, err
	}
	return hashing.StatOf(info), nil
}

// Names implements [Looker].
func (d *Dir) Names(ctx context.Context, folder string) ([]string, error) {
	if err := errors.Join(ctx.Err(), CheckKey(strings.TrimSuffix(folder, "/"))); err != nil {
		return nil, err
	}
	if err := d.onTheWay(folder); err != nil {
		return nil, err
	}
	entries, err := readDir(d.file(folder), "")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return nil, nil
	}
	return keyOrder(entries), err
}

// Look is [Looker.Look]. Of a store whose backend is none the error wraps
// [errors.ErrUnsupported].
func (s *Store) Look(ctx context.Context, name string) (hashing.Stat, error) {
	if l, able := s.backend.(Looker); able {
		return l.Look(ctx, name)
	}
	return hashing.Stat{}, errors.ErrUnsupported
}

// Names is [Looker.Names], of a folder that ends with "/". Where the backend is
// none, all keys below the folder are listed for it.
func (s *Store) Names(ctx context.Context, folder string) ([]string, error) {
	if l, able := s.backend.(Looker); able {
		return l.Names(ctx, folder)
	}
	var names []string
	for key, err := range s.backend.List(ctx, folder) {
		if err != nil {
			return nil, err
		}
		name := strings.TrimPrefix(key, folder)
		if i := strings.IndexByte(name, '/'); i >= 0 {
			name = name[:i+1]
		}
		names = append(names, name)
	}
	return slices.Compact(names), nil
}

// Folder is where a store in a folder stands, and "" for any other.
func (s *Store) Folder() string {
	if d, is := s.backend.(interface{ Path() string }); is {
		return d.Path()
	}
	return ""
}

// Keys gives every key of the store that starts with prefix, in order.
func (s *Store) Keys(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return s.backend.List(ctx, prefix)
}

// ReadRecords reads records on all cores and gives one result for each id, in this
// order, as Record does.
func (s *Store) ReadRecords(ctx context.Context, ids []record.ID) iter.Seq2[*record.Record, error] {
	return inOrder(ctx, ids, func(id record.ID) (*record.Record, error) { return s.Record(ctx, id) })
}

// State reads the intent of a run that has no record, and tells what became of it.
func (s *Store) State(ctx context.Context, i record.Invocation, alive Alive) (Unsettled, error) {
	return s.state(ctx, i, alive)
}
