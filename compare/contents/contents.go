package contents

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync"

	"github.com/lineage-audit/lineage/capture/redact"
	"github.com/lineage-audit/lineage/compare"
	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
)

// Contents implements compare.Contents, compare.CommitFiles and compare.History. It
// may be used by several goroutines.
type Contents struct {
	Store *store.Store
	// More gives blobs that the store does not have, such as a tracker's. What is
	// absent wraps compare.ErrNotFound. nil is none.
	More func(context.Context, hashing.FileDigest) ([]byte, error)
	// Source is the repository that commits are looked for in. nil is none.
	Source *git.Source
	// Path is where a location is on this machine, "" for nowhere. nil is nowhere.
	Path func(record.Location) string
	// Rules say what a secret is.
	Rules *redact.Rules

	asking sync.Mutex // a Source is for one at a time
}

// Blob is one that the store keeps, or else More.
func (c *Contents) Blob(ctx context.Context, d hashing.FileDigest, limit int64) ([]byte, error) {
	raw, err := c.kept(ctx, d, limit)
	if !errors.Is(err, compare.ErrNotFound) || c.More == nil {
		return raw, err
	}
	return c.More(ctx, d)
}

func (c *Contents) kept(ctx context.Context, d hashing.FileDigest, limit int64) ([]byte, error) {
	if c.Store == nil {
		return nil, compare.ErrNotFound
	}
	blob, err := c.Store.Blob(ctx, d)
	if errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("%w: %w", compare.ErrNotFound, err)
	} else if err != nil {
		return nil, err
	}
	defer blob.Close()
	return readUpTo(blob, limit)
}

// readUpTo reads all of r, and refuses what is longer than limit.
func readUpTo(r io.Reader, limit int64) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(raw)) > limit {
		return nil, &compare.TooLargeError{Limit: limit}
	}
	return raw, err
}

// File looks among the kept blobs, in the commit, and at the recorded path, whose
// bytes count only if they are still the file's.
func (c *Contents) File(ctx context.Context, f compare.File, limit int64) ([]byte, error) {
	var failed error
	for _, look := range []func(context.Context, compare.File, int64) ([]byte, error){c.blobOf, c.committed, c.standing} {
		raw, err := look(ctx, f, limit)
		if err == nil && hashing.Bytes(raw) == f.Digest {
			return c.shown(f, raw)
		}
		if err != nil && !errors.Is(err, compare.ErrNotFound) {
			failed = errors.Join(failed, err)
		}
	}
	if failed == nil {
		failed = compare.ErrNotFound
	}
	return nil, failed
}

// shown withholds what may hold a secret.
func (c *Contents) shown(f compare.File, raw []byte) ([]byte, error) {
	if why, secret := c.Rules.File(f.At.Path, raw); secret {
		return nil, &compare.WithheldError{Why: why}
	}
	return raw, nil
}

func (c *Contents) blobOf(ctx context.Context, f compare.File, limit int64) ([]byte, error) {
	return c.kept(ctx, f.Digest, limit)
}

// committed is the file as the commit of the run has it.
func (c *Contents) committed(ctx context.Context, f compare.File, limit int64) ([]byte, error) {
	below, within := belowOf(f.Top, f.At)
	if c.Source == nil || f.Commit == "" || !within {
		return nil, compare.ErrNotFound
	}
	c.asking.Lock()
	defer c.asking.Unlock()
	found, err := c.Source.FindFile(ctx, git.ObjectID(f.Commit), below)
	if err != nil {
		return nil, absent(err)
	}
	if found.Size > limit {
		return nil, &compare.TooLargeError{Limit: limit}
	}
	raw, err := c.Source.ReadFile(ctx, git.ObjectID(f.Commit), below, limit)
	if crlf := withReturns(raw); err == nil && hashing.Bytes(raw) != f.Digest && hashing.Bytes(crlf) == f.Digest {
		return crlf, nil // as git checked it out
	}
	return raw, absent(err)
}

func withReturns(b []byte) []byte { return bytes.ReplaceAll(b, []byte("\n"), []byte("\r\n")) }

// belowOf is the path of a location below the top of a work tree.
func belowOf(top, at record.Location) (string, bool) {
	if top.Root != at.Root {
		return "", false
	}
	if top.Path == "." {
		return at.Path, true
	}
	return strings.CutPrefix(at.Path, top.Path+"/")
}

// absent adds what compare knows an absence by.
func absent(err error) error {
	if errors.Is(err, git.ErrNoCommit) || errors.Is(err, git.ErrNoFile) || errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w", compare.ErrNotFound, err)
	}
	return err
}

// standing is what stands at the recorded path now.
func (c *Contents) standing(_ context.Context, f compare.File, limit int64) ([]byte, error) {
	path := ""
	if c.Path != nil {
		path = c.Path(f.At)
	}
	if path == "" {
		return nil, compare.ErrNotFound
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", compare.ErrNotFound, err)
	}
	if !info.Mode().IsRegular() { // opening a FIFO would wait
		return nil, compare.ErrNotFound
	}
	opened, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading what stands at the recorded path: %w", err)
	}
	defer opened.Close()
	return readUpTo(opened, limit)
}
