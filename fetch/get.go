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
	info, err := os.Stat(t.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return c.download(ctx, u, t)
	case err != nil:
		return Result{}, err
	case !info.Mode().IsRegular():
		return Result{}, fmt.Errorf("%q is not a regular file: %w", t.Path, ErrExists)
	}
	there, err := hashing.HashFile(ctx, t.Path, hashing.Options{})
	if err != nil {
		return Result{}, err
	}
	if t.Force && (t.SHA256 == nil || *t.SHA256 != there.Digest) {
		return c.download(ctx, u, t)
	}
	return c.compare(ctx, u, t, there)
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
func (c *Client) download(ctx context.Context, u URI, t Target) (Result, error) {
	origin, err := c.origin(u)
	if err != nil {
		return Result{}, err
	}
	if err := os.MkdirAll(filepath.Dir(t.Path), 0o777); err != nil {
		return Result{}, err
	}
	p, err := openPart(ctx, t.Path, u.String())
	if err != nil {
		return Result{}, err
	}
	transfer := &transfer{c: c, origin: origin, sink: p, limit: -1, at: p.at}
	if p.at > 0 {
		v := p.note.Version
		transfer.version, transfer.early = &v, true
		transfer.tell(p.at, 0)
	}
	resumed := p.at
	if err := transfer.run(ctx); err != nil {
		return Result{}, p.after(ctx, err)
	}
	if p.from0 {
		resumed = 0
	}
	r := transfer.result(u, p.hash)
	r.Resumed = resumed
	if t.SHA256 != nil && *t.SHA256 != r.SHA256 {
		p.drop()
		return Result{}, fmt.Errorf("%w: want sha256:%s, got sha256:%s", ErrDigest, t.SHA256, r.SHA256)
	}
	err = p.place(t.Force)
	if errors.Is(err, fs.ErrExist) { // since we looked
		p.drop()
		err = fmt.Errorf("%w: at %q", ErrExists, t.Path)
	}
	return r, err
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
	return &PartialError{Part: p.path + partSuffix, Bytes: at, Size: size, Err: err}
}
