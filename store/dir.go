package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Dir is a backend in a folder of a file system, with one file for each key. The
// folder need not exist: the first Put makes it, for its owner alone, with a
// .gitignore by which it ignores itself. Whoever shares it widens the folder's
// mode once; what is within has the modes that the umask leaves.
//
// Names that are no keys are none of ours and not looked at. The folder itself may be
// a link; in the place of a folder or file within it none is followed.
type Dir struct {
	root  string
	link  func(old, new string) error // os.Link
	now   func() time.Time            // time.Now
	swept sync.Once
}

// NewDir is the backend in the folder at path.
func NewDir(path string) *Dir { return &Dir{root: filepath.Clean(path), link: os.Link, now: time.Now} }

var _ Backend = (*Dir)(nil)

// Path is the folder.
func (d *Dir) Path() string { return d.root }

func (d *Dir) file(key string) string { return filepath.Join(d.root, filepath.FromSlash(key)) }

// Get implements [Backend].
func (d *Dir) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	if err := errors.Join(ctx.Err(), CheckKey(key)); err != nil {
		return nil, err
	}
	if err := d.onTheWay(key); err != nil {
		return nil, err
	}
	f, err := openFile(d.file(key))
	if errors.Is(err, syscall.ENOTDIR) {
		return nil, fmt.Errorf("%q: %w", key, ErrNotFound)
	}
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{withContext(ctx, f), f}, nil
}

// openFile opens a regular file: opening a FIFO would block, and a link is not ours.
func openFile(path string) (*os.File, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%q is not a regular file", path)
	}
	return os.Open(path)
}

// List implements [Backend].
func (d *Dir) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		i := strings.LastIndexByte(prefix, '/') + 1
		folder := prefix[:i]
		if folder != "" && CheckKey(folder[:i-1]) != nil {
			return
		}
		if err := d.onTheWay(folder); err != nil {
			yield("", err)
			return
		}
		d.list(ctx, folder, prefix[i:], yield)
	}
}

// list yields the keys below a folder, which is "" or ends with a slash, whose
// next part starts with start, and tells whether to go on.
func (d *Dir) list(ctx context.Context, folder, start string, yield func(string, error) bool) bool {
	entries, err := readDir(d.file(folder), start)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
		return true
	}
	if err = errors.Join(err, ctx.Err()); err != nil {
		yield("", err)
		return false
	}
	for _, name := range keyOrder(entries) {
		more := false
		if strings.HasSuffix(name, "/") {
			more = d.list(ctx, folder+name, "", yield)
		} else {
			more = yield(folder+name, nil)
		}
		if !more {
			return false
		}
	}
	return true
}

// readDir gives what is in a folder and starts with start, in no order: of thousands
// of names one may be wanted.
func readDir(path, start string) ([]fs.DirEntry, error) {
	if info, err := os.Stat(path); err != nil || !info.IsDir() { // opening a FIFO would block
		return nil, cmp.Or(err, error(syscall.ENOTDIR))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := f.ReadDir(-1)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool { return !strings.HasPrefix(e.Name(), start) }), err
}

// keyOrder gives the names that are parts of keys, those of folders with a slash,
// in the order of the keys: "a-b" stands before "a/b", and after "a".
func keyOrder(entries []fs.DirEntry) []string {
	var names []string
	for _, e := range entries {
		switch {
		case !isPart(e.Name()):
		case e.IsDir():
			names = append(names, e.Name()+"/")
		default:
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names
}
