package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/compare"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report/page"
	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/store/index"
	"github.com/lineage-audit/lineage/trace"
	"github.com/lineage-audit/lineage/verify"
)

// pageMaker gathers the facts of one page. What cannot be had is said on the page,
// and keeps nobody from having the rest.
type pageMaker struct {
	c *cli
	*judged
	facts *page.Facts
}

func (c *cli) pageFacts(ctx context.Context, j *judged) (page.Facts, error) {
	f := page.Facts{Verdict: j.verdict, Version: version(), Time: time.Now()}
	p := &pageMaker{c: c, judged: j, facts: &f}
	p.record(ctx)
	p.hand(ctx)
	p.lineage(ctx)
	p.before(ctx)
	slices.Sort(f.Problems)
	f.Problems = slices.Compact(f.Problems)
	return f, ctx.Err()
}

func (p *pageMaker) problem(what string, err error) {
	if err != nil {
		p.facts.Problems = append(p.facts.Problems, what+": "+err.Error())
	}
}

// record is the one that the verdict is about, with the lists of its folders.
func (p *pageMaker) record(ctx context.Context) {
	if p.verdict.Record == nil {
		return
	}
	r, err := p.recordOf(ctx, *p.verdict.Record, p.verdict.Target.Resolved)
	if p.problem("reading the record again", err); err != nil {
		return
	}
	p.facts.Record, p.facts.Manifests = r, map[hashing.TreeDigest]hashing.Manifest{}
	for _, b := range r.Byproducts(record.RoleManifest) {
		raw, err := p.request.Blobs.Blob(ctx, *b.Digest.SHA256)
		if err != nil {
			p.problem("reading the list of a folder's files", err)
			continue
		}
		m, err := hashing.ParseManifest(raw)
		p.problem("reading the list of a folder's files", err)
		p.facts.Manifests[m.Digest()] = m
	}
	p.facts.Attached, err = p.store.Attachments(ctx, r.ID())
	p.problem("looking where the record hangs", err)
}

// recordOf is the record with the id: as the target brought it along, or else as the
// store has it.
func (p *pageMaker) recordOf(ctx context.Context, id record.ID, target *verify.Resolved) (*record.Record, error) {
	if target != nil {
		for _, c := range target.Claims {
			if c.Bytes != nil && record.IDOf(c.Bytes) == id {
				return record.Decode(c.Bytes)
			}
		}
	}
	return p.store.Record(ctx, id)
}

// lineage is what the model was made of.
func (p *pageMaker) lineage(ctx context.Context) {
	d := p.verdict.Target.Digest
	if d == nil {
		p.facts.Lineage.Why = "the model could not be read"
		return
	}
	s := trace.Subject{Asked: p.verdict.Target.Asked, Bytes: -1}
	if d.SHA256 != nil {
		s.File = *d.SHA256
	} else {
		s.Tree = *d.Tree
	}
	if r := p.verdict.Target.Resolved; r != nil && r.Kind == verify.TargetRegistry {
		s.Model = modelOf(r)
	}
	if p.verdict.Record != nil {
		s.Claims = []record.ID{*p.verdict.Record}
	}
	g, err := p.traced(ctx, s)
	if err != nil {
		p.facts.Lineage.Why = err.Error()
		return
	}
	p.facts.Lineage.Graph = &g
}

func modelOf(r *verify.Resolved) *trace.Model {
	switch {
	case r.Version != "":
		return &trace.Model{System: r.System, Kind: string(attach.KindModelVersion), ID: r.Version, Name: r.Name, Alias: r.Alias}
	case r.LoggedModel != "":
		return &trace.Model{System: r.System, Kind: string(attach.KindLoggedModel), ID: r.LoggedModel}
	}
	return &trace.Model{System: r.System, Kind: string(attach.KindRun), ID: r.Run, Name: r.Path}
}

func (p *pageMaker) traced(ctx context.Context, s trace.Subject) (trace.Graph, error) {
	catalog, err := index.Open(ctx, p.store, index.Options{})
	if err != nil {
		return trace.Graph{}, err
	}
	defer p.c.closing(catalog)
	w := trace.World{Catalog: catalog, Records: p.store}
	for u, err := range p.store.Unsettled(ctx, alive) {
		if err != nil {
			p.problem("looking for runs without a record", err)
		} else if u.State == store.Abandoned {
			w.Abandoned = append(w.Abandoned, u.Intent)
		}
	}
	return trace.Trace(ctx, w, s, trace.Options{})
}

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
	diff, err := compare.Compare(ctx, compare.Run{Record: old}, compare.Run{Record: p.facts.Record}, compare.Options{Files: 50})
	if err != nil {
		b.Why = err.Error()
		return
	}
	b.Diff = &diff
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
	catalog, err := index.Open(ctx, p.store, index.Options{})
	if err != nil {
		return nil, err
	}
	defer p.c.closing(catalog)
	for _, o := range r.Outputs() {
		at := outputPlace(o)
		if at.Root == "" || at.Root == record.RootServer {
			continue
		}
		for u, err := range catalog.ByLocation(ctx, at, index.Made) {
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
