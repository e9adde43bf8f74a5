package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/verify"
)

// SidecarSuffix is what a record's file beside a model is called by.
const SidecarSuffix = ".lineage.intoto.json"

// Path is a model that is a file or a folder of this machine.
type Path struct {
	Path     string
	Progress func(bytes int64)
}

// Resolve finds the sidecar, if there is one.
func (p Path) Resolve(context.Context) (verify.Resolved, error) {
	r := verify.Resolved{Kind: verify.TargetPath, Path: p.Path}
	if _, err := os.Stat(p.Path); err != nil {
		return r, notFound(err)
	}
	sidecar := strings.TrimRight(p.Path, string(filepath.Separator)) + SidecarSuffix
	raw, err := readBounded(sidecar, record.MaxSize)
	switch {
	case err == nil:
		r.Claims = []verify.Claim{{By: verify.BySidecar, Where: sidecar, Bytes: raw}}
	case !errors.Is(err, fs.ErrNotExist):
		return r, fmt.Errorf("reading the sidecar: %w", err)
	}
	return r, nil
}

// Content hashes the file, or every file of the folder.
func (p Path) Content(ctx context.Context, _ verify.Resolved) (verify.Content, error) {
	return contentOf(ctx, p.Path, p.Progress)
}

// Open opens a file of the folder.
func (p Path) Open(_ context.Context, _ verify.Resolved, path string) (io.ReadCloser, error) {
	return os.Open(filepath.Join(p.Path, filepath.FromSlash(path)))
}

// contentOf hashes what stands at a path.
func contentOf(ctx context.Context, path string, progress func(int64)) (verify.Content, error) {
	listing, err := hashing.Scan(ctx, path, hashing.ScanOptions{})
	if err != nil {
		return verify.Content{}, notFound(err)
	}
	tree, err := listing.Hash(ctx, hashing.Options{Progress: progress})
	if err != nil {
		return verify.Content{}, err
	}
	if !tree.IsDir {
		return verify.Content{File: &tree.Hashed[0].Digest}, nil
	}
	m, err := tree.Manifest()
	return verify.Content{Tree: &m}, err
}

func readBounded(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > limit {
		return nil, fmt.Errorf("%q is no regular file of at most %d bytes", path, limit)
	}
	return os.ReadFile(path)
}

// notFound adds what verify knows an absence by.
func notFound(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%w: %w", verify.ErrNotFound, err)
	}
	return err
}
