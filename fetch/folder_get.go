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
// second call goes on with that. One that is there gets the files that it lacks, through
// no link, and may have no others; its parts stand in .lineage-part in it meanwhile.
// Target.SHA256 is that of the folder's manifest.
func (c *Client) GetFolder(ctx context.Context, u URI, t Target) (Folder, error) {
	if !filepath.IsAbs(t.Path) {
		t.Path = filepath.Join(c.o.Dir, t.Path)
	}
	entries, err := c.List(ctx, u)
	if err != nil {
		return Folder{}, err
	}
	if err := checkReserved(entries); err != nil {
		return Folder{}, named(u, err)
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
	f, err := c.oldFolder(ctx, u, t, entries)
	if err == nil {
		settledFolder(t.Path)
	}
	return f, named(u, err)
}

// checkReserved refuses what would stand where parts do.
func checkReserved(entries []Entry) error {
	for _, e := range entries {
		if first, _, _ := strings.Cut(e.Path, "/"); first == partSuffix {
			return fmt.Errorf("the path %q cannot be fetched: %q is where parts of files are kept", e.Path, partSuffix)
		}
	}
	return nil
}

// newFolder makes a folder that is not there yet.
func (c *Client) newFolder(ctx context.Context, u URI, t Target, entries []Entry) (Folder, error) {
	folder, base := filepath.Dir(t.Path), filepath.Base(t.Path)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return Folder{}, err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return Folder{}, err
	}
	defer root.Close()
	s, err := openStage(root, base+partSuffix, u.String())
	if err != nil {
		return Folder{}, err
	}
	defer s.done.file.Close()
	s.into, s.whole, s.force = filepath.Join(s.name, stageFiles), true, true
	if err := s.prepare(entries); err != nil {
		return Folder{}, err
	}
	f, err := c.files(ctx, entries, s)
	if err != nil {
		return f, s.after(err)
	}
	if err := f.check(t.SHA256); err != nil {
		return f, errors.Join(err, s.discard())
	}
	if err := foreign(ctx, filepath.Join(root.Name(), s.into), entries); err != nil {
		return f, err
	}
	if err := root.Rename(s.into, base); err != nil {
		return f, fmt.Errorf("putting it in its place: %w", err)
	}
	return f, errors.Join(s.discard(), syncFolder(root, "."))
}

// oldFolder adds to a folder what it lacks.
func (c *Client) oldFolder(ctx context.Context, u URI, t Target, entries []Entry) (Folder, error) {
	root, err := os.OpenRoot(t.Path)
	if err != nil {
		return Folder{}, err
	}
	defer root.Close()
	s, err := openStage(root, partSuffix, u.String())
	if err != nil {
		return Folder{}, err
	}
	defer s.done.file.Close()
	s.into, s.force = ".", t.Force
	f, err := c.files(ctx, entries, s)
	if err != nil {
		return f, s.after(err)
	}
	return f, errors.Join(f.check(t.SHA256), s.discard())
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
		if !l.IsDir || !known[f.Path] && !strings.HasPrefix(f.Path, partSuffix+"/") {
			return fmt.Errorf("%w: %q is not below the prefix", ErrForeign, l.File(f))
		}
	}
	return nil
}

// files fetches all of them, and stops at the first that fails.
func (c *Client) files(ctx context.Context, entries []Entry, s *stage) (Folder, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	came := make([]arrived, len(entries))
	failed := make([]error, len(entries))
	work := make(chan int)
	var wg sync.WaitGroup
	one := *c
	one.o.Progress = c.gained() // the list has told how much there is
	for range min(atOnce, len(entries)) {
		wg.Go(func() {
			for i := range work {
				came[i], failed[i] = one.file(ctx, entries[i], s)
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
		return Folder{}, err
	}
	if err := ctx.Err(); err != nil {
		return Folder{}, err
	}
	return s.collect(ctx, entries, came)
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
func (c *Client) file(ctx context.Context, e Entry, s *stage) (arrived, error) {
	target := filepath.Join(s.into, filepath.FromSlash(e.Path))
	path := filepath.Join(s.root.Name(), target)
	if came, ok := s.done.has(ctx, e, path); ok && s.whole {
		if c.o.Progress != nil {
			c.o.Progress(came.Bytes, 0)
		}
		return came, nil
	}
	came, err := c.fileAt(ctx, e, s, target, path)
	if err != nil {
		return came, named(e.URI, err)
	}
	if !came.Version.same(e.Version) {
		return came, fmt.Errorf("fetching %q: %w: it was %s when it was listed, and is %s", e.URI, ErrChanged, e.Version, came.Version)
	}
	return came, s.done.add(e, came.Result)
}

// fileAt compares what stands there, or fetches it through no link.
func (c *Client) fileAt(ctx context.Context, e Entry, s *stage, target, path string) (arrived, error) {
	if !s.whole {
		there, err := standing(ctx, path)
		if err != nil {
			return arrived{}, err
		}
		if there != nil && !s.force {
			r, err := c.compare(ctx, e.URI, Target{Path: path}, *there)
			return arrived{r, there.Stat}, err
		}
	}
	if err := makeFolders(s.root, target); err != nil {
		return arrived{}, err
	}
	r, stat, err := c.download(ctx, e.URI, Target{Path: path, Force: s.force}, spot{root: s.root, target: target, part: s.partOf(e.Path), staged: true})
	return arrived{r, stat}, err
}
