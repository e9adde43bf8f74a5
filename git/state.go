package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Head is where a work tree stands.
type Head struct {
	Commit   ObjectID // "" if there is no commit yet
	Branch   string   // full name (refs/heads/main); "" if detached
	Detached bool
	NoCommit bool // the branch has no commit yet
}

// Remote is a repository that this one knows by name. Credentials are stripped
// from the URL, which is as configured, before any insteadOf.
type Remote struct {
	Name string
	URL  string
}

// State is what a repository says of itself. None of it is unusual: each is to
// be said, and none keeps the tree from being judged.
type State struct {
	Head
	Root           string   // the work tree, absolute and without symlinks
	CommitTree     ObjectID // of the commit's tree
	ObjectFormat   string   // sha1 or sha256
	Shallow        bool
	LinkedWorktree bool // made by git worktree
	Submodule      bool // of a repository whose work tree it stands in
	ForeignOwner   bool // owned by another user than the one who runs
	Remotes        []Remote
	AuthorTime     time.Time
	CommitTime     time.Time
}

// State describes the repository as it is now.
func (r *Repo) State(ctx context.Context) (State, error) {
	h, err := r.look(ctx)
	if err != nil {
		return State{}, err
	}
	return r.describe(ctx, h)
}

// Head says where the work tree stands: replace refs are not followed.
func (r *Repo) Head(ctx context.Context) (Head, error) {
	h, err := r.look(ctx)
	return h.Head, err
}

// heading is what one look at HEAD gives.
type heading struct {
	Head
	shallow bool
	format  string
}

// look asks git where HEAD is. One process answers, but for a branch without a
// commit.
func (r *Repo) look(ctx context.Context) (heading, error) {
	out, err := r.git.output(ctx, nil, "rev-parse", "--is-shallow-repository", "--show-object-format",
		"HEAD^{commit}", "--symbolic-full-name", "HEAD")
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) < 2 || err != nil && !exited(err) {
		return heading{}, fmt.Errorf("reading HEAD of %q: %w", r.place.root, errors.Join(err, errUnexpected(out, err)))
	}
	h := heading{shallow: lines[0] == "true", format: lines[1]}
	if err != nil {
		return r.lookUnborn(ctx, h, err)
	}
	if len(lines) != 4 {
		return heading{}, fmt.Errorf("reading HEAD of %q: %w", r.place.root, errUnexpected(out, nil))
	}
	if h.Commit, err = ParseObjectID(lines[2]); err != nil {
		return heading{}, fmt.Errorf("reading HEAD of %q: %w", r.place.root, err)
	}
	if h.Branch = lines[3]; h.Branch == "HEAD" {
		h.Branch, h.Detached = "", true
	}
	return h, nil
}

// lookUnborn tells a branch that has no commit yet from a HEAD whose commit
// cannot be read: only of the former there is no ref at all.
func (r *Repo) lookUnborn(ctx context.Context, h heading, cause error) (heading, error) {
	out, err := r.git.output(ctx, nil, "symbolic-ref", "-q", "HEAD")
	if err != nil {
		return heading{}, fmt.Errorf("reading HEAD of %q: %w", r.place.root, cause)
	}
	h.Branch = strings.TrimSuffix(string(out), "\n")
	_, err = r.git.output(ctx, nil, "rev-parse", "-q", "--verify", h.Branch)
	if err == nil || !exited(err) || r.hasRefFile(h.Branch) {
		return heading{}, fmt.Errorf("reading HEAD of %q: %w", r.place.root, cause)
	}
	h.NoCommit = true
	return h, nil
}

// hasRefFile tells whether a file stands for a ref, whatever is in it.
func (r *Repo) hasRefFile(ref string) bool {
	for _, dir := range []string{r.place.gitDir, r.place.common} {
		if info, err := os.Lstat(filepath.Join(dir, filepath.FromSlash(ref))); err == nil && !info.IsDir() {
			return true
		}
	}
	return false
}

func errUnexpected(out []byte, err error) error {
	if err != nil {
		return nil
	}
	return fmt.Errorf("git printed %q", bytes.TrimSpace(out))
}

// describe adds to where HEAD was what the repository says of itself.
func (r *Repo) describe(ctx context.Context, h heading) (State, error) {
	s := State{
		Head: h.Head, Root: r.place.root, ObjectFormat: h.format, Shallow: h.shallow,
		LinkedWorktree: r.place.gitDir != r.place.common, ForeignOwner: r.foreign(),
	}
	config, err := r.config(ctx)
	if err != nil {
		return State{}, err
	}
	s.Remotes = remotes(config)
	s.Submodule = r.superproject(ctx)
	if h.Commit == "" {
		return s, nil
	}
	objects, err := r.git.objects(ctx)
	if err != nil {
		return State{}, err
	}
	defer objects.close()
	c, err := objects.commit(h.Commit)
	if err != nil {
		return State{}, fmt.Errorf("reading commit %s: %w", h.Commit, err)
	}
	s.CommitTree, s.AuthorTime, s.CommitTime = c.tree, c.authored, c.committed
	return s, nil
}

// superproject tells whether r is a submodule of the repository around it: its
// things stand under that one's modules, or that one's .gitmodules names it.
func (r *Repo) superproject(ctx context.Context) bool {
	outer, err := discover(filepath.Dir(r.place.root))
	if err != nil || outer.root == r.place.root {
		return false
	}
	if below(r.place.gitDir, filepath.Join(outer.common, "modules")) {
		return true
	}
	rel, err := filepath.Rel(outer.root, r.place.root)
	if err != nil {
		return false
	}
	file, err := readRegular(filepath.Join(outer.root, ".gitmodules"), maxModules)
	if err != nil {
		return false
	}
	modules, err := r.git.modules(ctx, file)
	_, found := modules[filepath.ToSlash(rel)]
	return err == nil && found
}
