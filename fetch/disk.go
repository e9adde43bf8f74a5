package fetch

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// maxNote bounds the note of a part.
const maxNote = 1 << 20

// remove removes a file, which need not be there.
func remove(root *os.Root, name string) error {
	if err := root.Remove(name); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// replace writes a file whole or not at all.
func replace(root *os.Root, name string, content []byte) error {
	temp := name + "." + rand.Text()
	f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = root.Rename(temp, name)
	}
	if err != nil {
		return errors.Join(err, remove(root, temp))
	}
	return nil
}

// syncFolder makes the names in a folder durable. Some file systems cannot.
func syncFolder(root *os.Root, name string) error {
	f, err := root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}

// openLocked opens a file for this process alone, and makes it if it is not there. The
// file that was opened may have been removed before it was locked: then again. What is
// no regular file of ours is not opened: no link is followed, and no FIFO waited for.
func openLocked(root *os.Root, name string, mode fs.FileMode) (*os.File, func(), error) {
	for {
		f, err := root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
		if errors.Is(err, fs.ErrExist) {
			f, err = openOurs(root, name, os.O_RDWR)
		}
		if errors.Is(err, errGone) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		unlock, err := lock(f)
		if err != nil {
			f.Close()
			return nil, nil, err
		}
		if isAt(root, name, f) {
			return f, unlock, nil
		}
		unlock()
		f.Close()
	}
}

// errGone says that a file was taken away, or replaced, while it was opened.
var errGone = errors.New("it was taken away meanwhile")

// openOurs opens a regular file that is this user's.
func openOurs(root *os.Root, name string, flag int) (*os.File, error) {
	info, err := root.Lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errGone
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular() || !owned(info):
		return nil, notOurs(root, name)
	}
	f, err := root.OpenFile(name, flag|noFollow, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errGone
	}
	if err == nil && !isAt(root, name, f) {
		f.Close()
		return nil, errGone
	}
	return f, err
}

// isAt tells whether the open file still is the one that has the name.
func isAt(root *os.Root, name string, f *os.File) bool {
	opened, err := f.Stat()
	if err != nil {
		return false
	}
	now, err := root.Lstat(name)
	return err == nil && now.Mode().IsRegular() && os.SameFile(opened, now)
}

// notOurs refuses to write where something stands that no call has left.
func notOurs(root *os.Root, name string) error {
	return fmt.Errorf("%w: no fetch has left %q there: move it away", ErrInTheWay, filepath.Join(root.Name(), name))
}

// readOurs reads a small file; errGone says that there is none.
func readOurs(root *os.Root, name string) ([]byte, error) {
	f, err := openOurs(root, name, os.O_RDONLY)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxNote))
}

// makeFolders makes the folders that a name is in, and goes through no link.
func makeFolders(root *os.Root, name string) error {
	for i, c := range name {
		if c != filepath.Separator {
			continue
		}
		folder := name[:i]
		if err := root.Mkdir(folder, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		info, err := root.Lstat(folder)
		if err != nil {
			return err
		}
		if !info.IsDir() {
			return fmt.Errorf("%w: %q is a link or a file, and %q is to be put below it", ErrInTheWay, filepath.Join(root.Name(), folder), strings.TrimPrefix(name[i:], string(filepath.Separator)))
		}
	}
	return nil
}
