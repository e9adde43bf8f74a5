package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
)

// Comparison says how far a recorded manifest is explained by a commit.
type Comparison struct {
	// Differ lists, in order, the paths that neither the commit nor the patch
	// explains. Old is the expected digest, New the recorded one.
	Differ []hashing.Change
	// Forms lists the files that stand in another form than their blob's.
	Forms []PatchForm
	// Unlooked lists the submodules that the manifest has files of: the commit
	// names their commits, and cannot explain their files.
	Unlooked []CommitSubmodule
}

// Holds tells that every file is explained, those of submodules too.
func (c Comparison) Holds() bool { return len(c.Differ)+len(c.Unlooked) == 0 }

// Explain compares a recorded manifest with a commit, changed as the patch says
// (nil: not changed), within the patch's paths. Of forms nothing is believed:
// the commit's own attributes must allow them. CRLF they need only not forbid,
// since a user's core.autocrlf makes it.
func (s *Source) Explain(ctx context.Context, commit ObjectID, m hashing.Manifest, p *Patch) (Comparison, error) {
	t, err := s.CommitManifest(ctx, commit)
	if err != nil {
		return Comparison{}, err
	}
	x, err := newExplanation(t, m, p)
	if err != nil {
		return Comparison{}, err
	}
	var forms []CommitFile
	for _, f := range t.Files {
		if x.compare(f) {
			forms = append(forms, f)
		}
	}
	if err := s.explainForms(ctx, x, forms); err != nil {
		return Comparison{}, fmt.Errorf("comparing with commit %s in %q: %w", commit, s.location, err)
	}
	x.rest()
	slices.SortFunc(x.Differ, func(a, b hashing.Change) int { return strings.Compare(a.Path, b.Path) })
	return x.Comparison, nil
}

// explanation is a comparison on its way: of what is recorded, left is what is
// not accounted for yet.
type explanation struct {
	Comparison
	tree  CommitTree
	left  map[string]hashing.FileDigest
	patch map[string]PatchContent
	paths []string
}

func newExplanation(t CommitTree, m hashing.Manifest, p *Patch) (*explanation, error) {
	x := &explanation{tree: t, left: map[string]hashing.FileDigest{}, patch: map[string]PatchContent{}}
	for _, e := range m.Entries() {
		x.left[e.Path] = e.Digest
	}
	if p == nil {
		return x, nil
	}
	if p.Commit != t.Commit {
		return nil, fmt.Errorf("the patch is for commit %q, not %q", p.Commit, t.Commit)
	}
	var err error
	decode := func(s string) string {
		path, bad := decodeText(s)
		err = errors.Join(err, bad)
		return path
	}
	for _, e := range p.Entries {
		if e.Kind != KindStaged {
			x.patch[decode(e.Path)] = e.PatchContent
		}
	}
	for _, path := range p.Paths {
		x.paths = append(x.paths, decode(path))
	}
	return x, err
}

// compare accounts for one file of the commit, and tells whether that needs a
// look at forms.
func (x *explanation) compare(f CommitFile) bool {
	recorded, there := x.left[f.Path]
	if len(x.paths) > 0 && !slices.ContainsFunc(x.paths, func(p string) bool { return within(f.Path, p) }) {
		return false // outside of what was recorded
	}
	if c, patched := x.patch[f.Path]; patched {
		x.compareContent(f.Path, c)
		return false
	}
	delete(x.left, f.Path)
	switch {
	case (f.Mode == ModeSymlink || f.Path == unlisted) && !there, f.Mode != ModeSymlink && there && recorded == f.Digest:
		return false
	case f.Mode != ModeSymlink && there:
		x.left[f.Path] = recorded
		return true
	}
	x.differ(f.Path, f.Digest, recorded)
	return false
}

