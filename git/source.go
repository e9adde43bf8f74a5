package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Source is a repository that commits are had from: a folder, which is read in
// place, or a URL, of which bare copies are fetched as far as they are needed.
// It is not for concurrent use.
type Source struct {
	location string // as it may be shown
	opts     Options
	folder   *program // reads the folder
	root     string   // the folder's work tree, "" of a bare repository
	common   string   // where the folder keeps its objects
	url      string   // credentials and all
	temp     string   // what was fetched
	history  *program // reads a copy that has all commits of the branches
	content  *program // reads a copy that has all of some commits
	trees    map[ObjectID]CommitTree
}

// OpenSource opens a folder (a work tree, a bare repository, a file:// URL) or
// readies a URL (https, http, ssh, git, user@host:path). A URL is only looked at
// when a method needs it. Errors never show its credentials.
func OpenSource(ctx context.Context, location string, o Options) (*Source, error) {
	s := &Source{location: StripCredentials(location), opts: o, trees: map[ObjectID]CommitTree{}}
	folder, local := strings.CutPrefix(location, "file://")
	if info, err := os.Stat(folder); err == nil && info.IsDir() {
		return s, s.openFolder(folder)
	}
	if local || !isURL(location) {
		return nil, fmt.Errorf("opening %q: %w", s.location, ErrNoRepository)
	}
	if _, err := o.find(); err != nil {
		return nil, err
	}
	s.url = location
	return s, ctx.Err()
}

// openFolder reads a folder by itself, never through git's transports: those
// would run the other repository's own settings.
func (s *Source) openFolder(dir string) error {
	real, err := realPath(dir)
	if err != nil {
		return fmt.Errorf("opening %q: %w", dir, err)
	}
	p, err := discover(real)
	if checkGitDir(real) == nil { // a bare repository, or a .git
		p, err = newPlace("", real)
	}
	if err != nil {
		return fmt.Errorf("opening %q: %w", dir, err)
	}
	s.root, s.common = p.root, p.common
	git, err := s.opts.local(p.gitDir, "")
	git.patience = fetchPatience // a long history takes its time
	s.folder = &git
	return err
}

// submodules are the folders in which the source may hold a submodule's
// repository: checked out in its work tree, or kept for later checkouts.
func (s *Source) submodules(file string) []string {
	if s == nil || s.folder == nil {
		return nil
	}
	var folders []string
	if s.root != "" {
		if p, err := placeAt(filepath.Join(s.root, filepath.FromSlash(file))); err == nil {
			folders = append(folders, p.gitDir)
		}
	}
	return append(folders, filepath.Join(s.common, "modules", filepath.FromSlash(file)))
}

// Close removes what was fetched.
func (s *Source) Close() error {
	if s.temp == "" {
		return nil
	}
	dir := s.temp
	s.temp, s.history, s.content = "", nil, nil
	return os.RemoveAll(dir)
}

// Location is the folder or URL, without credentials.
func (s *Source) Location() string { return s.location }

// reader gives the git that has all of a commit, which is fetched if need be,
// and a reader of its objects.
func (s *Source) reader(ctx context.Context, commit ObjectID) (program, *objects, error) {
	if _, err := ParseObjectID(string(commit)); err != nil {
		return program{}, nil, err
	}
	git := s.folder
	if git == nil {
		if err := s.fetchContent(ctx, commit); err != nil {
			return program{}, nil, err
		}
		git = s.content
	}
	objects, err := git.objects(ctx)
	return *git, objects, err
}

// commitIn reads a commit; one that is not there is [ErrNoCommit].
func (s *Source) commitIn(o *objects, id ObjectID) (commit, error) {
	c, err := o.commit(id)
	if errors.Is(err, ErrMissing) {
		return commit{}, fmt.Errorf("%s in %q: %w", id, s.location, ErrNoCommit)
	}
	if err != nil {
		return commit{}, fmt.Errorf("reading commit %s in %q: %w", id, s.location, err)
	}
	return c, nil
}

// ReadFile gives a regular file's blob in a commit: [ErrNoCommit], [ErrNoFile].
// A file larger than limit is an error.
func (s *Source) ReadFile(ctx context.Context, commit ObjectID, path string, limit int64) ([]byte, error) {
	_, objects, err := s.reader(ctx, commit)
	if err != nil {
		return nil, err
	}
	defer objects.close()
	e, err := s.entry(objects, commit, path)
	if err != nil {
		return nil, err
	}
	b, err := objects.read(e.id, "blob", limit)
	if err != nil {
		return nil, fmt.Errorf("reading %q in commit %s: %w", path, commit, err)
	}
	return b, nil
}

// FindFile gives the digest and more of one regular file in a commit:
// [ErrNoCommit], [ErrNoFile].
func (s *Source) FindFile(ctx context.Context, commit ObjectID, path string) (CommitFile, error) {
	_, objects, err := s.reader(ctx, commit)
	if err != nil {
		return CommitFile{}, err
	}
	defer objects.close()
	e, err := s.entry(objects, commit, path)
	if err != nil {
		return CommitFile{}, err
	}
	return objects.file(e)
}

// entry finds a regular file of a commit.
func (s *Source) entry(o *objects, id ObjectID, path string) (treeEntry, error) {
	c, err := s.commitIn(o, id)
	if err != nil {
		return treeEntry{}, err
	}
	list, err := o.tree(c.tree, func(p string, folder bool) bool { return p == path || folder && within(path, p) })
	if err != nil {
		return treeEntry{}, fmt.Errorf("reading commit %s: %w", id, err)
	}
	if len(list) != 1 || list[0].path != path || list[0].mode != ModeFile && list[0].mode != ModeExecutable {
		return treeEntry{}, fmt.Errorf("%q in commit %s: %w", path, id, ErrNoFile)
	}
	return list[0], nil
}
