package git

import (
	"context"
	"fmt"
	"os"
)

// Repo is a work tree and its repository.
type Repo struct {
	place place
	opts  Options
	git   program
}

// Open finds the work tree that dir is in. It is [ErrNoRepository] if there is
// none, [ErrNoProgram] if git cannot be asked. The environment and core.worktree
// mislead it as little as another owner stops it.
func Open(ctx context.Context, dir string, o Options) (*Repo, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p, err := discover(dir)
	if err != nil {
		return nil, fmt.Errorf("looking for the repository of %q: %w", dir, err)
	}
	return openPlace(p, o)
}

func openPlace(p place, o Options) (*Repo, error) {
	git, err := o.local(p.gitDir, p.root)
	if err != nil {
		return nil, err
	}
	return &Repo{p, o, git}, nil
}

// Root is the work tree's top folder, absolute and without symlinks.
func (r *Repo) Root() string { return r.place.root }

// foreign tells whether the tree or its .git belongs to another user, at which
// git itself would stop.
func (r *Repo) foreign() bool {
	me := r.opts.uid
	if me == 0 {
		me = os.Geteuid()
	}
	for _, path := range []string{r.place.root, r.place.gitDir} {
		info, err := os.Stat(path)
		if err != nil {
			continue
		}
		if uid, ok := owner(info); ok && uid != me {
			return true
		}
	}
	return false
}
