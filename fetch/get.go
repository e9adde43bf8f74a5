package fetch

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lineage-audit/lineage/hashing"
)

// Target is where a file is put, and what it must be.
type Target struct {
	Path   string // absolute, or relative to Options.Dir
	SHA256 *hashing.FileDigest
	Force  bool // replaces a file that has other bytes
}

// Get puts the bytes of the URI in their place. Where it fails nothing stands at the
// target that did not before; a [*PartialError] says that the same call goes on where
// this one ended. A target that has other bytes already is an error that wraps
// [ErrExists], unless they are to be replaced; bytes that are not those wanted are one
// that wraps [ErrDigest].
func (c *Client) Get(ctx context.Context, u URI, t Target) (Result, error) {
	if !filepath.IsAbs(t.Path) {
		t.Path = filepath.Join(c.o.Dir, t.Path)
	}
	lacking := absent(filepath.Dir(t.Path))
	r, err := c.get(ctx, u, t)
	if err != nil {
		unmake(lacking)
	}
	return r, named(u, err)
}

func (c *Client) get(ctx context.Context, u URI, t Target) (Result, error) {
	there, err := standing(ctx, t.Path)
	if err != nil {
		return Result{}, err
	}
	if there != nil && !t.replaces(there.Digest) {
		return c.compare(ctx, u, t, *there)
	}
	if _, err := c.origin(u); err != nil { // before a folder is made
		return Result{}, err
	}
	folder, base := filepath.Dir(t.Path), filepath.Base(t.Path)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return Result{}, err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return Result{}, err
	}
	defer root.Close()
	r, _, err := c.download(ctx, u, t, spot{root: root, target: base, part: base + partSuffix})
	return r, err
}

// standing is the file that is at the target; nil if there is none.
func standing(ctx context.Context, path string) (*hashing.File, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%q is not a regular file: %w", path, ErrExists)
	}
	there, err := hashing.HashFile(ctx, path, hashing.Options{})
	return &there, err
}

// replaces tells whether a file with these bytes is to be replaced.
func (t Target) replaces(there hashing.FileDigest) bool {
	return t.Force && (t.SHA256 == nil || *t.SHA256 != there)
}

// compare reads what the origin has, where the target is there already: it may not be
// replaced, so that nothing has to be written.
func (c *Client) compare(ctx context.Context, u URI, t Target, there hashing.File) (Result, error) {
	if t.SHA256 != nil && *t.SHA256 != there.Digest {
		return Result{}, fmt.Errorf("%w: at %q, sha256:%s", ErrExists, t.Path, there.Digest)
	}
	r, err := c.hash(ctx, u, there.Stat.Size)
	other := errors.Is(err, ErrTooLarge)
	if err != nil && !other {
		return Result{}, err
	}
	if other || r.SHA256 != there.Digest {
		if t.SHA256 != nil {
			return Result{}, fmt.Errorf("%w: want sha256:%s, as %q has it", ErrDigest, t.SHA256, t.Path)
		}
		return Result{}, fmt.Errorf("%w: at %q, sha256:%s", ErrExists, t.Path, there.Digest)
	}
	r.Kept = true
	Settled(t.Path)
	return r, nil
}

// download writes a part and makes it the target.
func (c *Client) download(ctx context.Context, u URI, t Target, at spot) (Result, hashing.Stat, error) {
	origin, err := c.origin(u)
	if err != nil {
		return Result{}, hashing.Stat{}, err
	}
	p, err := openPart(ctx, at, u)
	if err != nil {
		return Result{}, hashing.Stat{}, err
	}
	transfer := &transfer{c: c, origin: origin, sink: p, limit: -1, at: p.at}
	if p.at > 0 {
		v := p.note.Version
		transfer.version, transfer.early = &v, true
		transfer.tell(p.at, 0)
	}
	resumed := p.at
	if err := transfer.run(ctx); err != nil {
		return Result{}, hashing.Stat{}, p.after(ctx, err)
	}
	if p.from0 {
		resumed = 0
	}
	r := transfer.result(u, p.hash)
	r.Resumed = resumed
	if t.SHA256 != nil && *t.SHA256 != r.SHA256 {
		p.drop()
		return Result{}, hashing.Stat{}, fmt.Errorf("%w: want sha256:%s, got sha256:%s", ErrDigest, t.SHA256, r.SHA256)
	}
	stat, err := p.place(t.Force)
	if errors.Is(err, fs.ErrExist) { // since we looked
		p.drop()
		return Result{}, stat, fmt.Errorf("%w: at %q", ErrExists, t.Path)
	}
	p.close()
	return r, stat, err
}

// after keeps a part that is worth going on with: what the origin contradicts is not.
func (p *part) after(ctx context.Context, err error) error {
	var again *temporary
	worth := ctx.Err() != nil || errors.As(err, &again)
	if !worth {
		p.drop()
		return err
	}
	size, at := p.note.Version.Size, p.at
	if !p.keep() {
		return err
	}
	return &PartialError{Part: p.path(p.part), Bytes: at, Size: size, Err: err}
}
