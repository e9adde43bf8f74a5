package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/compare"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/store/index"
	"github.com/lineage-audit/lineage/verify"
)

// before compares with the version before: of a registered model, or else with the
// run before that made the same outputs.
func (p *pageMaker) before(ctx context.Context) {
	b := &p.facts.Before
	var old *record.Record
	var err error
	switch t := p.verdict.Target.Resolved; {
	case p.facts.Record == nil:
		b.Why = "there is no record of this one"
		return
	case t != nil && t.Version != "":
		old, err = p.versionBefore(ctx, t)
	default:
		old, err = p.runBefore(ctx)
	}
	switch {
	case err != nil:
		b.Why = err.Error()
		return
	case old.ID() == p.facts.Record.ID():
		b.Why = "it was made by the same run"
		return
	}
	id := old.ID()
	b.Record = &id
	diff, err := p.compared(ctx, old)
	if err != nil {
		b.Why = err.Error()
		return
	}
	b.Diff = diff
}

// compared says what differs from another run, as lineage diff does.
func (p *pageMaker) compared(ctx context.Context, old *record.Record) (*compare.Diff, error) {
	o := compare.Options{Files: 50}
	look, err := p.c.lookAround(ctx, "")
	if p.problem("looking for the commits", err); err == nil {
		defer look.close()
		o.Contents, o.History = look.contents, look.contents
	}
	diff, err := compare.Compare(ctx, compare.Run{Record: old}, compare.Run{Record: p.facts.Record}, o)
	return &diff, err
}

// mostVersions is how many numbers below a version are asked for: those between may
// have been deleted.
const mostVersions = 20

// versionBefore is the record of the version before, by the registry.
func (p *pageMaker) versionBefore(ctx context.Context, t *verify.Resolved) (*record.Record, error) {
	n, err := strconv.Atoi(t.Version)
	if err != nil {
		return nil, fmt.Errorf("version %q is no number", t.Version)
	}
	for k := n - 1; k > 0 && k >= n-mostVersions; k-- {
		ref := attach.VersionRef(t.Name, strconv.Itoa(k))
		p.facts.Before.What = fmt.Sprintf("version %d of %s", k, t.Name)
		claims, err := p.claimsOf(ctx, ref)
		if errors.Is(err, attach.ErrNotFound) {
			continue
		} else if err != nil {
			return nil, err
		}
		return p.ofVersion(ctx, claims)
	}
	p.facts.Before.What = ""
	return nil, errors.New("there is no version before this one")
}

// claimsOf are the records that a version names, those of the version itself first.
func (p *pageMaker) claimsOf(ctx context.Context, ref attach.Ref) ([]attach.Attached, error) {
	m, err := p.system.Resolve(ctx, ref)
	if err != nil {
		return nil, err
	}
	var all []attach.Attached
	for _, target := range m.Targets {
		attached, err := p.system.Get(ctx, target)
		if err != nil {
			return nil, err
		}
		for _, a := range attached {
			if a.Named {
				all = append(all, a)
			}
		}
		if len(all) > 0 {
			return all, nil
		}
	}
	return nil, nil
}

// ofVersion is the one record that a version names.
func (p *pageMaker) ofVersion(ctx context.Context, claims []attach.Attached) (*record.Record, error) {
	ids := map[record.ID]bool{}
	for _, c := range claims {
		ids[c.ID] = true
	}
	switch {
	case len(ids) == 0:
		return nil, errors.New("it has no record")
	case len(ids) > 1:
		return nil, fmt.Errorf("it has %d records, and nothing says which of them is the model's", len(ids))
	}
	for _, c := range claims {
		if c.Statement != nil {
			return record.Decode(c.Statement)
		}
	}
	r, err := p.store.Record(ctx, claims[0].ID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("it names record %s, which is neither with it nor in the store", claims[0].ID)
	}
	return r, err
}

// runBefore is the newest run before this one that succeeded and made an output at
// the same place.
func (p *pageMaker) runBefore(ctx context.Context) (*record.Record, error) {
	r := p.facts.Record
	if p.catalog == nil {
		return nil, errNoCatalog
	}
	for _, o := range r.Outputs() {
		at := outputPlace(o)
		if at.Root == "" || at.Root == record.RootServer {
			continue
		}
		for u, err := range p.catalog.ByLocation(ctx, at, index.Made) {
			if err != nil {
				return nil, err
			}
			if u.Run.Outcome.Ended0() && u.Run.Started.Before(r.Metadata().StartedOn.Time) {
				p.facts.Before.What = "the run before that made " + at.String()
				return p.store.Record(ctx, u.Run.ID)
			}
		}
	}
	return nil, errors.New("no recorded run before this one made the same outputs")
}

// outputPlace is where an output stood that is not a file of another.
func outputPlace(o record.Resource) record.Location {
	switch a := o.Annotations; {
	case a.Tree != nil:
		return a.Tree.Location
	case a.File != nil && a.File.Tree == nil:
		return a.File.Location
	}
	return record.Location{}
}
