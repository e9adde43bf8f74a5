package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/lineage-audit/lineage/capture"
	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/sourcing"
	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/store/index"
)

// lookOn is how long, once a run has its record, records are still looked through for
// who made its inputs.
const lookOn = time.Second

// notAll says why an input may have been made by a recorded run all the same.
const notAll = "not all records of the store were looked through, so a recorded run may have made them: `lineage show` looks at all"

// seeker looks for the runs that made the inputs of a run, beside it.
type seeker struct {
	store  *store.Store
	place  *capture.Place
	env    []string
	cancel context.CancelFunc
	done   chan struct{} // nil until there is something to look for
	left   []sourcing.Input
	err    error // why not all records were looked at
}

// hashed starts to look, once it is known which bytes the inputs are. It is for
// capture.Options.Hashed.
func (k *seeker) hashed(ctx context.Context) func([]record.Resource, map[hashing.TreeDigest][]byte) {
	return func(all []record.Resource, raw map[hashing.TreeDigest][]byte) {
		if !slices.ContainsFunc(all, isInput) || k.done != nil {
			return
		}
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		k.cancel, k.done = cancel, make(chan struct{})
		go func() { // so that nobody waits for it but who wants to know
			defer close(k.done)
			inputs := sourcing.Unsourced(all, func(d hashing.TreeDigest) (hashing.Manifest, error) { return hashing.ParseManifest(raw[d]) })
			if len(inputs) > 0 {
				inputs = inNarrowedCommit(ctx, k.place, k.env, all, inputs)
			}
			made, err := k.store.Makers(ctx, sourcing.Wanted(inputs))
			k.err = err
			k.left = sourcing.Found(inputs, func(_ record.Location, d hashing.FileDigest) bool { return !made[d].IsZero() })
		}()
	}
}

func isInput(r record.Resource) bool {
	return r.Annotations.Role == record.RoleData || r.Annotations.Role == record.RolePreprocessing
}

// found is what was found when that time is over at the latest.
func (k *seeker) found(over <-chan time.Time) report.Sourcing {
	if k.done == nil {
		return report.Sourcing{}
	}
	select {
	case <-k.done:
	case <-over:
	}
	k.cancel()
	<-k.done
	return sourcingOf(k.left, k.err)
}

func sourcingOf(left []sourcing.Input, err error) report.Sourcing {
	f := report.Sourcing{Unsourced: left}
	switch {
	case err == nil || len(left) == 0:
	case errors.Is(err, context.Canceled):
		f.Doubt = notAll
	default:
		f.Doubt = "a record cannot be read, which may have made them: " + err.Error()
	}
	return f
}

// mostAsked is how many files the commit is asked for one by one, and askedBytes how
// large each may be.
const (
	mostAsked  = 64
	askedBytes = 256 << 20
)

// inNarrowedCommit leaves out what the commit has, where `code:` keeps it from being
// among the code. Nothing is said where the commit cannot be read.
func inNarrowedCommit(ctx context.Context, p *capture.Place, env []string, all []record.Resource, inputs []sourcing.Input) []sourcing.Input {
	i := slices.IndexFunc(all, func(r record.Resource) bool { return r.Annotations.Role == record.RoleCommit && r.Digest != nil })
	if p == nil || p.Repo == nil || len(p.Config.Code) == 0 || i < 0 || len(sourcing.Wanted(inputs)) > mostAsked {
		return inputs
	}
	source, err := git.OpenSource(ctx, p.Root, git.Options{Env: env})
	if err != nil {
		return inputs
	}
	defer source.Close()
	commit := git.ObjectID(all[i].Digest.GitCommit)
	return sourcing.Found(inputs, func(at record.Location, d hashing.FileDigest) bool {
		if at.Root != record.RootRepo {
			return false
		}
		raw, err := source.ReadFile(ctx, commit, at.Path, askedBytes)
		return err == nil && hashing.Bytes(raw) == d
	})
}

// sourcing says which inputs of a record nothing says where they are from.
func (c *cli) sourcing(ctx context.Context, s *store.Store, r *record.Record) report.Sourcing {
	all := r.Statement().Predicate.BuildDefinition.ResolvedDependencies
	manifests := manifestsIn(ctx, s)
	inputs := sourcing.Unsourced(all, manifests)
	said, err := onlySaid(ctx, s, r, manifests)
	if err != nil {
		c.complain(err)
	}
	if len(inputs) == 0 {
		return report.Sourcing{Said: said}
	}
	if place, err := c.place(ctx); err == nil {
		inputs = inNarrowedCommit(ctx, place, c.environ, all, inputs)
	}
	made, err := c.makers(ctx, s, r, sourcing.Wanted(inputs))
	left, since, sinceErr := later(ctx, s, sourcing.Found(inputs, func(_ record.Location, d hashing.FileDigest) bool { return made[d] }))
	f := sourcingOf(left, errors.Join(err, sinceErr))
	f.Later, f.Said = since, said
	return f
}

// makers asks the index which of these bytes a run has made, other than this one, that
// did not read them.
func (c *cli) makers(ctx context.Context, s *store.Store, r *record.Record, wanted []hashing.FileDigest) (map[hashing.FileDigest]bool, error) {
	made := map[hashing.FileDigest]bool{}
	if len(wanted) == 0 {
		return made, nil
	}
	catalog, err := c.catalog(ctx, s, false)
	if err != nil {
		return made, err
	}
	defer c.closing(catalog)
	for _, d := range wanted {
		if made[d], err = madeBy(ctx, catalog, r.ID(), d); err != nil {
			return made, err
		}
	}
	problems, err := catalog.Problems(ctx)
	return made, errors.Join(append(problems[:min(len(problems), 1)], err)...)
}

func madeBy(ctx context.Context, catalog *index.Catalog, self record.ID, d hashing.FileDigest) (bool, error) {
	makers, readers := map[record.ID]bool{}, map[record.ID]bool{self: true}
	for use, err := range catalog.ByDigest(ctx, index.OfFile(d), "") {
		if err != nil {
			return false, fmt.Errorf("looking for who made sha256:%s: %w", d, err)
		}
		if use.Side == index.Made {
			makers[use.Run.ID] = true
		} else {
			readers[use.Run.ID] = true
		}
	}
	maps.DeleteFunc(makers, func(id record.ID, _ bool) bool { return readers[id] })
	return len(makers) > 0, nil
}
