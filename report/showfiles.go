package report

import (
	"slices"

	"github.com/lineage-audit/lineage/record"
)

// resources shows files and folders of one kind, and what was declared of them.
func (s shower) resources(title string, all []record.Resource, d record.Declared) {
	s.section(title)
	if d.None {
		s.put(2, word("none, as declared"))
	} else if len(all) == 0 {
		s.put(2, cell{"NONE", doubt}, word(" known"))
	}
	for _, l := range d.Paths {
		named := func(r record.Resource) bool { return r.Name == l.String() }
		if !slices.ContainsFunc(all, named) {
			s.put(2, cell{"DECLARED", doubt}, word(" and without an entry of its own: %s", l))
		}
	}
	for i := range all {
		s.resource(&all[i])
	}
}

// resource shows a file or folder with its digests. A part of a folder stands
// below the folder, and only where files were asked for.
func (s shower) resource(r *record.Resource) {
	a := &r.Annotations
	switch {
	case a.File != nil && a.File.Tree != nil && !s.f.Files:
	case a.File != nil:
		s.put(2, word("%s  %s%s", r.Name, size(a.File.Bytes), link(a.File.Link)))
		s.digests(r.Digest)
		s.source(r)
		s.unsourced(r)
	case a.Tree != nil:
		s.put(2, word("%s  %s", r.Name, tally{Files: a.Tree.Files, Bytes: a.Tree.Bytes}))
		s.digests(r.Digest)
		s.source(r)
		s.sources(a.Tree.Sources)
		s.unsourced(r)
		s.links(a.Tree.Links)
		s.manifest(r)
	}
}

func link(target string) string {
	if target == "" {
		return ""
	}
	return ", a link to " + target
}

// source says where a resource comes from, where that is not its location.
func (s shower) source(r *record.Resource) {
	if r.URI != "" {
		s.put(3, word("%s", r.URI), s.onlySaid(r.URI))
	}
	if o := r.Annotations.Origin; o != nil {
		s.put(3, word("read from the %s %s: %s %s", o.System, o.Kind, o.Target, o.ID))
	}
}

// digests shows each digest whole, on a line of its own that fits into 80 columns.
func (s shower) digests(d *record.DigestSet) {
	switch {
	case d == nil:
		s.put(3, cell{"NO DIGEST", bad})
		return
	case d.SHA256 != nil:
		s.put(3, word("sha256:%s", d.SHA256))
	case d.Tree != nil:
		s.put(3, word("lineageTree1:%s", d.Tree))
	}
	if d.GitCommit != "" {
		s.put(3, word("gitCommit:%s", d.GitCommit))
	}
}

// links shows those that leave the folder, and counts the others.
func (s shower) links(all []record.Link) {
	outside := slices.DeleteFunc(slices.Clone(all), func(l record.Link) bool { return !l.Outside })
	if n := len(all) - len(outside); n > 0 {
		s.put(3, word("%s within it followed", plural(n, "link", "links")))
	}
	some, more := bounded(outside, s.most(mostListed))
	for _, l := range some {
		s.put(3, cell{"OUTSIDE", doubt}, word(" %s -> %s", l.Path, l.Target))
	}
	s.more(3, more)
}

// manifest lists the files of a folder of which the record holds the digest alone.
// The files of an output are in the record.
func (s shower) manifest(r *record.Resource) {
	if !s.f.Files || r.Annotations.Role == record.RoleOutput || r.Digest == nil || r.Digest.Tree == nil {
		return
	}
	m, found := s.f.Manifests[*r.Digest.Tree]
	if !found {
		s.put(3, cell{"NO MANIFEST", doubt}, word(" of it is at hand"))
		return
	}
	for _, e := range m.Entries() {
		s.put(3, word("%s  %s", e.Digest, e.Path))
	}
}
