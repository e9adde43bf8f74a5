package git

import (
	"context"
	"slices"
	"strings"
)

// judgeUntracked takes in what the commit does not have: what counts as code of
// it is for the options to say.
func (j *judgement) judgeUntracked(ctx context.Context) error {
	files := j.untracked()
	disk := make([]onDisk, len(files))
	parallel(ctx, len(files), func(i int) {
		disk[i] = look(ctx, j.root, files[i].path, j.idLen(), j.keep.opts.MaxUntracked)
	})
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	for i, e := range files {
		if !disk[i].stands() {
			continue // it went between the scan and now, which Changed tells
		}
		if err := j.judgeOne(e, disk[i]); err != nil {
			return err
		}
	}
	j.findNested(ctx)
	return nil
}

func (j *judgement) judgeOne(e entry, d onDisk) error {
	if d.large {
		j.tree.Omitted = append(j.tree.Omitted, Omitted{e.path, "it is larger than the limit for files that are not the commit's"})
	}
	if j.repo == nil {
		switch {
		case d.err != nil:
			j.tree.Omitted = append(j.tree.Omitted, Omitted{e.path, d.err.Error()})
		case d.mode == ModeSymlink:
			j.link(e.path, d, false)
		case d.isFile() && !d.large:
			j.file(e.path, d, false)
		}
		return nil
	}
	kind := KindUntracked
	if e.ignored {
		kind = KindIgnored
	}
	if _, ok := j.index[e.path]; ok {
		kind = KindAdded
	}
	return j.differs(e.path, kind, ModeNone, d)
}

// untracked lists, by path, what the commit does not have and what counts.
func (j *judgement) untracked() []entry {
	var list []entry
	listed := map[string]bool{}
	for _, e := range j.own() {
		if j.counts(e) {
			list = append(list, e)
		}
		listed[e.path] = true
	}
	list = append(list, j.passedOver(listed)...)
	slices.SortFunc(list, func(a, b entry) int { return strings.Compare(a.path, b.path) })
	return list
}

func (j *judgement) counts(e entry) bool {
	if j.id(e.path) != "" {
		return false
	}
	_, staged := j.index[e.path]
	switch {
	case staged:
		return true
	case j.keep.apart(e.path):
		return false
	case j.repo != nil && j.keep.opts.Watched:
		return j.keep.uses(e.path)
	}
	return !e.ignored || IsSource(e.path)
}

// passedOver finds files that the walk passed over (in caches, behind the limit,
// ignored and no source) but that were used, or stand in the index.
func (j *judgement) passedOver(listed map[string]bool) []entry {
	var more []string
	for file := range j.keep.used {
		inner, ok := j.keep.inner(file)
		if ok && j.keep.opts.Watched && !j.keep.apart(inner) {
			more = append(more, inner)
		}
	}
	for file := range j.index {
		more = append(more, file)
	}
	var list []entry
	folders := map[string]bool{}
	for _, file := range more {
		if listed[file] || j.id(file) != "" || !j.wants(file, false) || j.inSubmodule(file) {
			continue
		}
		listed[file] = true
		if e, ok := lstatBeneath(j.root, file, folders); ok && !e.fileMode().IsDir() {
			e.ignored = true
			list = append(list, e)
		}
	}
	return list
}

func (j *judgement) inSubmodule(file string) bool {
	for dir := range j.subs {
		if within(file, dir) {
			return true
		}
	}
	return false
}

// findNested names the repositories inside the tree that are no submodules and
// that have files which count.
func (j *judgement) findNested(ctx context.Context) {
	for _, l := range j.list.nested {
		if j.subs[l.dir] != nil {
			continue
		}
		j.leftOut(l)
		if !j.differsBeneath(l.dir) {
			continue
		}
		n := Nested{Path: l.dir}
		if r, err := Open(ctx, j.full(l.dir), j.repo.opts); err == nil {
			if h, err := r.Head(ctx); err == nil {
				n.Commit = h.Commit
			}
			if config, err := r.config(ctx); err == nil {
				n.URL = fetchURL(config)
			}
		}
		j.tree.Nested = append(j.tree.Nested, n)
	}
}

// leftOut tells what a walk did not look at, but for what is recorded elsewhere.
func (j *judgement) leftOut(l *listing) {
	for _, o := range l.omitted {
		if !j.keep.apart(o.Path) {
			j.tree.Omitted = append(j.tree.Omitted, o)
		}
	}
	j.tree.Skipped = append(j.tree.Skipped, l.skipped...)
	if l == j.list {
		return // findNested goes on
	}
	for _, n := range l.nested {
		j.leftOut(n)
	}
}

// differsBeneath tells whether anything in a folder counts that the commit does
// not have.
func (j *judgement) differsBeneath(dir string) bool {
	for file := range j.differ {
		if within(file, dir) {
			return true
		}
	}
	return false
}
