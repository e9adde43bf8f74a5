package fetch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/lineage-audit/lineage/hashing"
)

// Folder is what was fetched of a prefix.
type Folder struct {
	Manifest hashing.Manifest
	Files    []Result // in the order of the manifest
}

// atOnce is how many files of a folder are fetched side by side.
const atOnce = 4

// GetFolder puts all files below a prefix in a folder. One that is not there is made
// as a whole: until the last file has come, they stand in NAME.lineage-part, and a
// second call goes on with that. One that is there gets the files that it lacks, and may
// have no others. Target.SHA256 is that of the folder's manifest.
func (c *Client) GetFolder(ctx context.Context, u URI, t Target) (Folder, error) {
	if !filepath.IsAbs(t.Path) {
		t.Path = filepath.Join(c.o.Dir, t.Path)
	}
	entries, err := c.List(ctx, u)
	if err != nil {
		return Folder{}, err
	}
	if c.o.Progress != nil {
		for _, e := range entries {
			c.o.Progress(0, e.Version.Size)
		}
	}
	_, err = os.Lstat(t.Path)
	if errors.Is(err, fs.ErrNotExist) {
		lacking := absent(filepath.Dir(t.Path))
		f, err := c.newFolder(ctx, u, t, entries)
		if err != nil {
			unmake(lacking)
		}
		return f, named(u, err)
	}
	if err == nil {
		err = foreign(ctx, t.Path, entries)
	}
	if err != nil {
		return Folder{}, named(u, err)
	}
	f, err := c.files(ctx, entries, t.Path, t.Force, nil)
	if err == nil {
		err = f.check(t.SHA256)
	}
	if err == nil {
		settledFolder(t.Path)
	}
	return f, err
}

// newFolder makes a folder that is not there yet.
func (c *Client) newFolder(ctx context.Context, u URI, t Target, entries []Entry) (Folder, error) {
	stage := t.Path + partSuffix
	if err := os.MkdirAll(stage, 0o777); err != nil {
		return Folder{}, err
	}
	done, err := openProgress(t.Path+noteSuffix, u.String())
	if err != nil {
		return Folder{}, err
	}
	defer done.file.Close()
	f, err := c.files(ctx, entries, stage, true, done)
	if err != nil {
		var partial *PartialError
		if ctx.Err() != nil || errors.As(err, &partial) {
			return f, &PartialError{Part: stage, Size: -1, Err: err}
		}
		return f, err
	}
	if err := f.check(t.SHA256); err != nil {
		return f, errors.Join(err, os.RemoveAll(stage), remove(t.Path+noteSuffix))
	}
	if err := foreign(ctx, stage, entries); err != nil {
		return f, err
	}
	if err := os.Rename(stage, t.Path); err != nil {
		return f, fmt.Errorf("putting it in its place: %w", err)
	}
	return f, errors.Join(remove(t.Path+noteSuffix), syncFolder(filepath.Dir(t.Path)))
}

// check compares the folder with what was wanted.
func (f Folder) check(want *hashing.FileDigest) error {
	if got := f.Manifest.Digest().ManifestDigest(); want != nil && got != *want {
		return fmt.Errorf("%w: want a manifest with sha256:%s, got sha256:%s", ErrDigest, want, got)
	}
	return nil
}

// foreign refuses a folder with files that the prefix has not.
func foreign(ctx context.Context, folder string, entries []Entry) error {
	l, err := hashing.Scan(ctx, folder, hashing.ScanOptions{})
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, e := range entries {
		known[e.Path] = true
	}
	for _, f := range l.Files {
		ours := strings.TrimSuffix(strings.TrimSuffix(f.Path, noteSuffix), partSuffix)
		if !l.IsDir || !known[f.Path] && !known[ours] {
			return fmt.Errorf("%w: %q is not below the prefix", ErrForeign, l.File(f))
		}
	}
	return nil
}

// files fetches all of them, and stops at the first that fails.
func (c *Client) files(ctx context.Context, entries []Entry, folder string, force bool, done *progress) (Folder, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	f := Folder{Files: make([]Result, len(entries))}
	failed := make([]error, len(entries))
	work := make(chan int)
	var wg sync.WaitGroup
	one := *c
	one.o.Progress = c.gained() // the list has told how much there is
	for range min(atOnce, len(entries)) {
		wg.Go(func() {
			for i := range work {
				f.Files[i], failed[i] = one.file(ctx, entries[i], folder, force, done)
				if failed[i] != nil {
					cancel()
				}
			}
		})
	}
	for i := 0; i < len(entries) && ctx.Err() == nil; i++ {
		work <- i
	}
	close(work)
	wg.Wait()
	if err := firstOf(failed); err != nil {
		return f, err
	}
	if err := ctx.Err(); err != nil {
		return f, err
	}
	manifest := make([]hashing.Entry, len(entries))
	for i, e := range entries {
		manifest[i] = hashing.Entry{Path: e.Path, Digest: f.Files[i].SHA256}
	}
	var err error
	f.Manifest, err = hashing.NewManifest(manifest)
	return f, err
}

// gained passes on what is there, and not what is to come.
func (c *Client) gained() func(done, total int64) {
	if c.o.Progress == nil {
		return nil
	}
	return func(done, _ int64) { c.o.Progress(done, 0) }
}

// firstOf is why it ended: not that the others were cancelled for it.
func firstOf(failed []error) (first error) {
	for _, err := range failed {
		if err != nil && (first == nil || errors.Is(first, context.Canceled)) {
			first = err
		}
	}
	return first
}

// file fetches one file, unless an earlier call did.
func (c *Client) file(ctx context.Context, e Entry, folder string, force bool, done *progress) (Result, error) {
	path := filepath.Join(folder, filepath.FromSlash(e.Path))
	if r, ok := done.has(ctx, e, path); ok {
		if c.o.Progress != nil {
			c.o.Progress(r.Bytes, 0)
		}
		return r, nil
	}
	r, err := c.get(ctx, e.URI, Target{Path: path, Force: force})
	err = named(e.URI, err)
	if err == nil && !r.Version.same(e.Version) {
		err = fmt.Errorf("fetching %q: %w: it was %s when it was listed, and is %s", e.URI, ErrChanged, e.Version, r.Version)
	}
	if err == nil {
		err = done.add(e, r)
	}
	return r, err
}
