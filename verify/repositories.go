package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// openedRepository is a repository that the verifier named, or the local one.
type openedRepository struct {
	name   string
	ref    RepositoryRef
	repo   Repository // nil if it could not be opened
	err    error
	counts bool // for git.reachable
}

// withoutCredentials is a URL as a verdict may show it: no user, no query.
func withoutCredentials(location string) string {
	scheme, rest, found := strings.Cut(location, "://")
	if !found {
		return location
	}
	rest, _, _ = strings.Cut(rest, "?")
	host, path, slash := strings.Cut(rest, "/")
	host = host[strings.LastIndexByte(host, '@')+1:]
	if slash {
		host += "/"
	}
	return scheme + "://" + host + path
}

// repositories opens what there is, once: those that count, then the local one.
func (q *inquiry) repositories(ctx context.Context) []openedRepository {
	if q.openedAll {
		return q.opened
	}
	for _, ref := range slices.Concat(q.Policy.Repositories, q.Repositories) {
		o := openedRepository{name: withoutCredentials(ref.URL), ref: ref, counts: true}
		if q.Opener == nil {
			o.err = errNotAsked
		} else if o.repo, o.err = q.Opener.Open(ctx, ref); o.err == nil && o.repo == nil {
			o.err = errNotAsked
		}
		if o.err != nil {
			o.repo = nil
		}
		q.opened = append(q.opened, o)
	}
	if q.Local != nil {
		q.opened = append(q.opened, openedRepository{name: "the work tree's repository", repo: q.Local})
	}
	q.openedAll = true
	return q.opened
}

// errNoRepository says that there was none to be asked.
var errNoRepository = errors.New("no repository was given")

// filesIn asks the repositories, in turn, about files of a commit, until one knows
// the commit. The error tells why none did.
func (q *inquiry) filesIn(ctx context.Context, commit record.GitHash, files []hashing.Entry) (map[string]CommitFile, openedRepository, error) {
	why := errNoRepository
	for _, o := range q.repositories(ctx) {
		if o.repo == nil {
			why = fmt.Errorf("%s could not be opened: %w", o.name, o.err)
			continue
		}
		found, err := o.repo.Files(ctx, commit, files)
		if err != nil {
			why = fmt.Errorf("%s: %w", o.name, err)
			continue
		}
		at := map[string]CommitFile{}
		for _, f := range found {
			at[f.Path] = f
		}
		return at, o, nil
	}
	return nil, openedRepository{}, why
}

// blob gives kept bytes, if they are those of the digest.
func (q *inquiry) blob(ctx context.Context, digest hashing.FileDigest) ([]byte, error) {
	if q.Blobs == nil {
		return nil, errNotAsked
	}
	content, err := q.Blobs.Blob(ctx, digest)
	if err != nil {
		return nil, err
	}
	if got := hashing.Bytes(content); got != digest {
		return nil, fmt.Errorf("what is kept under %s is another content, of %s", fileText(digest), fileText(got))
	}
	return content, nil
}

// manifest gives a folder's manifest from the kept blobs.
func (q *inquiry) manifest(ctx context.Context, tree hashing.TreeDigest) (hashing.Manifest, error) {
	content, err := q.blob(ctx, tree.ManifestDigest())
	if err != nil {
		return hashing.Manifest{}, err
	}
	return hashing.ParseManifest(content)
}