// compareContent accounts for a path that the patch speaks of.
func (x *explanation) compareContent(path string, c PatchContent) {
	recorded := x.left[path]
	delete(x.left, path)
	var want hashing.FileDigest
	if c.Digest != nil {
		want = *c.Digest
	}
	if want != recorded {
		x.differ(path, want, recorded)
	}
	delete(x.patch, path)
}

func (x *explanation) differ(path string, want, recorded hashing.FileDigest) {
	x.Differ = append(x.Differ, hashing.Change{Path: path, Old: want, New: recorded})
}

// rest accounts for what the commit does not have.
func (x *explanation) rest() {
	for path, c := range x.patch {
		x.compareContent(path, c)
	}
	unlooked := map[string]bool{}
	for path, recorded := range x.left {
		i := slices.IndexFunc(x.tree.Submodules, func(s CommitSubmodule) bool { return within(path, s.Path) && path != s.Path })
		if i < 0 {
			x.differ(path, hashing.FileDigest{}, recorded)
			continue
		}
		if sub := x.tree.Submodules[i]; !unlooked[sub.Path] {
			unlooked[sub.Path] = true
			x.Unlooked = append(x.Unlooked, sub)
		}
	}
	slices.SortFunc(x.Unlooked, func(a, b CommitSubmodule) int { return strings.Compare(a.Path, b.Path) })
}

// explainForms looks at files whose recorded bytes are not the blob's.
func (s *Source) explainForms(ctx context.Context, x *explanation, files []CommitFile) error {
	if len(files) == 0 {
		return nil
	}
	git, objects, err := s.reader(ctx, x.tree.Commit)
	if err != nil {
		return err
	}
	defer objects.close()
	attrs, err := s.attributesAt(ctx, git, x.tree, files)
	if err != nil {
		return err
	}
	for _, f := range files {
		recorded := x.left[f.Path]
		delete(x.left, f.Path)
		form, err := f.formWith(objects, recorded, attrs[f.Path].read(true))
		if err != nil {
			return err
		}
		if form == "" {
			x.differ(f.Path, f.Digest, recorded)
			continue
		}
		x.Forms = append(x.Forms, PatchForm{Path: encodeText(f.Path), Form: form, Digest: recorded})
	}
	return nil
}

// formWith finds the form in which the file has a digest, or "".
func (f CommitFile) formWith(o *objects, digest hashing.FileDigest, a attributes) (Form, error) {
	if a.filter == "lfs" && !f.LFS.IsZero() && f.LFS == digest {
		return FormLFS, nil
	}
	if a.filter != "" || a.encoding != "" || !a.converts() || f.Size > maxForm {
		return "", nil
	}
	blob, err := o.read(f.Blob, "blob", maxForm)
	if err != nil {
		return "", fmt.Errorf("reading %q: %w", f.Path, err)
	}
	for _, form := range []Form{FormCRLF, FormIdent, FormIdentCRLF} {
		if a.allows(form, blob) && hashing.Bytes(form.apply(blob, f.Blob)) == digest {
			return form, nil
		}
	}
	return "", nil
}

// attributesAt gives the attributes of files as the commit itself has them, by
// way of an index that stands nowhere else.
func (s *Source) attributesAt(ctx context.Context, git program, t CommitTree, files []CommitFile) (map[string]rawAttributes, error) {
	dir, err := os.MkdirTemp(s.opts.TempDir, "lineage-index-")
	if err != nil {
		return nil, fmt.Errorf("making room for an index: %w", err)
	}
	defer os.RemoveAll(dir)
	index := filepath.Join(dir, "index")
	with := git
	with.env = append(slices.Clone(git.env), "GIT_INDEX_FILE="+index)
	if _, err := with.output(ctx, nil, "read-tree", "--no-sparse-checkout", string(t.Tree)); err != nil {
		return nil, err
	}
	paths := make([]string, len(files))
	for i, f := range files {
		paths[i] = f.Path
	}
	return git.attributes(ctx, paths, index, "--cached")
}
