package main

import (
	"context"
	"slices"
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
	k.Repository, k.Commit, k.Stored = name, commit, map[string]string{}
	for _, role := range []record.Role{record.RoleCode, record.RoleData, record.RolePreprocessing, record.RoleLock} {
		for _, dep := range p.facts.Record.Dependencies(role) {
			path, within := belowCommit(at, placeOf(dep))
			if within && p.stored(ctx, repository, commit, path, dep) {
				k.Stored[dep.Name] = path
			}
		}
	}
}

// placeOf is where a file or folder of the record stood.
func placeOf(r record.Resource) record.Location {
	switch a := r.Annotations; {
	case a.File != nil:
		return a.File.Location
	case a.Tree != nil:
		return a.Tree.Location
	case a.Lock != nil:
		return a.Lock.Location
	}
	return record.Location{}
}

// stored tells whether every byte of a file or folder is stored in the commit as it
// was recorded.
func (p *pageMaker) stored(ctx context.Context, r verify.Repository, commit record.GitHash, path string, dep record.Resource) bool {
	var want []hashing.Entry
	switch {
	case dep.Digest == nil:
		return false
	case dep.Digest.SHA256 != nil:
		want = []hashing.Entry{{Path: path, Digest: *dep.Digest.SHA256}}
	case dep.Digest.Tree != nil:
		m, kept := p.facts.Manifests[*dep.Digest.Tree]
		if !kept || m.Len() == 0 {
			return false
		}
		want = m.Entries()
		for i := range want {
			if path != "." {
				want[i].Path = path + "/" + want[i].Path
			}
		}
	}
	found, err := r.Files(ctx, commit, want)
	if err != nil || len(found) != len(want) {
		return false
	}
	digests := map[string]hashing.FileDigest{}
	for _, f := range found {
		if f.Form == "" {
			digests[f.Path] = f.Digest
		}
	}
	return !slices.ContainsFunc(want, func(e hashing.Entry) bool { return digests[e.Path] != e.Digest })
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

// belowCommit is the path of a location in a commit's tree.
func belowCommit(commit, l record.Location) (path string, within bool) {
	switch {
	case commit.Root != l.Root:
		return "", false
	case commit.Path == l.Path:
		return ".", true
	case commit.Path == ".":
		return l.Path, true
	}
	return strings.CutPrefix(l.Path, commit.Path+"/")
}
