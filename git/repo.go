package git

import "context"

// Options say how git is run. The zero value finds git in the usual folders.
type Options struct {
	// Program is the git program, a name or a path. "" is "git".
	Program string
	// Env is the user's environment as os.Environ gives it. Of it a repository
	// is read with PATH and little more; only access to a URL that a verifier
	// names sees the rest (credentials, proxies, ssh).
	Env []string
	// TempDir is where what is fetched is kept until Close. "" is os.TempDir.
	TempDir string
}

// Repo is a work tree and its repository.
type Repo struct {
	root string
}

// Open finds the work tree that dir is in. It is [ErrNoRepository] if there is
// none, [ErrNoProgram] if git cannot be asked. The environment and core.worktree
// mislead it as little as another owner stops it.
func Open(ctx context.Context, dir string, o Options) (*Repo, error) { return nil, ErrNoRepository }

// Root is the work tree's top folder, absolute and without symlinks.
func (r *Repo) Root() string { return r.root }
