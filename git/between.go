package git

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Between is what lies between two commits, A and B, of one repository.
type Between struct {
	MissingA, MissingB bool // the repository does not have the commit; then the rest is empty
	Bases              []ObjectID
	CountA, CountB     int         // ancestors of the one, and itself, that the other has not
	OnlyA, OnlyB       []LogCommit // the newest of them
	Shallow            bool        // history is cut off somewhere: there may be more, and other bases
}

// LogCommit is a commit as a log lists it. Author and Subject are as the commit has
// them, which may be anything.
type LogCommit struct {
	ID        ObjectID
	Author    string // without the address
	Committed time.Time
	Subject   string // the first line of the message
}

// Between gives the commits that only one of two has, most on either side at most.
// A commit that is not there is said, and is no error.
func (s *Source) Between(ctx context.Context, a, b ObjectID, most int) (Between, error) {
	for _, id := range []ObjectID{a, b} {
		if _, err := ParseObjectID(string(id)); err != nil {
			return Between{}, err
		}
	}
	git := s.folder
	if git == nil {
		if err := s.fetchHistory(ctx, len(a)); err != nil {
			return Between{}, err
		}
		git = s.history
	}
	knownA, err := s.knows(ctx, *git, a)
	if err != nil {
		return Between{}, err
	}
	knownB, err := s.knows(ctx, *git, b)
	if err != nil || !knownA || !knownB {
		return Between{MissingA: !knownA, MissingB: !knownB}, err
	}
	r, err := git.between(ctx, a, b, most)
	if err != nil {
		return Between{}, fmt.Errorf("looking between %s and %s in %q: %w", a, b, s.location, err)
	}
	return r, nil
}

// between asks about two commits that are there.
func (p program) between(ctx context.Context, a, b ObjectID, most int) (r Between, err error) {
	shallow, err := p.output(ctx, nil, "rev-parse", "--is-shallow-repository")
	if err != nil {
		return r, err
	}
	r.Shallow = strings.TrimSpace(string(shallow)) != "false"
	bases, err := p.output(ctx, nil, "merge-base", "--all", string(a), string(b))
	var none *exitError
	if err != nil && (!errors.As(err, &none) || none.status != 1) { // 1: there is none
		return r, err
	}
	for line := range strings.FieldsSeq(string(bases)) {
		r.Bases = append(r.Bases, ObjectID(line))
	}
	counts, err := p.output(ctx, nil, "rev-list", "--count", "--left-right", string(a)+"..."+string(b))
	if err != nil {
		return r, err
	}
	if _, err := fmt.Sscan(string(counts), &r.CountA, &r.CountB); err != nil {
		return r, fmt.Errorf("git rev-list printed %q: %w", counts, err)
	}
	if r.OnlyA, err = p.logOf(ctx, a, b, most); err != nil {
		return r, err
	}
	r.OnlyB, err = p.logOf(ctx, b, a, most)
	return r, err
}

// logOf lists the newest commits that id has and without has not.
func (p program) logOf(ctx context.Context, id, without ObjectID, most int) (list []LogCommit, err error) {
	out, err := p.output(ctx, nil, "rev-list", "--max-count="+strconv.Itoa(most), string(id), "^"+string(without))
	if err != nil {
		return nil, err
	}
	objects, err := p.objects(ctx)
	if err != nil {
		return nil, err
	}
	defer objects.close()
	for line := range strings.FieldsSeq(string(out)) {
		raw, err := objects.read(ObjectID(line), "commit", maxCommit)
		if err != nil {
			return nil, err
		}
		c, err := logCommit(ObjectID(line), raw)
		if err != nil {
			return nil, fmt.Errorf("reading commit %s: %w", line, err)
		}
		list = append(list, c)
	}
	return list, nil
}

func logCommit(id ObjectID, raw []byte) (LogCommit, error) {
	c, err := parseCommit(raw)
	if err != nil {
		return LogCommit{}, err
	}
	head, message, _ := strings.Cut(string(raw), "\n\n")
	l := LogCommit{ID: id, Committed: c.committed}
	l.Subject, _, _ = strings.Cut(strings.TrimLeft(message, "\n"), "\n")
	for line := range strings.SplitSeq(head, "\n") {
		if who, ok := strings.CutPrefix(line, "author "); ok {
			name, _, _ := strings.Cut(who, "<")
			l.Author = strings.TrimSpace(name)
		}
	}
	return l, nil
}
