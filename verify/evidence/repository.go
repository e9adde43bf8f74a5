package evidence

import (
	"context"
	"errors"

	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/verify"
)

// maxCommitFile bounds a file of a commit that is read into memory: a lock file.
const maxCommitFile = 64 << 20

// Repositories opens the repositories that a verifier names. Close removes what
// was fetched.
type Repositories struct {
	Options git.Options
	opened  []*git.Source
}

// Open opens a folder, or readies a URL.
func (r *Repositories) Open(ctx context.Context, ref verify.RepositoryRef) (verify.Repository, error) {
	source, err := git.OpenSource(ctx, ref.URL, r.Options)
	if err != nil {
		return nil, err
	}
	r.opened = append(r.opened, source)
	return &Repository{Source: source, Branches: ref.Branches}, nil
}

// Close removes what was fetched.
func (r *Repositories) Close() (err error) {
	for _, source := range r.opened {
		err = errors.Join(err, source.Close())
	}
	return err
}

// Repository is one git repository, and the branches of it that count.
type Repository struct {
	Source   *git.Source
	Branches []string
	trees    map[record.GitHash]git.CommitTree // that were read already
}

// Reach tells from which branch a commit is reachable. A history that is cut off
// before the answer is an error: the commit may be behind it.
func (r *Repository) Reach(ctx context.Context, commit record.GitHash) (verify.Reach, error) {
	reach, err := r.Source.Reachable(ctx, git.ObjectID(commit), r.Branches)
	if errors.Is(err, git.ErrNoCommit) && !errors.Is(err, git.ErrShallow) {
		return verify.Reach{}, nil
	} else if err != nil {
		return verify.Reach{}, err
	}
	out := verify.Reach{Known: true}
	if reach.Reachable && len(reach.Refs) > 0 {
		out.Branch = reach.Refs[0]
	}
	return out, nil
}

// Files gives the files that the commit has at the paths, with the digest that a
// checkout may have.
func (r *Repository) Files(ctx context.Context, commit record.GitHash, files []hashing.Entry) ([]verify.CommitFile, error) {
	tree, err := r.tree(ctx, commit)
	if err != nil {
		return nil, fromGit(err)
	}
	recorded, err := hashing.NewManifest(files)
	if err != nil {
		return nil, err
	}
	// What the commit explains of the files: those in another form than their blob.
	explained, err := r.Source.Explain(ctx, git.ObjectID(commit), recorded, nil)
	if err != nil {
		return nil, fromGit(err)
	}
	forms := map[string]git.PatchForm{}
	for _, f := range explained.Forms {
		forms[f.Path] = f
	}
	var found []verify.CommitFile
	for _, f := range files {
		digest, there := tree.Manifest.Lookup(f.Path)
		if !there {
			continue
		}
		file := verify.CommitFile{Path: f.Path, Digest: digest}
		if form, converted := forms[record.EncodePath(f.Path)]; converted && form.Digest == f.Digest {
			file.Digest, file.Form = f.Digest, string(form.Form)
		}
		found = append(found, file)
	}
	return found, nil
}

func (r *Repository) tree(ctx context.Context, commit record.GitHash) (git.CommitTree, error) {
	if tree, read := r.trees[commit]; read {
		return tree, nil
	}
	tree, err := r.Source.CommitManifest(ctx, git.ObjectID(commit))
	if err == nil {
		if r.trees == nil {
			r.trees = map[record.GitHash]git.CommitTree{}
		}
		r.trees[commit] = tree
	}
	return tree, err
}

// Content gives the bytes of one file, as they are stored.
func (r *Repository) Content(ctx context.Context, commit record.GitHash, path string) ([]byte, error) {
	raw, err := r.Source.ReadFile(ctx, git.ObjectID(commit), path, maxCommitFile)
	return raw, fromGit(err)
}

// fromGit adds what verify knows an absence by.
func fromGit(err error) error {
	if errors.Is(err, git.ErrNoCommit) && !errors.Is(err, git.ErrShallow) || errors.Is(err, git.ErrNoFile) {
		return absent{err}
	}
	return err
}
