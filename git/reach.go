package git

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Reach says from where a commit can be reached.
type Reach struct {
	Reachable bool
	Refs      []string // the branches that hold the commit: refs/heads/…
	Looked    int      // the number of branches that were asked
}

// Reachable tells whether the commit can be reached from one of the branches:
// names or patterns of path.Match ("main", "release/*"), none meaning every
// branch. Only refs/heads count, never remote-tracking refs, tags or a fork's
// objects. It is [ErrNoCommit] if the commit is not there at all, and
// [ErrShallow] if history is cut off before the answer.
func (s *Source) Reachable(ctx context.Context, commit ObjectID, branches []string) (Reach, error) {
	if _, err := ParseObjectID(string(commit)); err != nil {
		return Reach{}, err
	}
	for _, pattern := range branches {
		if _, err := path.Match(pattern, ""); err != nil {
			return Reach{}, fmt.Errorf("branch pattern %q: %w", pattern, err)
		}
	}
	git := s.folder
	if git == nil {
		if err := s.fetchHistory(ctx, len(commit)); err != nil {
			return Reach{}, err
		}
		git = s.history
	}
	known, err := s.knows(ctx, *git, commit)
	if err != nil {
		return Reach{}, err
	}
	r, err := s.branches(ctx, *git, commit, branches, known)
	if err != nil || r.Reachable {
		return r, err
	}
	return r, s.unreachable(ctx, *git, commit, known)
}

// knows tells whether the commit is among what is there, or was fetched.
func (s *Source) knows(ctx context.Context, git program, id ObjectID) (bool, error) {
	objects, err := git.objects(ctx)
	if err != nil {
		return false, err
	}
	defer objects.close()
	_, err = s.commitIn(objects, id)
	if errors.Is(err, ErrNoCommit) {
		return false, nil
	}
	return err == nil, err
}

// branches asks which of the branches that count hold the commit.
func (s *Source) branches(ctx context.Context, git program, commit ObjectID, patterns []string, known bool) (Reach, error) {
	all, err := s.refs(ctx, git, patterns)
	r := Reach{Looked: len(all)}
	if err != nil || !known {
		return r, err
	}
	r.Refs, err = s.refs(ctx, git, patterns, "--contains="+string(commit))
	r.Reachable = len(r.Refs) > 0
	return r, err
}

func (s *Source) refs(ctx context.Context, git program, patterns []string, args ...string) ([]string, error) {
	out, err := git.output(ctx, nil, append([]string{"for-each-ref", "--format=%(refname)"}, append(args, "refs/heads/")...)...)
	if err != nil {
		return nil, fmt.Errorf("looking for branches of %q: %w", s.location, err)
	}
	var refs []string
	for ref := range strings.FieldsSeq(string(out)) {
		name := strings.TrimPrefix(ref, "refs/heads/")
		counts := func(p string) bool {
			ok, _ := path.Match(strings.TrimPrefix(p, "refs/heads/"), name)
			return ok
		}
		if len(patterns) == 0 || slices.ContainsFunc(patterns, counts) {
			refs = append(refs, ref)
		}
	}
	return refs, nil
}

// unreachable finds out what it means that no branch holds the commit. nil: the
// commit is there, as in a fork, and on no branch.
func (s *Source) unreachable(ctx context.Context, git program, commit ObjectID, known bool) error {
	out, err := git.output(ctx, nil, "rev-parse", "--is-shallow-repository")
	if err != nil {
		return fmt.Errorf("looking at the history of %q: %w", s.location, err)
	}
	if strings.TrimSpace(string(out)) != "false" {
		if known {
			return fmt.Errorf("%s in %q: %w", commit, s.location, ErrShallow)
		}
		return fmt.Errorf("%s in %q: %w: %w", commit, s.location, ErrNoCommit, ErrShallow)
	}
	if known {
		return nil
	}
	if s.folder == nil && s.servesLoose(ctx, commit) {
		return nil
	}
	return fmt.Errorf("%s in %q: %w", commit, s.location, ErrNoCommit)
}

// servesLoose tells whether a server gives out a commit that no branch holds.
func (s *Source) servesLoose(ctx context.Context, commit ObjectID) bool {
	fetch, read, err := s.copy(ctx, "loose", len(commit))
	if err != nil {
		return false
	}
	if err := s.fetch(ctx, fetch, "--depth=1", "--filter=tree:0", remoteName, string(commit)); err != nil {
		return false
	}
	return s.has(ctx, read, commit)
}
