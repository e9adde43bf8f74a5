package main

import (
	"context"
	"strings"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report/page"
	"github.com/lineage-audit/lineage/verify"
)

// served is what a server has: the model's files, the record's, and what the
// registry says of both.
func (p *pageMaker) served(ctx context.Context) {
	h := &p.facts.Hand
	m, err := p.system.Resolve(ctx, p.ref)
	if err != nil || p.verdict.Target.Digest == nil {
		return // the verdict says that it could not be asked
	}
	files, err := p.system.Files(ctx, m)
	p.problem("listing the model's files", err)
	digests := p.recordedFiles()
	for _, f := range files {
		if url := p.system.FileURL(m, f.Path); url != "" {
			h.Served = append(h.Served, page.Served{Path: f.Path, URL: url, Digest: digests[f.Path]})
		}
	}
	r := p.facts.Record
	if r == nil || p.ended(verify.RegistryAgrees) != verify.Held {
		return // what the answers are is what is in question
	}
	h.RecordURL = p.recordURL(ctx, m, r.ID())
	for _, q := range p.system.Questions(m, r.ID()) {
		h.Entries = append(h.Entries, page.Entry{Say: q.Say, URL: q.URL, Has: q.Has})
	}
}

// ended is how a check ended.
func (p *pageMaker) ended(id verify.CheckID) verify.Status {
	for _, c := range p.verdict.Checks {
		if c.ID == id {
			return c.Status
		}
	}
	return ""
}

// recordedFiles are the digests of the model's files, by their paths in it, where
// they are those of the record.
func (p *pageMaker) recordedFiles() map[string]hashing.FileDigest {
	digests := map[string]hashing.FileDigest{}
	if p.facts.Record == nil || p.ended(verify.ModelBytes) != verify.Held || p.verdict.Target.Digest.Tree == nil {
		return digests
	}
	for _, o := range p.facts.Record.Outputs() {
		if o.Digest.Tree == nil || *o.Digest.Tree != *p.verdict.Target.Digest.Tree {
			continue
		}
		if m, found := p.facts.Manifests[*o.Digest.Tree]; found {
			for _, e := range m.Entries() {
				digests[e.Path] = e.Digest
			}
		}
	}
	return digests
}

// recordURL is where the server gives the record's file.
func (p *pageMaker) recordURL(ctx context.Context, m attach.Model, id record.ID) string {
	for _, target := range m.Targets {
		attached, err := p.system.Get(ctx, target)
		if err != nil {
			return ""
		}
		for _, a := range attached {
			if a.ID == id && a.Statement != nil {
				return p.system.RecordURL(a.Target, id)
			}
		}
	}
	return ""
}

// committed looks which repository at hand has the recorded commit, and which files
// of the code are not its bytes as they are stored there.
func (p *pageMaker) committed(ctx context.Context) {
	commits := p.facts.Record.Dependencies(record.RoleCommit)
	if len(commits) != 1 || commits[0].Digest == nil {
		return
	}
	commit, at := commits[0].Digest.GitCommit, commits[0].Annotations.Commit.Location
	name, repository := p.repositoryWith(ctx, commit)
	if repository == nil {
		return
	}
	k := &p.facts.Hand.Code
	k.Repository, k.Commit = name, commit
	for _, dep := range p.facts.Record.Dependencies(record.RoleCode) {
		if dep.Digest == nil || dep.Digest.Tree == nil {
			continue
		}
		prefix, below := belowCommit(at, dep.Annotations.Tree.Location)
		m, kept := p.facts.Manifests[*dep.Digest.Tree]
		if !below || !kept {
			continue
		}
		differs, err := differing(ctx, repository, commit, prefix, m)
		if err == nil {
			k.Tree, k.Prefix, k.Differs = dep.Digest.Tree, prefix, differs
			return
		}
	}
}

// repositoryWith is the first folder at hand whose repository has the commit.
func (p *pageMaker) repositoryWith(ctx context.Context, commit record.GitHash) (string, verify.Repository) {
	has := func(r verify.Repository) bool {
		reach, err := r.Reach(ctx, commit)
		return err == nil && reach.Known
	}
	if p.request.Local != nil && has(p.request.Local) {
		return p.here(p.place.Root), p.request.Local
	}
	for _, ref := range append(p.request.Policy.Repositories[:len(p.request.Policy.Repositories):len(p.request.Policy.Repositories)], p.request.Repositories...) {
		if strings.Contains(ref.URL, ":") {
			continue // it would be fetched again
		}
		if r, err := p.request.Opener.Open(ctx, ref); err == nil && r != nil && has(r) {
			return ref.URL, r
		}
	}
	return "", nil
}

// belowCommit is the path of a location in a commit's tree, ready to stand before a
// file's.
func belowCommit(commit, l record.Location) (prefix string, below bool) {
	switch {
	case commit.Root != l.Root:
		return "", false
	case commit.Path == l.Path:
		return "", true
	case commit.Path == ".":
		return l.Path + "/", true
	}
	rest, below := strings.CutPrefix(l.Path, commit.Path+"/")
	return rest + "/", below
}

func differing(ctx context.Context, r verify.Repository, commit record.GitHash, prefix string, m hashing.Manifest) (differs []string, err error) {
	entries := m.Entries()
	for i := range entries {
		entries[i].Path = prefix + entries[i].Path
	}
	found, err := r.Files(ctx, commit, entries)
	if err != nil {
		return nil, err
	}
	same := map[string]bool{}
	want := map[string]hashing.FileDigest{}
	for _, e := range entries {
		want[e.Path] = e.Digest
	}
	for _, f := range found {
		same[f.Path] = f.Form == "" && f.Digest == want[f.Path]
	}
	for _, e := range entries {
		if !same[e.Path] {
			differs = append(differs, e.Path)
		}
	}
	return differs, nil
}
