package fetch

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// remove removes a file, which need not be there.
func remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// replace writes a file whole or not at all.
func replace(path string, content []byte) error {
	temp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name()) // gone already where all went well
	_, err = temp.Write(content)
	if err == nil {
		err = temp.Sync()
	}
	if err = errors.Join(err, temp.Close()); err != nil {
		return err
	}
	return os.Rename(temp.Name(), path)
}

// syncFolder makes the names in a folder durable. Some file systems cannot.
func syncFolder(path string) error {
	f, err := os.Open(path)
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
// file that was opened may have been removed before it was locked: then again.
func openLocked(path string) (*os.File, func(), error) {
	for {
		f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|noFollow, 0o666)
		if err != nil {
			return nil, nil, err
		}
		unlock, err := lock(f)
		if err != nil {
			f.Close()
			return nil, nil, err
		}
		opened, err := f.Stat()
		now, errNow := os.Lstat(path)
		if err == nil && errNow == nil && os.SameFile(opened, now) && opened.Mode().IsRegular() {
			return f, unlock, nil
		}
		unlock()
		f.Close()
		if err = errors.Join(err, errNow); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, nil, err
		}
		if err == nil && !opened.Mode().IsRegular() {
			return nil, nil, &fs.PathError{Op: "open", Path: path, Err: syscall.EINVAL}
		}
	}
}
