package lockfile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/lineage-audit/lineage/capture/redact"
)

// File is a lock file on the disk.
type File struct {
	Path string // absolute
	Size int64  // in bytes
	Lock Lock   // its Name is the path below root, separated by "/"
	Err  error  // why it could not be read; Lock then has a name and a format, and a digest if its bytes were read
}

// Find reads the lock files in dir and in each folder above it up to root, root's
// first. An error means that ctx ended, that dir is not below root, or that one of the
// folders cannot be listed.
func Find(ctx context.Context, root, dir string, rules *redact.Rules) ([]File, error) {
	below, err := filepath.Rel(root, dir)
	if err != nil || !filepath.IsLocal(below) {
		return nil, fmt.Errorf("looking for lock files: %q is not below %q", dir, root)
	}
	at, parts := root, strings.Split(below, string(filepath.Separator))
	var all []File
	for i := -1; i < len(parts); i++ {
		if i >= 0 {
			if parts[i] == "." {
				continue
			}
			at = filepath.Join(at, parts[i])
		}
		found, err := findIn(ctx, root, at, rules)
		if err != nil {
			return nil, fmt.Errorf("looking for lock files: %w", err)
		}
		all = append(all, found...)
	}
	return all, nil
}

func findIn(ctx context.Context, root, dir string, rules *redact.Rules) (found []File, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		format, known := Classify(e.Name())
		if e.IsDir() || !known {
			continue
		}
		path := filepath.Join(dir, e.Name())
		name, err := filepath.Rel(root, path)
		if err != nil {
			return nil, err
		}
		f := File{Path: path, Lock: Lock{Name: filepath.ToSlash(name), Format: format}}
		if f.read(rules); !errors.Is(f.Err, ErrNotLock) {
			found = append(found, f)
		}
	}
	return found, nil
}

func (f *File) read(rules *redact.Rules) {
	content, err := readFile(f.Path)
	if err != nil {
		f.Err = fmt.Errorf("reading lock file: %w", err)
		return
	}
	f.Size = int64(len(content))
	f.Lock, f.Err = Parse(f.Lock.Name, content, rules)
}

// readFile is the content of a regular file that is not too long. A named pipe
// would block.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%q is not a regular file", path)
	case info.Size() > MaxBytes:
		return nil, fmt.Errorf("%q is longer than %d MiB", path, MaxBytes>>20)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, MaxBytes+1))
}
