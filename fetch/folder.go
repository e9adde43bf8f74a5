package fetch

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
)

// Entry is one file below a prefix.
type Entry struct {
	Path    string // below the prefix, clean and relative
	URI     URI
	Version Version
}

// List gives the files below a URI that [URI.IsPrefix], in the byte order of their
// paths. A path that would lead out of a folder, or that is a file's and a folder's at
// once, is an error.
func (c *Client) List(ctx context.Context, u URI) ([]Entry, error) {
	all, err := c.list(ctx, u)
	if err == nil {
		slices.SortFunc(all, func(a, b Entry) int { return strings.Compare(a.Path, b.Path) })
		err = checkEntries(all)
	}
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("%w: nothing is below it", ErrNotFound)
	}
	return all, named(u, err)
}

func (c *Client) list(ctx context.Context, u URI) ([]Entry, error) {
	switch {
	case !c.o.Allow.Covers(u):
		return nil, ErrNotAllowed
	case !u.IsPrefix():
		return nil, errors.New("it names no folder: only s3 and file have lists, of what ends with a slash")
	case u.scheme == "s3":
		server, err := c.s3()
		if err != nil {
			return nil, err
		}
		return server.list(ctx, u)
	}
	l, err := hashing.Scan(ctx, c.local(u), hashing.ScanOptions{})
	if err != nil {
		return nil, err
	}
	var all []Entry
	for _, f := range l.Files {
		all = append(all, Entry{Path: f.Path, URI: u.Join(f.Path), Version: versionOf(f.Stat)})
	}
	return all, nil
}

func checkEntries(all []Entry) error {
	entries, files := make([]hashing.Entry, len(all)), map[string]bool{}
	for i, e := range all {
		entries[i].Path, files[e.Path] = e.Path, true
		if !filepath.IsLocal(filepath.FromSlash(e.Path)) {
			return fmt.Errorf("the path %q cannot stand in a folder", e.Path)
		}
	}
	if _, err := hashing.NewManifest(entries); err != nil {
		return err
	}
	for _, e := range all {
		for i, c := range e.Path {
			if c == '/' && files[e.Path[:i]] {
				return fmt.Errorf("%q is a file, and a folder of %q", e.Path[:i], e.Path)
			}
		}
	}
	return nil
}
