package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

var _ Remover = (*Dir)(nil)

// Now implements [Remover]: it is the time of the file system, of a server perhaps.
func (d *Dir) Now(ctx context.Context) (time.Time, error) {
	if err := errors.Join(ctx.Err(), d.prepare()); err != nil {
		return time.Time{}, err
	}
	fresh, err := d.writeTemp(strings.NewReader(""))
	if err != nil {
		return time.Time{}, err
	}
	defer os.Remove(fresh)
	info, err := os.Lstat(fresh)
	if err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}

// Stat implements [Remover]. The time of the last Put is that of the file.
func (d *Dir) Stat(ctx context.Context, key string) (Stat, error) {
	if err := errors.Join(ctx.Err(), CheckKey(key)); err != nil {
		return Stat{}, err
	}
	if err := d.onTheWay(key); err != nil {
		return Stat{}, err
	}
	info, err := os.Lstat(d.file(key))
	return statOf(key, info, err)
}

func statOf(path string, info fs.FileInfo, err error) (Stat, error) {
	if errors.Is(err, syscall.ENOTDIR) {
		return Stat{}, fmt.Errorf("%q: %w", path, ErrNotFound)
	}
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%q is not a regular file", path)
	}
	if err != nil {
		return Stat{}, err
	}
	return Stat{info.Size(), info.ModTime()}, nil
}

// Remove implements [Remover]. The folders stay: a Put beside it may be about to
// write into one. Whatever somebody changes meanwhile, nothing outside of the store's
// folder goes.
func (d *Dir) Remove(ctx context.Context, before time.Time, keys ...string) (removed []string, err error) {
	if err := errors.Join(ctx.Err(), d.prepare()); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(d.root)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	folders := map[string]bool{}
	for _, key := range keys {
		gone := false
		if err = errors.Join(ctx.Err(), CheckKey(key), onTheWay(key, root.Lstat)); err == nil {
			gone, err = d.removeFile(root, key, before)
		}
		if err != nil {
			break
		}
		if gone {
			removed, folders[filepath.Dir(d.file(key))] = append(removed, key), true
		}
	}
	for folder := range folders {
		err = errors.Join(err, syncFolder(folder))
	}
	return removed, err
}

// removeFile takes a file out of its place before it looks at the file for the last
// time. Who puts it again touches it where it stands; so either that was in time, and
// the file goes back, or whoever puts it no longer finds it, and writes it anew.
func (d *Dir) removeFile(root *os.Root, key string, before time.Time) (bool, error) {
	old := func(path string) (bool, error) {
		info, err := root.Lstat(path)
		stat, err := statOf(path, info, err)
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		return err == nil && stat.LastPut.Before(before), err
	}
	if gone, err := old(key); !gone {
		return false, err
	}
	temp := path.Join(tempFolder, rand.Text())
	if err := root.Rename(key, temp); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	gone, err := old(temp)
	if gone {
		return true, root.Remove(temp)
	}
	return false, errors.Join(err, d.putBack(d.file(temp), d.file(key)))
}

// putBack undoes a removal. If the file was put anew meanwhile, that one stays.
func (d *Dir) putBack(temp, path string) error {
	err := d.link(temp, path)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return os.Remove(temp)
	}
	return os.Rename(temp, path) // a file system without links
}

// again is a Put of a key whose file may be there: there tells whether it is, and
// then the content was read and compared. The file is touched, by which it is known
// to be needed still.
func (d *Dir) again(path string, content io.Reader) (there bool, err error) {
	f, err := openFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return true, err
	}
	defer f.Close()
	if err := sameBytes(path, f, content); err != nil {
		return true, err
	}
	now := d.now()
	err = os.Chtimes(path, now, now)
	switch {
	case err == nil:
	case errors.Is(err, fs.ErrNotExist): // removed since it was opened, and at hand still
		return true, d.rewrite(f, d.writeNew, path)
	case errors.Is(err, fs.ErrPermission):
		// Somebody else's, who shares the store: it is replaced by the same. Where that
		// is not allowed either, nothing can be put there, nor relied on.
		if failed := d.rewrite(f, d.replace, path); failed != nil && !errors.Is(failed, fs.ErrPermission) {
			return true, failed
		}
	}
	return true, nil
}

func (d *Dir) rewrite(f *os.File, write func(string, io.Reader) error, path string) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return write(path, f)
}

func (d *Dir) replace(path string, content io.Reader) error {
	temp, err := d.writeTemp(content)
	if err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return errors.Join(err, os.Remove(temp))
	}
	return nil
}
