package index

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

const buildPrefix = "build-"

// checkFile is nil if the file is one that this user's programs made: what another
// user can write could say anything, and no record would contradict it.
func checkFile(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return &foreignError{fmt.Errorf("%q is not a regular file", path)}
	}
	return checkOwner(info, path)
}

// foreignError says that what stands at the index's place is not ours.
type foreignError struct{ error }

func checkOwner(info fs.FileInfo, path string) error {
	if !ownedHere(info) || info.Mode().Perm()&0o022 != 0 {
		return &foreignError{fmt.Errorf("%q can be written by other users", path)}
	}
	return nil
}

// prepare makes the folder for an index, if it is not there and what is above it is.
func prepare(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return &foreignError{fmt.Errorf("%q is not a folder", dir)}
	}
	return checkOwner(info, dir)
}

// sweep removes the files that killed builders left.
func sweep(dir string, now time.Time) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && strings.HasPrefix(e.Name(), buildPrefix) && info.Mode().IsRegular() && now.Sub(info.ModTime()) > time.Hour {
			os.Remove(filepath.Join(dir, e.Name()))
		}
	}
}

// Remove throws the index in a folder away. None is there is no error.
func Remove(dir string) error {
	err := os.Remove(filepath.Join(dir, fileName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
