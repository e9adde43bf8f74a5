package git

import (
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
)

// Change is a file whose stat is not what it was.
type Change struct {
	Path string
	Kind ChangeKind
}

// ChangeKind says what became of a file since a scan.
type ChangeKind string

// The kinds of [Change].
const (
	Changed ChangeKind = "changed"
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
)

// Changed names the code files whose ctime, mtime, size, inode, mode or type is
// not what the scan saw, and those that came or went, in the order of their paths.
func (s *Scan) Changed(ctx context.Context) ([]Change, error) {
	list, err := s.walker().walk(ctx)
	if err != nil {
		return nil, fmt.Errorf("looking at %q again: %w", s.root, err)
	}
	before, now := map[string]hashing.Stat{}, map[string]hashing.Stat{}
	for _, e := range list.all() {
		now[e.path] = e.stat
	}
	s.relook("", before, now)
	var changes []Change
	for file, stat := range before {
		if later, ok := now[file]; !ok {
			changes = append(changes, Change{file, Removed})
		} else if later != stat {
			changes = append(changes, Change{file, Changed})
		}
	}
	for file := range now {
		if _, ok := before[file]; !ok {
			changes = append(changes, Change{file, Added})
		}
	}
	slices.SortFunc(changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return changes, nil
}

// relook gathers what the scan saw, and looks again at the tracked files that
// walks pass over.
func (s *Scan) relook(prefix string, before, now map[string]hashing.Stat) {
	for _, e := range s.own() {
		before[path.Join(prefix, e.path)] = e.stat
	}
	folders := map[string]bool{}
	for _, e := range s.late {
		file := path.Join(prefix, e.path)
		before[file] = e.stat
		if later, ok := lstatBeneath(s.root, e.path, folders); ok {
			now[file] = later.stat
		}
	}
	for dir, sub := range s.subs {
		sub.relook(path.Join(prefix, dir), before, now)
	}
}

// own lists what the walk found that is not a submodule's. In a repository that
// its surroundings ignore all is ignored.
func (s *Scan) own() []entry {
	list := slices.Clone(s.list.entries)
	for _, n := range s.list.nested {
		if s.subs[n.dir] != nil {
			continue
		}
		for _, e := range n.all() {
			e.ignored = e.ignored || n.ignored
			list = append(list, e)
		}
	}
	return list
}

// lstatBeneath is lstat of a path of which no folder may be a link. Folders
// remembers those that are real.
func lstatBeneath(root, file string, folders map[string]bool) (entry, bool) {
	for i := range len(file) {
		if file[i] != '/' {
			continue
		}
		dir := file[:i]
		real, known := folders[dir]
		if !known {
			info, err := os.Lstat(filepath.Join(root, filepath.FromSlash(dir)))
			real = err == nil && info.IsDir()
			folders[dir] = real
		}
		if !real {
			return entry{}, false
		}
	}
	info, err := os.Lstat(filepath.Join(root, filepath.FromSlash(file)))
	if err != nil {
		return entry{}, false
	}
	return entry{path: file, stat: hashing.StatOf(info)}, true
}
