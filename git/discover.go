package git

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// place is where a repository keeps its things.
type place struct {
	root   string // the work tree; "" of a bare repository
	gitDir string // what .git is or points to: HEAD and the index
	common string // what linked work trees share: objects, refs, config
}

// Top is the top of the work tree that dir is in, "" if it is in none. No git program
// is asked; the repository may be one that cannot be read.
func Top(dir string) string {
	top, _, err := nearest(dir)
	if errors.Is(err, ErrNoRepository) {
		return ""
	}
	return top
}

// discover finds the work tree that dir is in, as git does without its
// environment: the nearest folder above that has a .git which is a repository.
func discover(dir string) (place, error) {
	_, p, err := nearest(dir)
	return p, err
}

// nearest is discover, and says which folder it is about.
func nearest(dir string) (top string, p place, err error) {
	if dir, err = realPath(dir); err != nil {
		return "", place{}, err
	}
	for {
		p, err := placeAt(dir)
		if !errors.Is(err, ErrNoRepository) {
			return dir, p, err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", place{}, ErrNoRepository
		}
		dir = parent
	}
}

func realPath(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(dir)
}

// placeAt tells whether root, a real path, is the top of a work tree. A .git
// folder that is no repository is passed over, as git does; a .git file that
// leads nowhere is an error, since there was one.
func placeAt(root string) (place, error) {
	dot := filepath.Join(root, ".git")
	info, err := os.Stat(dot)
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission):
		return place{}, ErrNoRepository
	case err != nil:
		return place{}, err
	case info.IsDir():
		if err := checkGitDir(dot); err != nil {
			return place{}, err
		}
		return newPlace(root, dot)
	case !info.Mode().IsRegular():
		return place{}, fmt.Errorf("%q is neither a folder nor a file", dot)
	}
	target, err := readPointer(dot, "gitdir: ")
	if err != nil {
		return place{}, fmt.Errorf("reading %q: %w", dot, err)
	}
	if err := checkGitDir(target); errors.Is(err, ErrNoRepository) {
		return place{}, fmt.Errorf("%q points to %q, which is no repository", dot, target)
	} else if err != nil {
		return place{}, err
	}
	return newPlace(root, target)
}

func newPlace(root, gitDir string) (place, error) {
	gitDir, err := realPath(gitDir)
	if err != nil {
		return place{}, err
	}
	p := place{root: root, gitDir: gitDir, common: gitDir}
	common, err := readPointer(filepath.Join(gitDir, "commondir"), "")
	if err == nil {
		p.common, err = realPath(common)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return place{}, err
	}
	return p, nil
}

// checkGitDir applies git's own test: HEAD, objects and refs are there, the last
// two perhaps in the folder that linked work trees share. What may not be looked
// at is another error than [ErrNoRepository]: there may well be one.
func checkGitDir(dir string) error {
	common := dir
	if c, err := readPointer(filepath.Join(dir, "commondir"), ""); err == nil {
		common = c
	}
	head, err := os.Lstat(filepath.Join(dir, "HEAD"))
	if err == nil && head.IsDir() {
		return ErrNoRepository
	}
	for _, name := range []string{"objects", "refs"} {
		if err != nil {
			break
		}
		var info fs.FileInfo
		if info, err = os.Stat(filepath.Join(common, name)); err == nil && !info.IsDir() {
			return ErrNoRepository
		}
	}
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("the repository at %q may not be read: %w", dir, err)
	}
	if err != nil {
		return ErrNoRepository
	}
	return nil
}

// maxPointer is more than a file that holds a path needs.
const maxPointer = 64 << 10

// readPointer reads the path that stands in a file, relative to its folder.
func readPointer(file, prefix string) (string, error) {
	b, err := readRegular(file, maxPointer)
	if err != nil {
		return "", err
	}
	target, ok := bytes.CutPrefix(b, []byte(prefix))
	path := strings.TrimRight(string(target), "\r\n")
	if !ok || path == "" {
		return "", fmt.Errorf("it does not hold %q and a path", prefix)
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(filepath.Dir(file), path)
	}
	return path, nil
}

// below tells whether path, which is clean, stands under dir.
func below(path, dir string) bool {
	return strings.HasPrefix(path, strings.TrimSuffix(dir, string(filepath.Separator))+string(filepath.Separator))
}
