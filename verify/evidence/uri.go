package evidence

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/lineage-audit/lineage/fetch"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/verify"
)

// Fetched is where a record says that inputs can be had. All that is there is read and
// hashed, and nothing of it is kept. Its client says which origins may be asked: a
// record is foreign input.
type Fetched struct{ Client *fetch.Client }

// atOnce is how many files of a folder are read side by side.
const atOnce = 4

// Look hashes the file, or each file of the folder that is still looked for. What has
// other bytes than those is an error, and so is what cannot be read to its end: more
// than the record says that there is, too. A URI that is gone, or has other bytes, is
// one that wraps [verify.ErrNotFound].
func (p Fetched) Look(ctx context.Context, in verify.Input) ([]verify.Sighting, error) {
	if in.URI == "" && len(in.Sources) == 0 {
		return nil, nil
	}
	wanted, err := wantedOf(in)
	if err == nil {
		err = p.refused(wanted)
	}
	switch {
	case err != nil:
		return nil, err
	case in.File != nil:
		r, err := p.hash(ctx, wanted[0].uri, in.Bytes)
		if err != nil {
			return nil, err
		}
		return []verify.Sighting{{Where: r.URI, Content: verify.Content{File: &r.SHA256}}}, nil
	case in.Files == nil && in.URI != "":
		return p.folder(ctx, in, wanted[0].uri)
	case len(wanted) == 0:
		return nil, nil // there is nothing to be found
	}
	if err := p.files(ctx, in, wanted); err != nil {
		return nil, err
	}
	return []verify.Sighting{{Where: whereOf(in), Files: true}}, nil
}

// wantedFile is a file, and where the record says that it is.
type wantedFile struct {
	uri    fetch.URI
	digest hashing.FileDigest
}

// wantedOf are the files that are still looked for. Where nobody has the list of a
// folder's files it is the folder.
func wantedOf(in verify.Input) (all []wantedFile, err error) {
	prefix := fetch.URI{}
	if in.URI != "" {
		if prefix, err = fetch.Parse(in.URI, "/"); err != nil {
			return nil, err
		}
	}
	if in.Tree == nil || in.Files == nil {
		return []wantedFile{{uri: prefix}}, nil
	}
	if in.URI != "" && !strings.HasSuffix(in.URI, "/") {
		return nil, fmt.Errorf("%q is no URI of a folder", in.URI)
	}
	for _, f := range in.Files {
		uri := in.Sources[f.Path]
		switch {
		case f.Digest.IsEmpty():
			continue
		case uri == "" && in.URI == "":
			return nil, absent{fmt.Errorf("the record has no URI of %q", f.Path)}
		case uri == "":
			all = append(all, wantedFile{prefix.Join(f.Path), f.Digest})
			continue
		}
		u, err := fetch.Parse(uri, "/")
		if err != nil {
			return nil, err
		}
		all = append(all, wantedFile{u, f.Digest})
	}
	return all, nil
}

// refused names what nobody allowed to ask: before anything is asked.
func (p Fetched) refused(wanted []wantedFile) error {
	seen := map[string]bool{}
	for _, w := range wanted {
		if !p.Client.Allows(w.uri) {
			origin := w.uri.Parent()
			if len(wanted) == 1 && !w.uri.HasSecret() {
				origin = w.uri
			}
			seen[origin.String()] = true
		}
	}
	if len(seen) == 0 {
		return nil
	}
	return &verify.NotAllowedError{Origins: slices.Sorted(maps.Keys(seen))}
}

// whereOf names the places of a folder's files.
func whereOf(in verify.Input) string {
	if in.URI != "" {
		return in.URI
	}
	return fmt.Sprintf("the URIs of %d files", len(in.Sources))
}

// hash reads a URI that a record names.
func (p Fetched) hash(ctx context.Context, u fetch.URI, limit int64) (fetch.Result, error) {
	r, err := p.Client.Hash(ctx, u, limit)
	return r, explained(err)
}

// explained turns what fetching says into what verify knows it by: what the origin has
// no more, or more of, is not there.
func explained(err error) error {
	if errors.Is(err, fetch.ErrNotFound) || errors.Is(err, fetch.ErrTooLarge) {
		return absent{err}
	}
	return err
}

// absent is an error that says: the bytes are not there.
type absent struct{ error }

func (a absent) Unwrap() []error { return []error{a.error, verify.ErrNotFound} }

// files reads all of them, and stops at the first that is not there.
func (p Fetched) files(ctx context.Context, in verify.Input, wanted []wantedFile) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	work := make(chan wantedFile)
	for range atOnce {
		wg.Go(func() {
			for f := range work {
				if err := p.file(ctx, f, in.Bytes); err != nil {
					cancel(err) // the first one counts
				}
			}
		})
	}
	for _, f := range wanted {
		if ctx.Err() != nil {
			break
		}
		work <- f
	}
	close(work)
	wg.Wait()
	return context.Cause(ctx)
}

func (p Fetched) file(ctx context.Context, f wantedFile, limit int64) error {
	r, err := p.hash(ctx, f.uri, limit)
	if err == nil && r.SHA256 != f.digest {
		err = absent{fmt.Errorf("other bytes stand at %s: sha256:%s", r.URI, r.SHA256)}
	}
	return err
}

// folder reads all that is listed below a URI, where nobody has the list of the files.
func (p Fetched) folder(ctx context.Context, in verify.Input, u fetch.URI) ([]verify.Sighting, error) {
	listed, err := p.Client.List(ctx, u)
	if err != nil {
		return nil, explained(err)
	}
	left, entries := in.Bytes, []hashing.Entry{}
	for _, e := range listed {
		r, err := p.hash(ctx, e.URI, left)
		if err != nil {
			return nil, err
		}
		left -= r.Bytes
		entries = append(entries, hashing.Entry{Path: e.Path, Digest: r.SHA256})
	}
	m, err := hashing.NewManifest(entries)
	if err != nil {
		return nil, err
	}
	return []verify.Sighting{{Where: in.URI, Content: verify.Content{Tree: &m}}}, nil
}
