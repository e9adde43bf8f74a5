package verify

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/record"
)

// checkReachable: each commit can be had from a branch of a repository that the
// verifier names, and each file of the code from such a commit or the kept blobs.
func checkReachable(ctx context.Context, q *inquiry, r *record.Record) Check {
	commits := commitsOf(r)
	switch {
	case len(q.Policy.Repositories)+len(q.Repositories) == 0:
		return lacking("no repository was named that counts").mend("lineage", "verify", q.Asked, "--repo", "URL").
			noting("a policy can name repositories and branches, too; what the record says of remotes does not count")
	case len(commits) == 0:
		return lacking("the record names no commit")
	}
	var all []Evidence
	var notes []string
	for _, dep := range commits {
		e, why := q.reach(ctx, dep)
		all, notes = append(all, e), append(notes, why...)
	}
	if worst(all) != Held {
		return lacking("not on a branch that counts: %s", namesOf(all, Lacking)).with(all...).noting(notes...)
	}
	files, err := q.restorable(ctx, r)
	all = append(all, files...)
	switch {
	case err != nil:
		return lacking("the commit is there, and whether all code can be had from it cannot be seen: %v", err).with(all...).noting(notes...)
	case worst(all) != Held:
		return lacking("neither in the commit nor kept: %s", namesOf(all, Lacking)).with(all...).noting(notes...)
	}
	return held("%s %s on a branch that counts, and all code can be had again", count(len(commits), "commit"), isAre(len(commits))).with(all...).noting(notes...)
}

// reach asks each repository that counts for one commit.
func (q *inquiry) reach(ctx context.Context, dep record.Resource) (e Evidence, notes []string) {
	commit := dep.Digest.GitCommit
	e = Evidence{Name: string(commit), Expected: "reachable", Found: "in no repository that counts", Status: Lacking}
	for _, o := range q.repositories(ctx) {
		if !o.counts {
			continue
		}
		var at Reach
		err := o.err
		if o.repo != nil {
			at, err = o.repo.Reach(ctx, commit)
		}
		switch {
		case err != nil:
			notes = append(notes, fmt.Sprintf("%s: %v", o.name, err))
		case at.Known && o.ref.onBranch(at.Branch):
			e.Where, e.Found, e.Status = o.name, "on "+at.Branch, Held
			return e, notes
		case at.Known:
			e.Where, e.Found = o.name, "there, on no branch that counts"
		}
	}
	return e, notes
}

// onBranch tells whether a branch is one of those that count.
func (ref RepositoryRef) onBranch(branch string) bool {
	short := strings.TrimPrefix(branch, "refs/heads/")
	return short != "" && (len(ref.Branches) == 0 || slices.ContainsFunc(ref.Branches, func(pattern string) bool {
		matched, err := path.Match(strings.TrimPrefix(pattern, "refs/heads/"), short)
		return err == nil && matched
	}))
}

// restorable looks for the bytes of each file of the code: those that are not the
// commit's must be kept. Only those that need it stand in the evidence.
func (q *inquiry) restorable(ctx context.Context, r *record.Record) ([]Evidence, error) {
	c := q.codeOf(ctx, r)
	switch {
	case c.listErr != nil:
		return nil, c.listErr
	case len(c.files) == 0:
		return nil, errors.New("the record lists no file of code")
	}
	var all []Evidence
	for _, f := range c.files {
		if f.standing == inCommit {
			continue
		}
		e := Evidence{Name: f.location.String(), Where: "kept blobs", Expected: fileText(f.digest), Found: fileText(f.digest), Status: Held}
		if _, err := q.blob(ctx, f.digest); err != nil && !f.digest.IsEmpty() {
			e.Found, e.Status = err.Error(), Lacking
		}
		all = append(all, e)
	}
	if c.lookErr != nil && slices.ContainsFunc(all, func(e Evidence) bool { return e.Status != Held }) {
		return nil, c.lookErr
	}
	return all, nil
}
