package contents

import (
	"context"
	"fmt"
	"time"

	"github.com/lineage-audit/lineage/compare"
	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Manifest is that of the files of a commit.
func (c *Contents) Manifest(ctx context.Context, commit record.GitHash) (hashing.Manifest, error) {
	if c.Source == nil {
		return hashing.Manifest{}, compare.ErrNotFound
	}
	c.asking.Lock()
	defer c.asking.Unlock()
	tree, err := c.Source.CommitManifest(ctx, git.ObjectID(commit))
	return tree.Manifest, absent(err)
}

// Between asks the repository how two commits stand to each other.
func (c *Contents) Between(ctx context.Context, a, b record.GitHash, most int) (compare.Range, error) {
	r := compare.Range{A: a, B: b, Relation: compare.RelationUnknown, Why: "no repository was asked"}
	if c.Source == nil {
		return r, nil
	}
	c.asking.Lock()
	defer c.asking.Unlock()
	found, err := c.Source.Between(ctx, git.ObjectID(a), git.ObjectID(b), most)
	if err != nil {
		return compare.Range{}, err
	}
	if r.Missing = missing(found); r.Missing != "" {
		r.Why = fmt.Sprintf("%q does not have %s", c.Source.Location(), missingWord[r.Missing])
		return r, nil
	}
	r.CountA, r.CountB, r.OnlyA, r.OnlyB = found.CountA, found.CountB, commits(found.OnlyA), commits(found.OnlyB)
	for _, id := range found.Bases {
		r.Base = append(r.Base, record.GitHash(id))
	}
	r.Relation, r.Why = relation(a, b, found), ""
	if found.Shallow {
		r.Why = "the repository is shallow: there may be more commits, and a nearer common one"
	}
	return r, nil
}

var missingWord = map[compare.Of]string{
	compare.OfA: "the commit of the first run", compare.OfB: "the commit of the second run", compare.OfBoth: "either commit",
}

func missing(b git.Between) compare.Of {
	switch {
	case b.MissingA && b.MissingB:
		return compare.OfBoth
	case b.MissingA:
		return compare.OfA
	case b.MissingB:
		return compare.OfB
	}
	return ""
}

// relation follows from the best common ancestors. Where history is cut off, having
// none is not known.
func relation(a, b record.GitHash, found git.Between) compare.Relation {
	switch {
	case a == b:
		return compare.RelationSame
	case found.CountA == 0:
		return compare.RelationForward
	case found.CountB == 0:
		return compare.RelationBackward
	case len(found.Bases) > 0:
		return compare.RelationDiverged
	case found.Shallow:
		return compare.RelationUnknown
	}
	return compare.RelationUnrelated
}

func commits(list []git.LogCommit) (found []compare.Commit) {
	for _, c := range list {
		when := c.Committed.UTC()
		if when.Year() < 1 || when.Year() > 9999 { // forged, and not to be written as JSON
			when = time.Time{}
		}
		found = append(found, compare.Commit{
			Hash: record.GitHash(c.ID), Time: when, Author: record.EncodeText(c.Author), Subject: record.EncodeText(c.Subject),
		})
	}
	return found
}
