package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

const (
	tempFolder = ".tmp"
	tempAge    = 24 * time.Hour // after which a temp is what a killed writer left
)

// Put implements [Backend]: a temp is written, synced, closed and linked to its
// name, which never replaces a file, and the folder is synced.
func (d *Dir) Put(ctx context.Context, key string, content io.Reader) error {
	if err := errors.Join(ctx.Err(), CheckKey(key)); err != nil {
		return err
	}
	if err := d.prepare(); err != nil {
		return err
	}
	if err := d.onTheWay(key); err != nil {
		return err
	}
	path := d.file(key)
	if err := d.makeFolders(filepath.Dir(path)); err != nil {
		return err
	}
	content = withContext(ctx, content)
	there, err := d.again(path, content)
	if !there {
		err = d.writeNew(path, content)
	}
	if err != nil {
		return err
	}
	// Also where the file was there: who made it may have died before this.
	return syncFolder(filepath.Dir(path))
}

func (d *Dir) writeNew(path string, content io.Reader) error {
	temp, err := d.writeTemp(content)
	if err != nil {
		return err
	}
	defer os.Remove(temp)
	err = d.link(temp, path)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrExist):
		return compareFiles(path, temp)
	}
	// A file system without links. Two writers could both find the name free, and
	// the later one then replaces the other's file as a whole.
	if _, err := os.Lstat(path); err == nil {
		return compareFiles(path, temp)
	}
	return os.Rename(temp, path)
}

// writeTemp writes a file that nobody else reads, and leaves none if it fails.
func (d *Dir) writeTemp(content io.Reader) (string, error) {
	path := filepath.Join(d.root, tempFolder, rand.Text())
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o444)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(f, content)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", errors.Join(err, os.Remove(path))
	}
	return path, nil
}

// prepare makes the folder, before each Put: during a long run somebody may have
// removed it. Its .gitignore comes before anything else.
func (d *Dir) prepare() error {
	if err := d.makeFolders(d.root); err != nil {
		return err
	}
	// What follows is made again if it gets lost, so that no folder is synced.
	if err := os.Mkdir(filepath.Join(d.root, tempFolder), 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	if err := d.onTheWay(tempFolder + "/"); err != nil {
		return err
	}
	d.swept.Do(d.sweep)
	ignore := filepath.Join(d.root, ".gitignore") // one that is there is the user's
	if _, err := os.Lstat(ignore); err == nil {
		return nil
	}
	err := d.writeNew(ignore, strings.NewReader("*\n"))
	if errors.Is(err, ErrExists) {
		return nil
	}
	return err
}

// sweep removes the temps that killed writers left. How old they are is told by
// the file system's clock, that of a server's perhaps, and not by ours. What it
// cannot remove stays: temps are in nobody's way.
func (d *Dir) sweep() {
	folder := filepath.Join(d.root, tempFolder)
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) == 0 {
		return
	}
	fresh, err := d.writeTemp(strings.NewReader(""))
	if err != nil {
		return
	}
	defer os.Remove(fresh)
	now, err := os.Stat(fresh)
	if err != nil {
		return
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && info.Mode().IsRegular() && now.ModTime().Sub(info.ModTime()) > tempAge {
			os.Remove(filepath.Join(folder, e.Name()))
		}
	}
}

// makeFolders makes a folder, and those above it, durably.
func (d *Dir) makeFolders(path string) error {
	err := d.makeFolder(path)
	if above := filepath.Dir(path); errors.Is(err, fs.ErrNotExist) && above != path {
		if err := d.makeFolders(above); err != nil {
			return err
		}
		err = d.makeFolder(path)
	}
	return err
}

func (d *Dir) makeFolder(path string) error {
	mode := fs.FileMode(0o777) // less the umask
	if !strings.HasPrefix(path, d.root+string(filepath.Separator)) {
		mode = 0o700
	}
	err := os.Mkdir(path, mode)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder makes the names in a folder durable. Some file systems cannot, and
// say that the call is invalid.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

// compareFiles is compare with the content of a file.
func compareFiles(path, other string) error {
	f, err := os.Open(other)
	if err != nil {
		return err
	}
	defer f.Close()
	return compare(path, f)
}

// compare is sameBytes for the file at path.
func compare(path string, content io.Reader) error {
	f, err := openFile(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return sameBytes(path, f, content)
}

// sameBytes reads content to its end, and is an error that wraps [ErrExists] if the
// file, which is at path, has other bytes.
func sameBytes(path string, f, content io.Reader) error {
	same := true
	a, b := make([]byte, 32<<10), make([]byte, 32<<10)
	for {
		n, err := io.ReadFull(content, a)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return err
		}
		m, errFile := io.ReadFull(f, b)
		if errFile != nil && errFile != io.EOF && errFile != io.ErrUnexpectedEOF {
			return errFile
		}
		same = same && bytes.Equal(a[:n], b[:m])
		if err == nil { // there may be more
			continue
		}
		if !same {
			return fmt.Errorf("%q %w", path, ErrExists)
		}
		return nil
	}
}
