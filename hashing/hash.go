package hashing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"sync"

	sha256 "github.com/minio/sha256-simd"
)

// Options say how to hash. The zero value uses all cores and tells nobody.
type Options struct {
	Workers int
	// Progress is told, from several goroutines, how many more bytes were read.
	Progress func(bytes int64)
}

// File is a file and its digest.
type File struct {
	Found
	Digest FileDigest
}

// Tree is a listing with the digests of its files.
type Tree struct {
	Listing
	Hashed []File // in the order of Files
}

// Manifest is that of the tree's files.
func (t Tree) Manifest() (Manifest, error) {
	entries := make([]Entry, len(t.Hashed))
	for i, f := range t.Hashed {
		entries[i] = Entry{f.Path, f.Digest}
	}
	return NewManifest(entries)
}

// maxErrors is how many files an error names: enough to see a pattern.
const maxErrors = 10

// Hash reads every file of the listing once, on all cores. A file that is not
// the one that was listed, or that is written to meanwhile, is an error that
// wraps [ErrChanged]; so is one that the system refuses to read.
func (l Listing) Hash(ctx context.Context, opts Options) (Tree, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	t := Tree{l, make([]File, len(l.Files))}
	work := make(chan int)
	var (
		wg     sync.WaitGroup
		mu     sync.Mutex
		failed []error
	)
	for range min(opts.workers(), len(l.Files)) {
		wg.Go(func() {
			for i := range work {
				d, err := hashFile(ctx, l.File(l.Files[i]), &l.Files[i].Stat, opts.Progress)
				t.Hashed[i] = File{l.Files[i], d}
				if err != nil {
					mu.Lock()
					if failed = append(failed, err); len(failed) == maxErrors {
						cancel()
					}
					mu.Unlock()
				}
			}
		})
	}
	for i := 0; i < len(l.Files) && ctx.Err() == nil; i++ {
		work <- i
	}
	close(work)
	wg.Wait()
	if len(failed) > 0 {
		return Tree{}, fmt.Errorf("hashing %q: %w", l.Root, errors.Join(failed...))
	}
	if err := ctx.Err(); err != nil {
		return Tree{}, fmt.Errorf("hashing %q: %w", l.Root, err)
	}
	return t, nil
}

func (o Options) workers() int {
	if o.Workers > 0 {
		return o.Workers
	}
	return runtime.GOMAXPROCS(0)
}

// HashFile is the digest of one file and its stat when it was read. Links are
// followed; what is not a regular file is an error that wraps [ErrSpecial].
func HashFile(ctx context.Context, path string, opts Options) (File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return File{}, fmt.Errorf("hashing: %w", err)
	}
	stat := StatOf(info)
	d, err := hashFile(ctx, path, &stat, opts.Progress)
	if err != nil {
		return File{}, fmt.Errorf("hashing: %w", err)
	}
	return File{Found{".", stat}, d}, nil
}

// Reader is the digest of all that r gives, and its length.
func Reader(ctx context.Context, r io.Reader) (FileDigest, int64, error) {
	h := sha256.New()
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	n, err := io.CopyBuffer(h, contextReader{ctx, r, nil}, *buf)
	if err != nil {
		return FileDigest{}, n, err
	}
	return FileDigest(h.Sum(nil)), n, nil
}

// hashFile digests the file at path, which must be the one of want before and
// after it was read.
func hashFile(ctx context.Context, path string, want *Stat, progress func(int64)) (FileDigest, error) {
	f, err := openRegular(path)
	if err != nil {
		return FileDigest{}, err
	}
	defer f.Close()
	if err := sameStat(f, want); err != nil {
		return FileDigest{}, err
	}
	h := sha256.New()
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	// The wrappers keep io.CopyBuffer from choosing another way than the buffer.
	n, err := io.CopyBuffer(struct{ io.Writer }{h}, contextReader{ctx, f, progress}, *buf)
	if err != nil {
		return FileDigest{}, err
	}
	if err := sameStat(f, want); err != nil || n != want.Size {
		return FileDigest{}, fmt.Errorf("%q: %w", path, ErrChanged)
	}
	return FileDigest(h.Sum(nil)), nil
}

// openRegular never blocks: a FIFO that took the file's place is refused.
func openRegular(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%q is a %s: %w", path, kind(info.Mode()), ErrSpecial)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

func sameStat(f *os.File, want *Stat) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if StatOf(info) != *want {
		return fmt.Errorf("%q: %w", f.Name(), ErrChanged)
	}
	return nil
}

var buffers = sync.Pool{New: func() any { b := make([]byte, 256<<10); return &b }}

// contextReader ends with the context, so that a large file can be cancelled.
type contextReader struct {
	ctx      context.Context
	r        io.Reader
	progress func(int64)
}

func (c contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := c.r.Read(p)
	if c.progress != nil && n > 0 {
		c.progress(int64(n))
	}
	return n, err
}
