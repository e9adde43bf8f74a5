package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report/page"
	"github.com/lineage-audit/lineage/store/index"
	"github.com/lineage-audit/lineage/trace"
	"github.com/lineage-audit/lineage/verify"
)

// pageMaker gathers the facts of one page. What cannot be had is said on the page,
// and keeps nobody from having the rest.
type pageMaker struct {
	c *cli
	*judged
	facts   *page.Facts
	catalog *index.Catalog // nil if the records cannot be listed
}

var errNoCatalog = errors.New("the records of the store cannot be listed")

func (c *cli) pageFacts(ctx context.Context, j *judged) (page.Facts, error) {
	f := page.Facts{Verdict: j.verdict, Version: version(), Time: time.Now()}
	p := &pageMaker{c: c, judged: j, facts: &f}
	catalog, err := c.catalog(ctx, j.store, true)
	if p.problem("listing the records of the store", err); err == nil {
		p.catalog = catalog
		defer c.closing(catalog)
	}
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
	if p.catalog == nil {
		return trace.Graph{}, errNoCatalog
	}
	return trace.Trace(ctx, p.c.traceWorld(ctx, p.store, p.catalog), s, trace.Options{})
}
