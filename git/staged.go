package git

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// indexEntry is what the index has at a path.
type indexEntry struct {
	mode  Mode
	id    ObjectID
	stage int // 0 unless a merge left several
}

// readIndex lists the index. It is asked for what is staged, and for nothing
// else: its flags and stats are what hides changes. One that cannot be read is
// said so, and hinders nothing.
func (j *judgement) readIndex(ctx context.Context) error {
	if j.repo == nil {
		return nil
	}
	out, err := j.repo.git.output(ctx, nil, "ls-files", "-s", "-z")
	if err == nil {
		j.index, err = parseIndex(out)
	}
	if err != nil && ctx.Err() == nil {
		j.tree.Omitted = append(j.tree.Omitted, Omitted{".git/index", err.Error()})
		return nil
	}
	maps.DeleteFunc(j.index, func(file string, e indexEntry) bool { return !j.wants(file, e.mode == ModeSubmodule) })
	return err
}

// parseIndex reads what git ls-files -s -z prints.
func parseIndex(out []byte) (map[string]indexEntry, error) {
	index := map[string]indexEntry{}
	for line := range bytes.SplitSeq(out, []byte{0}) {
		if len(line) == 0 {
			continue
		}
		head, file, ok := strings.Cut(string(line), "\t")
		fields := strings.Split(head, " ")
		if !ok || len(fields) != 3 || len(fields[2]) != 1 {
			return nil, fmt.Errorf("git ls-files printed %q", line)
		}
		id, err := ParseObjectID(fields[1])
		if err != nil {
			return nil, err
		}
		e := indexEntry{treeMode(fields[0]), id, int(fields[2][0] - '0')}
		// Of a merge that is under way, the side that was checked out stands for it.
		if old, several := index[file]; !several || old.stage != 2 {
			index[file] = e
		}
	}
	return index, nil
}

// judgeStaged finds what the index holds that is not the commit's.
func (j *judgement) judgeStaged(ctx context.Context) error {
	if j.index == nil {
		return nil
	}
	paths := map[string]bool{}
	for file := range j.index {
		paths[file] = true
	}
	for _, e := range j.Scan.tree {
		paths[e.path] = true
	}
	for _, file := range slices.Sorted(maps.Keys(paths)) {
		if err := j.judgeStagedAt(ctx, file); err != nil {
			return fmt.Errorf("staged %q: %w", file, err)
		}
	}
	return nil
}

func (j *judgement) judgeStagedAt(ctx context.Context, file string) error {
	was, at := j.entry(file), j.index[file]
	if at.stage == 0 && at.mode == was.mode && at.id == was.id {
		return nil
	}
	staged := &StagedFile{Mode: at.mode}
	d := j.differ[file]
	var err error
	switch {
	case at.stage > 0:
		staged.Omitted = "a merge is under way: the index holds several versions"
	case at.mode == ModeSubmodule:
		staged.Target = string(at.id)
	case at.mode != ModeNone && d != nil && d.Mode == at.mode && j.blobs[file] == at.id:
		*staged = StagedFile{d.Mode, d.Target, d.Digest, d.Size, d.Kept, d.Withheld, d.Omitted}
	case at.mode != ModeNone:
		err = j.keepStaged(ctx, file, at.id, staged)
	}
	if d == nil {
		f := j.files[file]
		d = &Difference{Path: file, Kind: KindStaged, Was: was.mode, Mode: was.mode, Digest: f.Digest, Size: f.Size}
		j.differ[file] = d
	}
	d.Staged = staged
	return err
}

// entry is what the commit has at a path; its mode is "" if nothing.
func (j *judgement) entry(file string) treeEntry {
	i, ok := slices.BinarySearchFunc(j.Scan.tree, file, func(e treeEntry, p string) int { return strings.Compare(e.path, p) })
	if !ok {
		return treeEntry{}
	}
	return j.Scan.tree[i]
}

// keepStaged keeps content that only the index refers to.
func (j *judgement) keepStaged(ctx context.Context, file string, id ObjectID, staged *StagedFile) error {
	objects, err := j.objects(ctx)
	if err != nil {
		return err
	}
	b, err := objects.read(id, "blob", j.keep.opts.MaxKeepFile)
	if err != nil {
		staged.Omitted = err.Error()
		return ctx.Err()
	}
	if staged.Mode == ModeSymlink {
		staged.Target = string(b)
		return nil
	}
	k, err := j.keep.content(file, b)
	staged.Digest, staged.Size, staged.Kept, staged.Withheld, staged.Omitted = k.digest, k.size, k.kept, k.withheld, k.omitted
	return err
}
