package python

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// LockFile is a lock file on the disk.
type LockFile struct {
	Path string // absolute
	Size int64  // in bytes
	Lock Lock   // its Name is the path below root, separated by "/"
	Err  error  // why it could not be read; Lock then has a name and a format at most
}

// LockFiles finds the lock files in dir and in each folder above it up to root,
// root's first. Folders named requirements are looked into. An error means that
// ctx ended, that dir is not below root, or that one of the folders cannot be listed.
func LockFiles(ctx context.Context, root, dir string) ([]LockFile, error) {
	below, err := filepath.Rel(root, dir)
	if err != nil || below == ".." || strings.HasPrefix(below, ".."+string(filepath.Separator)) {
		return nil, fmt.Errorf("looking for lock files: %q is not below %q", dir, root)
	}
	folders := []string{root}
	if below != "." {
		for part := range strings.SplitSeq(below, string(filepath.Separator)) {
			folders = append(folders, filepath.Join(folders[len(folders)-1], part))
		}
	}
	var all []LockFile
	for _, f := range folders {
		found, err := locksIn(ctx, root, f)
		if err != nil {
			return nil, fmt.Errorf("looking for lock files: %w", err)
		}
		all = append(all, found...)
	}
	return all, nil
}

func locksIn(ctx context.Context, root, dir string) ([]LockFile, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var found []LockFile
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		path := filepath.Join(dir, e.Name())
		if e.IsDir() {
			if strings.EqualFold(e.Name(), "requirements") && filepath.Base(dir) != e.Name() {
				inner, err := locksIn(ctx, root, path)
				if err != nil {
					return nil, err
				}
				found = append(found, inner...)
			}
			continue
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return nil, err
		}
		if _, ok := ClassifyLock(filepath.ToSlash(name)); ok {
			found = append(found, readLock(path, filepath.ToSlash(name)))
		}
	}
	return slices.Clip(found), nil
}

func readLock(path, name string) LockFile {
	text, err := readFile(path)
	if err != nil {
		format, _ := ClassifyLock(name)
		return LockFile{Path: path, Lock: Lock{Name: name, Format: format}, Err: fmt.Errorf("reading lock file: %w", err)}
	}
	lock, err := ParseLock(name, text)
	return LockFile{path, int64(len(text)), lock, err}
}
