package git

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// workplace is a folder in which a tree is made before anybody sees it: beside
// dst where that is to be made, in it where it stands empty.
type workplace struct {
	dst    string
	temp   string
	root   *os.Root
	inside bool
}

// MakeFolder makes a folder as a whole: fill writes into one that nobody sees, which
// stands at dst when fill is done. dst must be absent or empty, else the error wraps
// [ErrNotEmpty]. If it fails, dst is as it was.
func MakeFolder(ctx context.Context, dst string, fill func(ctx context.Context, folder *os.Root) error) error {
	w, err := newWorkplace(dst)
	if err != nil {
		return fmt.Errorf("making %q: %w", dst, err)
	}
	if err := w.finish(fill(ctx, w.root)); err != nil {
		return fmt.Errorf("making %q: %w", dst, err)
	}
	return nil
}

func newWorkplace(dst string) (*workplace, error) {
	dst, err := filepath.Abs(dst)
	if err != nil {
		return nil, err
	}
	w := &workplace{dst: dst}
	names, err := os.ReadDir(dst)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if _, err := os.Lstat(dst); err == nil {
			return nil, ErrNotEmpty // a link that leads nowhere
		}
	case err != nil:
		return nil, err
	case len(names) > 0:
		return nil, ErrNotEmpty
	default:
		w.inside = true
	}
	name := ".lineage-restore-" + rand.Text()
	w.temp = filepath.Join(filepath.Dir(dst), name)
	if w.inside {
		w.temp = filepath.Join(dst, name)
	}
	if err := os.Mkdir(w.temp, 0o777); err != nil {
		return nil, err
	}
	if w.root, err = os.OpenRoot(w.temp); err != nil {
		return nil, errors.Join(err, os.Remove(w.temp))
	}
	return w, nil
}

// finish shows the tree at its place, or removes all of it.
func (w *workplace) finish(err error) error {
	w.root.Close()
	if err == nil && w.inside {
		err = w.moveUp()
	} else if err == nil {
		err = os.Rename(w.temp, w.dst)
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(w.temp))
	}
	return nil
}

// moveUp moves what stands in temp to the folder around it.
func (w *workplace) moveUp() error {
	names, err := os.ReadDir(w.temp)
	if err != nil {
		return err
	}
	for i, n := range names {
		if err := os.Rename(filepath.Join(w.temp, n.Name()), filepath.Join(w.dst, n.Name())); err != nil {
			for _, moved := range names[:i] {
				err = errors.Join(err, os.RemoveAll(filepath.Join(w.dst, moved.Name())))
			}
			return err
		}
	}
	return os.Remove(w.temp)
}
