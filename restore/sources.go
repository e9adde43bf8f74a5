package restore

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Kept are the blobs of a store.
type Kept struct{ Blobs Blobs }

// Look opens the blob, if it is there.
func (k Kept) Look(ctx context.Context, w Want) ([]Candidate, error) {
	r, err := k.Blobs.Blob(ctx, w.Digest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	r.Close()
	return []Candidate{{Where: w.Digest.String(), Bytes: -1, Open: func(ctx context.Context, _ string) (io.ReadCloser, error) {
		return k.Blobs.Blob(ctx, w.Digest)
	}}}, nil
}

// Recorded is the place that the record names, on this machine. Path tells where that
// is; "" is nowhere.
type Recorded struct {
	Path func(record.Location) string
}

// Look finds what stands there.
func (r Recorded) Look(_ context.Context, w Want) ([]Candidate, error) {
	return standing(r.Path(w.Location))
}

// Folder is one under which inputs are looked for: at their path below their root, and
// by the last part of it.
type Folder string

// Look finds what stands there.
func (f Folder) Look(_ context.Context, w Want) ([]Candidate, error) {
	top := filepath.FromSlash(w.Top.Path)
	paths := []string{filepath.Join(string(f), top, filepath.FromSlash(w.Below))}
	if base := filepath.Base(top); base != top {
		paths = append(paths, filepath.Join(string(f), base, filepath.FromSlash(w.Below)))
	}
	if w.Tree != nil {
		paths = append(paths, filepath.Join(string(f), filepath.FromSlash(w.Below)))
	}
	return standing(paths...)
}

// Made are the places at which recorded runs left the same bytes. At gives their
// locations, and Path tells where on this machine that is; "" is nowhere.
type Made struct {
	At   func(ctx context.Context, w Want) ([]record.Location, error)
	Path func(record.Location) string
}

// Look finds what stands there.
func (m Made) Look(ctx context.Context, w Want) ([]Candidate, error) {
	at, err := m.At(ctx, w)
	var paths []string
	for _, l := range at {
		paths = append(paths, m.Path(l))
	}
	found, failed := standing(paths...)
	return found, errors.Join(err, failed)
}

// standing are the regular files at the paths.
func standing(paths ...string) (found []Candidate, err error) {
	for _, p := range paths {
		if p == "" {
			continue
		}
		info, failed := os.Stat(p)
		switch {
		case errors.Is(failed, fs.ErrNotExist):
		case failed != nil:
			err = errors.Join(err, failed)
		case !info.Mode().IsRegular(): // opening a FIFO would wait
			err = errors.Join(err, fmt.Errorf("%q is not a regular file", p))
		default:
			found = append(found, Candidate{Where: p, Bytes: info.Size(), Open: func(context.Context, string) (io.ReadCloser, error) { return os.Open(p) }})
		}
	}
	return found, err
}

// Origins are the URIs that the record, or somebody else, names for the bytes. More
// gives those that the record does not; nil has none. Fetch puts what a URI has into a
// file that is not there, in a folder that is.
type Origins struct {
	More  func(ctx context.Context, w Want) ([]string, error)
	Fetch func(ctx context.Context, uri string, want hashing.FileDigest, file string) error
}

// Look asks nobody yet.
func (o Origins) Look(ctx context.Context, w Want) (found []Candidate, err error) {
	uris := w.URIs
	if o.More != nil {
		var more []string
		more, err = o.More(ctx, w)
		uris = append(uris[:len(uris):len(uris)], more...)
	}
	for _, uri := range uris {
		found = append(found, Candidate{Where: uri, Bytes: -1, Open: func(ctx context.Context, scratch string) (io.ReadCloser, error) {
			return o.open(ctx, uri, w.Digest, scratch)
		}})
	}
	return found, err
}

func (o Origins) open(ctx context.Context, uri string, want hashing.FileDigest, scratch string) (io.ReadCloser, error) {
	file := filepath.Join(scratch, "fetched")
	if err := o.Fetch(ctx, uri, want, file); err != nil {
		return nil, errors.Join(err, ignoring(os.Remove(file), fs.ErrNotExist))
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	return &removed{f}, nil
}

// removed is gone once it was read.
type removed struct{ *os.File }

func (r *removed) Close() error { return errors.Join(r.File.Close(), os.Remove(r.Name())) }

// Commit is a commit of a repository, whose work tree the run had at Top.
type Commit struct {
	Source *git.Source
	ID     git.ObjectID
	Top    record.Location
}

// maxCommitFile bounds a file of a commit that is read into memory.
const maxCommitFile = 1 << 30

// Look finds the file in the commit's tree, as it is stored there.
func (c Commit) Look(ctx context.Context, w Want) ([]Candidate, error) {
	if w.Location.Root != c.Top.Root {
		return nil, nil
	}
	below, err := filepath.Rel(filepath.FromSlash(c.Top.Path), filepath.FromSlash(w.Location.Path))
	if err != nil || !filepath.IsLocal(below) {
		return nil, nil
	}
	file := filepath.ToSlash(below)
	found, err := c.Source.FindFile(ctx, c.ID, file)
	if errors.Is(err, git.ErrNoFile) || errors.Is(err, git.ErrNoCommit) || err == nil && found.Digest != w.Digest {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return []Candidate{{Where: string(c.ID) + ":" + file, Bytes: found.Size, Open: func(ctx context.Context, _ string) (io.ReadCloser, error) {
		raw, err := c.Source.ReadFile(ctx, c.ID, file, maxCommitFile)
		return io.NopCloser(bytes.NewReader(raw)), err
	}}}, nil
}

// Read gives the bytes of one file that sources have, of at most limit bytes. One that
// is nowhere wraps [fs.ErrNotExist].
func Read(ctx context.Context, w Want, limit int64, sources ...Named) ([]byte, error) {
	var failed []error
	for _, s := range sources {
		candidates, err := s.Look(ctx, w)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", s.Name, err))
		}
		for _, c := range candidates {
			raw, err := readCandidate(ctx, c, limit)
			if err == nil && hashing.Bytes(raw) == w.Digest {
				return raw, nil
			}
			if err != nil {
				failed = append(failed, fmt.Errorf("%s: %w", s.Name, err))
			}
		}
	}
	return nil, fmt.Errorf("%s with the digest %s: %w", w.Location, w.Digest, errors.Join(append(failed, fs.ErrNotExist)...))
}

func readCandidate(ctx context.Context, c Candidate, limit int64) ([]byte, error) {
	r, err := c.Open(ctx, "")
	if err != nil {
		return nil, err
	}
	defer r.Close()
	raw, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(raw)) > limit {
		err = fmt.Errorf("%s has more than %d bytes", c.Where, limit)
	}
	return raw, err
}
