package verify

import (
	"context"
	"errors"
	"fmt"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// pins are those of every lock file that stands in the recorded commit with the
// bytes of the record. The evidence tells of each lock what became of it.
func (q *inquiry) pins(ctx context.Context, r *record.Record, locks []record.Resource) (pins []Pin, all []Evidence) {
	for _, l := range locks {
		e := Evidence{Name: l.Name, Expected: digestText(l.Digest), Status: Held}
		of, where, err := q.pinsOf(ctx, r, l)
		if e.Where, e.Found = where, count(len(of), "pin"); err != nil {
			e.Found, e.Status = err.Error(), Lacking
		}
		pins, all = append(pins, of...), append(all, e)
	}
	return pins, all
}

func (q *inquiry) pinsOf(ctx context.Context, r *record.Record, l record.Resource) ([]Pin, string, error) {
	commits := commitsOf(r)
	k, name := innermost(commits, l.Annotations.Lock.Location)
	if k < 0 {
		return nil, "", errors.New("it stood in the work tree of no recorded commit")
	}
	commit := commits[k].Digest.GitCommit
	at, o, err := q.filesIn(ctx, commit, []hashing.Entry{{Path: name, Digest: *l.Digest.SHA256}})
	if err != nil {
		return nil, "", fmt.Errorf("the commit cannot be looked at: %w", err)
	}
	if in, there := at[name]; !there || in.Digest != *l.Digest.SHA256 {
		return nil, o.name, errors.New("the recorded commit does not have it with these bytes")
	}
	pins, err := q.parseLock(ctx, o, commit, name, l)
	return pins, o.name, err
}

// parseLock reads the lock's bytes from the commit. Those that the commit checks out
// in another form are not read.
func (q *inquiry) parseLock(ctx context.Context, o openedRepository, commit record.GitHash, name string, l record.Resource) ([]Pin, error) {
	content, err := o.repo.Content(ctx, commit, name)
	switch {
	case err != nil:
		return nil, err
	case hashing.Bytes(content) != *l.Digest.SHA256:
		return nil, errors.New("the commit holds it in another form")
	case q.Locks == nil:
		return nil, errNotAsked
	}
	return q.Locks.Pins(l.Annotations.Lock.Format, content)
}
