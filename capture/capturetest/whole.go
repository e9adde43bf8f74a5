package capturetest

import (
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/git"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// whole: nothing that was declared, and no part of the code, is left out in
// silence. What is not among the resources is a gap.
func (c *checker) whole(r *record.Record) {
	p := r.Parameters()
	for _, d := range []struct {
		declared record.Declared
		found    []record.Resource
	}{
		{p.Inputs, r.Dependencies(record.RoleData)},
		{p.Preprocessing, r.Dependencies(record.RolePreprocessing)},
		{p.Outputs, r.Outputs()},
	} {
		for _, at := range d.declared.Paths {
			if !named(d.found, at) && !excused(r.Gaps(), at) && !excused(skipped(r), at) {
				c.Errorf("%s was declared, and is neither a resource nor a gap", at)
			}
		}
	}
	if n := len(r.Dependencies(record.RoleCode)); n != 1 && !hasGap(r.Gaps(), "code-not-captured") {
		c.Errorf("the code stands %d times, and there is no gap", n)
	}
}

func named(all []record.Resource, at record.Location) bool {
	return slices.ContainsFunc(all, func(res record.Resource) bool { return res.Name == at.String() })
}

// skipped are the notes of what counts for nothing: a folder that holds such files is
// named by its others.
func skipped(r *record.Record) []record.Gap {
	return slices.DeleteFunc(slices.Clone(r.Notes()), func(n record.Gap) bool { return n.Kind != record.NoteSkipped })
}

// excused tells whether a gap names a place, or something in it.
func excused(gaps []record.Gap, at record.Location) bool {
	return slices.ContainsFunc(gaps, func(g record.Gap) bool {
		return g.What == at.String() || at.Path == "." || strings.HasPrefix(g.What, at.String()+"/")
	})
}

func hasGap(gaps []record.Gap, kind string) bool {
	return slices.ContainsFunc(gaps, func(g record.Gap) bool { return g.Kind == kind })
}

// patch: what a dirty tree differs in describes the code that is in the record,
// and the content is kept.
func (c *checker) patch(r *record.Record) {
	kept := map[hashing.FileDigest]bool{}
	for _, res := range r.Byproducts(record.RoleContent) {
		kept[*res.Digest.SHA256] = true
	}
	for _, res := range r.Byproducts(record.RolePatch) {
		p, err := git.ParsePatch(c.blob(res.Name, *res.Digest.SHA256))
		if err != nil {
			c.Error(err)
			continue
		}
		for _, code := range r.Dependencies(record.RoleCode) {
			if *code.Digest.Tree != p.Tree && len(p.Submodules) == 0 {
				c.Errorf("the patch is of %s, the code is %s", p.Tree, code.Digest.Tree)
			}
		}
		c.content(p, kept)
	}
}

func (c *checker) content(p git.Patch, kept map[hashing.FileDigest]bool) {
	for _, e := range p.Entries {
		for _, content := range []*git.PatchContent{&e.PatchContent, e.Staged} {
			if content == nil || content.Digest == nil || content.Missing != "" || e.Kind == git.KindMode {
				continue
			}
			if !kept[*content.Digest] {
				c.Errorf("the content %s of %q is not among the byproducts", content.Digest, e.Path)
			}
		}
	}
	for _, sub := range p.Submodules {
		if sub.Patch != nil {
			c.content(*sub.Patch, kept)
		}
	}
}
