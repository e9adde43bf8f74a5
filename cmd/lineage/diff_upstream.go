package main

import (
	"context"
	"slices"

	"github.com/lineage-audit/lineage/compare"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report"
)

// upstream are the runs to compare next: those that made an input which differs.
func (l *surroundings) upstream(ctx context.Context, a, b compare.Run) (found []report.DiffUpstream) {
	if a.Record == nil || b.Record == nil {
		return nil
	}
	before, after := inputsOf(a.Record), inputsOf(b.Record)
	ofA := makers{cli: l.cli, store: l.store, run: a.Record.ID()}
	ofB := makers{cli: l.cli, store: l.store, run: b.Record.ID()}
	for _, at := range before.places {
		was, is := before.digests[at], after.digests[at]
		if is == "" || was == is {
			continue
		}
		madeA, madeB := ofA.of(ctx, at), ofB.of(ctx, at)
		if madeA.IsZero() || madeB.IsZero() || madeA == madeB {
			continue
		}
		n := slices.IndexFunc(found, func(u report.DiffUpstream) bool { return u.A == madeA && u.B == madeB })
		if n < 0 {
			n = len(found)
			found = append(found, report.DiffUpstream{A: madeA, B: madeB, Command: l.line("diff", madeA.Short(), madeB.Short())})
		}
		found[n].At = append(found[n].At, at)
	}
	return found
}

// inputs are what a run read, by where it stood.
type inputs struct {
	places  []record.Location // in the record's order
	digests map[record.Location]string
}

func inputsOf(r *record.Record) inputs {
	all := inputs{digests: map[record.Location]string{}}
	for _, role := range []record.Role{record.RoleData, record.RolePreprocessing} {
		for _, res := range r.Dependencies(role) {
			at, digest := inputOf(res)
			if digest != "" && all.digests[at] == "" {
				all.places = append(all.places, at)
				all.digests[at] = digest
			}
		}
	}
	return all
}

// inputOf is where an input stood, and its bytes if they are known.
func inputOf(res record.Resource) (at record.Location, digest string) {
	switch a := res.Annotations; {
	case res.Digest == nil:
	case a.File != nil && res.Digest.SHA256 != nil:
		return a.File.Location, "sha256:" + res.Digest.SHA256.String()
	case a.Tree != nil && res.Digest.Tree != nil:
		return a.Tree.Location, "tree:" + res.Digest.Tree.String()
	}
	return at, ""
}
