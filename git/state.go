package git

import (
	"context"
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
func (r *Repo) State(ctx context.Context) (State, error) { return State{}, nil }

// Head says where the work tree stands: replace refs are not followed.
func (r *Repo) Head(ctx context.Context) (Head, error) { return Head{}, nil }
