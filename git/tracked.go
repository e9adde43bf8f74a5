package git

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
)

// judgeTracked compares each file of the commit with what stands at its path.
func (j *judgement) judgeTracked(ctx context.Context) error {
	disk := make([]onDisk, len(j.Scan.tree))
	seen := j.seen()
	parallel(ctx, len(disk), func(i int) {
		if e := j.Scan.tree[i]; e.mode == ModeSubmodule {
			disk[i] = look(ctx, j.root, e.path, j.idLen(), 0)
		} else if seen[e.path] {
			disk[i] = look(ctx, j.root, e.path, j.idLen(), -1)
		}
	})
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	j.tree.NoModes = j.tree.NoModes && uniform(disk)
	var other []int // same kind of thing, other bytes
	for i, e := range j.Scan.tree {
		d := disk[i]
		switch kind := j.compare(e, d); {
		case kind == KindModified && d.isFile() && d.err == nil:
			other = append(other, i)
		case kind != "":
			if err := j.differs(e.path, kind, e.mode, d); err != nil {
				return err
			}
		case d.mode == ModeSymlink:
			j.link(e.path, d, true)
		case d.isFile():
			j.file(e.path, d, true)
		}
	}
	return j.judgeBytes(ctx, disk, other)
}

// seen has the paths that the scan saw. A file of the commit that it did not see
// is missing, even if its path leads somewhere by a folder that is a link.
func (j *judgement) seen() map[string]bool {
	seen := make(map[string]bool, len(j.list.entries))
	for _, e := range j.own() {
		seen[e.path] = true
	}
	for _, e := range j.late {
		seen[e.path] = true
	}
	return seen
}

// compare says how a path differs, "" if it does not, before conversions are
// thought of.
func (j *judgement) compare(e treeEntry, d onDisk) Kind {
	submodule := e.mode == ModeSubmodule
	switch {
	case submodule && (d.mode == ModeFolder || !d.stands()):
		return "" // judged, or absent, as a submodule
	case !d.stands():
		return KindDeleted
	case submodule || (e.mode == ModeSymlink) != (d.mode == ModeSymlink) || !d.isFile() && d.mode != ModeSymlink:
		return KindType
	case d.err != nil || d.blob != e.id:
		return KindModified
	case d.mode != e.mode && !j.tree.NoModes:
		return KindMode
	}
	return ""
}

// uniform tells whether all files show the same executable bit, as they do where
// there is none to keep.
func uniform(disk []onDisk) bool {
	var first Mode
	for _, d := range disk {
		if !d.isFile() || d.err != nil {
			continue
		}
		if first == ModeNone {
			first = d.mode
		}
		if d.mode != first {
			return false
		}
	}
	return true
}

// judgeBytes looks closer at files whose bytes are not the blob's: they may be a
// form in which git checks it out.
func (j *judgement) judgeBytes(ctx context.Context, disk []onDisk, other []int) error {
	if len(other) == 0 {
		return nil
	}
	paths := make([]string, len(other))
	for n, i := range other {
		paths[n] = j.Scan.tree[i].path
	}
	attrs, err := j.attributes(ctx, paths)
	if err != nil {
		return err
	}
	auto, err := j.repo.convertsLines(ctx)
	if err != nil && ctx.Err() == nil {
		j.tree.Omitted = append(j.tree.Omitted, Omitted{".git/config", err.Error()})
	}
	for _, i := range other {
		e := j.Scan.tree[i]
		if err := j.judgeForm(ctx, e, disk[i], attrs[e.path].read(auto)); err != nil {
			return fmt.Errorf("%q: %w", e.path, err)
		}
	}
	return nil
}

// attributes are those of paths in this tree. Where they cannot be read there are
// none, and it is said: then no file passes for the form of another.
func (j *judgement) attributes(ctx context.Context, paths []string) (map[string]rawAttributes, error) {
	err := blocked(j.root, j.repo.place.common, paths)
	var attrs map[string]rawAttributes
	if err == nil {
		attrs, err = j.repo.git.attributes(ctx, paths, "")
	}
	if err != nil && exited(err) { // perhaps over the index
		attrs, err = j.repo.git.attributes(ctx, paths, filepath.Join(j.repo.place.gitDir, "no-such-index"))
	}
	if err != nil && ctx.Err() == nil {
		j.tree.Omitted = append(j.tree.Omitted, Omitted{".gitattributes", err.Error()})
		err = nil
	}
	return attrs, err
}

// judgeForm decides over one file whose bytes are not the blob's.
func (j *judgement) judgeForm(ctx context.Context, e treeEntry, d onDisk, a attributes) error {
	form, same, err := j.form(ctx, e, d, a)
	if err != nil {
		return err
	}
	switch {
	case !same && a.foreign():
		return j.differs(e.path, KindFiltered, e.mode, d)
	case !same:
		return j.differs(e.path, KindModified, e.mode, d)
	}
	if d.mode != e.mode && !j.tree.NoModes {
		return j.differs(e.path, KindMode, e.mode, d)
	}
	c := Conversion{Path: e.path, Form: form, Mode: d.mode, Digest: d.digest, Size: d.size}
	if form == FormOther {
		k, err := j.keep.file(j.root, e.path, d)
		if err != nil {
			return err
		}
		c.Digest, c.Size, c.Kept, c.Withheld, c.Omitted = k.digest, k.size, k.kept, k.withheld, k.omitted
		d.digest, d.size = k.digest, k.size
	}
	j.tree.Conversions = append(j.tree.Conversions, c)
	if !d.digest.IsZero() {
		j.file(e.path, d, true)
	}
	return nil
}

// maxForm bounds the files that are compared with the forms of their blob; LFS
// objects may be larger, since their digest is enough.
const maxForm = 64 << 20

// form tells in which form of the blob the file stands, if it is one at all.
func (j *judgement) form(ctx context.Context, e treeEntry, d onDisk, a attributes) (Form, bool, error) {
	if !a.converts() {
		return "", false, nil
	}
	objects, err := j.objects(ctx)
	if err != nil {
		return "", false, err
	}
	limit := int64(maxForm)
	if a.filter == "lfs" {
		limit = maxPointerFile
	}
	blob, err := objects.read(e.id, "blob", limit)
	if errors.Is(err, errLarge) || errors.Is(err, ErrMissing) || errors.Is(err, ErrCorrupt) {
		return "", false, nil // nothing can be said for the file
	} else if err != nil {
		return "", false, err
	}
	if a.filter == "lfs" {
		p, ok := parsePointer(blob)
		return FormLFS, ok && p.digest == d.digest && p.size == d.size, nil
	}
	if a.filter != "" || d.size > maxForm {
		return "", false, nil
	}
	disk, err := readOwn(j.full(e.path), maxForm)
	if err != nil {
		return "", false, nil
	}
	form, ok := formOf(blob, disk, e.id, a)
	return form, ok, nil
}
