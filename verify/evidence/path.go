package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/verify"
)

// SidecarSuffix is what a record's file beside a model is called by.
const SidecarSuffix = ".lineage.intoto.json"

// Path is a model that is a file or a folder of this machine.
type Path struct {
	Path     string
	Store    string // a folder that belongs to no tree, "" for none
	Progress func(bytes int64)
}

// Resolve finds the sidecar, if there is one.
func (p Path) Resolve(context.Context) (verify.Resolved, error) {
	r := verify.Resolved{Kind: verify.TargetPath, Path: p.Path}
	if _, err := os.Stat(p.Path); err != nil {
		return r, notFound(p.Path, err)
	}
	sidecar, err := p.sidecar()
	if err != nil {
		return r, fmt.Errorf("looking for the sidecar: %w", err)
	}
	raw, err := readBounded(sidecar, record.MaxSize)
	switch {
	case err == nil:
		r.Claims = []verify.Claim{{By: verify.BySidecar, Where: sidecar, Bytes: raw}}
	case !errors.Is(err, fs.ErrNotExist):
		return r, fmt.Errorf("reading the sidecar: %w", err)
	}
	return r, nil
}

// sidecar is where the record of the model would stand: beside it, whatever way its
// path was written in.
func (p Path) sidecar() (string, error) {
	path := filepath.Clean(p.Path)
	if base := filepath.Base(path); base == "." || base == ".." {
		var err error
		if path, err = filepath.Abs(path); err != nil {
			return "", err
		}
	}
	return path + SidecarSuffix, nil
}

// Content hashes the file, or every file of the folder.
func (p Path) Content(ctx context.Context, _ verify.Resolved) (verify.Content, error) {
	return contentOf(ctx, p.Path, p.Store, p.Progress)
}

// Open opens a file of the folder.
func (p Path) Open(_ context.Context, _ verify.Resolved, path string) (io.ReadCloser, error) {
	full := filepath.Join(p.Path, filepath.FromSlash(path))
	if info, err := os.Stat(full); err != nil {
		return nil, notFound(full, err)
	} else if !info.Mode().IsRegular() { // opening a FIFO would wait
		return nil, fmt.Errorf("%q: %w", full, hashing.ErrSpecial)
	}
	return os.Open(full)
}

// contentOf hashes what stands at a path, without the store, as a run does.
func contentOf(ctx context.Context, path, store string, progress func(int64)) (verify.Content, error) {
	listing, err := hashing.Scan(ctx, path, without(path, store))
	if err != nil {
		return verify.Content{}, notFound(path, err)
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

// without leaves a folder out where it is below the path, links or not.
func without(path, folder string) (o hashing.ScanOptions) {
	below, err := filepath.Rel(real(path), real(folder))
	full, absErr := filepath.Abs(path)
	if isStore(folder) && err == nil && absErr == nil && below != "." && filepath.IsLocal(below) {
		o.Exclude = []string{filepath.Join(full, below)}
	}
	return o
}

// isStore tells whether a folder is a store and no link to something else: what is
// left out of a model must not be for whoever made the model to choose.
func isStore(folder string) bool {
	info, err := os.Lstat(folder)
	if err != nil || !info.IsDir() || filepath.Base(folder) != ".lineage" {
		return false
	}
	format, err := os.Lstat(filepath.Join(folder, "format"))
	return err == nil && format.Mode().IsRegular()
}

// real is the path without links, as far as that can be told.
func real(path string) string {
	if followed, err := filepath.EvalSymlinks(path); err == nil {
		path = followed
	}
	if full, err := filepath.Abs(path); err == nil {
		return full
	}
	return path
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

// notFound adds what verify knows an absence by, if it is the path itself that is not
// there: a link in it that leads nowhere is something.
func notFound(path string, err error) error {
	if _, gone := os.Lstat(path); errors.Is(err, fs.ErrNotExist) && errors.Is(gone, fs.ErrNotExist) {
		return absent{err}
	}
	return err
}
