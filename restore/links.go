package restore

import (
	"context"
	"fmt"
	"path"
	"strings"

	"github.com/lineage-audit/lineage/record"
)

// links are the symbolic links of a tree that can be made again, by their paths.
type links map[string]string

// within are the tree's links that lead, by a relative way, to something that the tree
// itself has. What is behind them is then not written, but found there.
func (in Ingredient) within() links {
	found := links{}
	for _, l := range in.Links {
		at, err := record.DecodePath(l.Path)
		if err != nil || l.Outside || at == "." {
			continue
		}
		target, err := record.DecodePath(l.Target)
		if err != nil || path.IsAbs(target) {
			continue
		}
		to := path.Join(path.Dir(at), target)
		// A link to a folder that it is in would lead round and round.
		if inside(to) && to != "." && !below(at, to) && !below(to, at) && in.has(to) {
			found[at] = target
		}
	}
	// A link within what another one leads to would be made through that one.
	for at := range found {
		if found.coverAbove(at) {
			delete(found, at)
		}
	}
	return found
}

// has tells whether the tree has a file at the path, or below it.
func (in Ingredient) has(p string) bool {
	for _, f := range in.Files {
		if below(f.Path, p) {
			return true
		}
	}
	return false
}

// below tells whether a path is another, or stands below it.
func below(p, folder string) bool { return p == folder || strings.HasPrefix(p, folder+"/") }

// cover tells whether a file is found through one of the links.
func (l links) cover(p string) bool {
	_, is := l[p]
	return is || l.coverAbove(p)
}

func (l links) coverAbove(p string) bool {
	for dir := path.Dir(p); dir != "." && dir != "/"; dir = path.Dir(dir) {
		if _, is := l[dir]; is {
			return true
		}
	}
	return false
}

// link makes the links, last, so that nothing is written through them, and looks at
// what is found through them.
func (e *execution) link(ctx context.Context, out *Outcome, l links) {
	for at, target := range l {
		full := path.Join(out.Place, at)
		if have, err := e.root.Readlink(full); err == nil && have == target {
			continue // the code has it
		}
		err := e.root.MkdirAll(path.Dir(full), 0o777)
		if err == nil {
			err = e.root.Symlink(target, full)
		}
		if err != nil {
			out.lose(at, fmt.Errorf("making the link to %q: %w", target, err))
		}
	}
	for _, f := range out.Files {
		if !l.cover(f.Path) || ctx.Err() != nil {
			continue
		}
		if e.is(ctx, path.Join(out.Place, f.Path), f.Digest) {
			out.found("links", f.Path)
			continue
		}
		out.lose(f.Path, fmt.Errorf("through a link other bytes are found, or none"))
	}
}
