package restore

import (
	"context"
	"errors"
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
	found, all := links{}, links{}
	for _, l := range in.Links {
		if at, err := record.DecodePath(l.Path); err == nil && at != "." {
			all[path.Clean(at)] = l.Target
		}
	}
	for _, l := range in.Links {
		at, err := record.DecodePath(l.Path)
		if err != nil || l.Outside || at == "." {
			continue
		}
		target, err := record.DecodePath(l.Target)
		if err != nil || path.IsAbs(target) || all.turns(path.Dir(at), target) {
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

// turns tells whether a target goes up again from behind one of the links, where ".."
// is the folder above that which the link leads to: its names do not say where it ends.
func (l links) turns(from, target string) bool {
	at := from
	for part := range strings.SplitSeq(target, "/") {
		if part == ".." && l.cover(at) {
			return true
		}
		at = path.Join(at, part)
	}
	return false
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
	made := links{}
	for at, target := range l {
		full := path.Join(out.Place, at)
		if have, err := e.root.Readlink(full); err == nil && have == target {
			continue // the code has it
		}
		if err := e.makeLink(full, target); err != nil {
			out.lose(at, fmt.Errorf("making the link to %q: %w", target, err))
			continue
		}
		made[at] = target
	}
	e.confirm(out, made)
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

// makeLink makes one link, and nothing through a link of the code: that one may lead
// anywhere.
func (e *execution) makeLink(full, target string) error {
	if err := errors.Join(checkPlace(full), checkPlace(path.Join(path.Dir(full), target))); err != nil {
		return err
	}
	if link, is := e.linked(path.Dir(full)); is {
		return fmt.Errorf("the code has a link at %q", link)
	}
	if err := e.root.MkdirAll(path.Dir(full), 0o777); err != nil {
		return err
	}
	return e.root.Symlink(target, full)
}

// confirm takes the links away again of which the system does not say that they lead
// to something in the folder, and then those that led through them.
func (e *execution) confirm(out *Outcome, made links) {
	for again := true; again; {
		again = false
		for at, target := range made {
			full := path.Join(out.Place, at)
			_, err := e.root.Stat(full)
			if err == nil {
				continue
			}
			delete(made, at)
			again = true
			out.lose(at, errors.Join(fmt.Errorf("the link to %q does not lead to anything in the folder: %w", target, err), e.root.Remove(full)))
		}
	}
}
