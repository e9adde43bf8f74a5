package git

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
)

// entry is one path that a walk saw, without following links.
type entry struct {
	path    string // below the walk's root
	stat    hashing.Stat
	ignored bool
}

func (e entry) fileMode() fs.FileMode { return fs.FileMode(e.stat.Mode) }

// listing is what stands in one repository's part of the tree. What stands in a
// repository inside it is a listing of its own.
type listing struct {
	dir     string // below the walk's root; "" for the top
	ignored bool   // the repository around it ignores this one
	entries []entry
	nested  []*listing
	omitted []Omitted
	skipped []Omitted
}

// walker looks at a tree, folder by folder and each level on all cores.
type walker struct {
	root   string
	git    bool                                // .git, .gitmodules and the like have their meaning
	wants  func(path string, dir bool) bool    // what belongs to the code at all
	takes  func(path string, hidden bool) bool // which files are looked at
	max    int
	seen   int
	opened map[string]bool // folders that are walked although they look like an environment
}

// visit is a folder that is to be read.
type visit struct {
	list    *listing
	dir     string
	rules   *rules
	ignored bool
}

// found is what a visit gives.
type found struct {
	entries []entry
	visits  []visit
	nested  []*listing
	omitted []Omitted
	skipped []Omitted
	err     error
}

// walk lists the tree. Names are sorted, and the same tree gives the same list,
// also where it is larger than max.
func (w *walker) walk(ctx context.Context) (*listing, error) {
	top := &listing{}
	if err := w.visit(ctx, []visit{{list: top}}); err != nil {
		return nil, err
	}
	return top, nil
}

func (w *walker) visit(ctx context.Context, level []visit) error {
	for len(level) > 0 {
		results := make([]found, len(level))
		parallel(ctx, len(level), func(i int) { results[i] = w.read(level[i]) })
		if err := ctx.Err(); err != nil {
			return err
		}
		var next []visit
		for i, r := range results {
			if r.err != nil {
				return r.err
			}
			next = append(next, w.take(level[i].list, r)...)
		}
		level = next
	}
	return nil
}

// take adds a visit's results to its listing; once there are more files than
// may be, the folders behind are named instead.
func (w *walker) take(l *listing, r found) []visit {
	l.entries = append(l.entries, r.entries...)
	l.nested = append(l.nested, r.nested...)
	l.omitted = append(l.omitted, r.omitted...)
	l.skipped = append(l.skipped, r.skipped...)
	w.seen += len(r.entries)
	if w.seen < w.max {
		return r.visits
	}
	for _, v := range r.visits {
		v.list.omitted = append(v.list.omitted, Omitted{v.dir, reasonTooMany})
	}
	return nil
}

const (
	reasonTooMany = "the tree has more files than are looked at"
	reasonTooFull = "the folder has more files than are looked at"
)

// read looks into one folder. Only the top must be readable.
func (w *walker) read(v visit) (r found) {
	full := filepath.Join(w.root, filepath.FromSlash(v.dir))
	names, err := os.ReadDir(full)
	if err != nil && v.dir == "" {
		return found{err: err}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return found{omitted: []Omitted{{v.dir, reason(err)}}}
	}
	has := make(map[string]bool, len(names))
	for _, n := range names {
		has[n.Name()] = true
	}
	if why := environment(has); why != "" && v.dir != "" && !w.opened[v.dir] {
		return found{skipped: []Omitted{{v.dir, why}}}
	}
	if w.git && has[".git"] && v.dir != v.list.dir {
		if _, err := placeAt(full); err == nil {
			inner := &listing{dir: v.dir, ignored: v.ignored}
			return found{nested: []*listing{inner}, visits: []visit{{list: inner, dir: v.dir}}}
		}
	}
	if has[".gitignore"] {
		v.rules = v.rules.with(w.root, v.dir)
	}
	// Of an ignored folder only the names are looked at, however many.
	if len(names) > w.max && !v.ignored {
		r.omitted = append(r.omitted, Omitted{cmp.Or(v.dir, "."), reasonTooFull})
		names = slices.DeleteFunc(names, func(d fs.DirEntry) bool { return !d.IsDir() })
	}
	for _, n := range names {
		w.name(&r, v, n)
	}
	return r
}

// name deals with one name in a folder.
func (w *walker) name(r *found, v visit, d fs.DirEntry) {
	file := path.Join(v.dir, d.Name())
	if d.Name() == ".git" && w.git {
		if v.dir != v.list.dir {
			r.skipped = append(r.skipped, Omitted{file, "a .git that is no repository"})
		}
		return
	}
	if !w.wants(file, d.IsDir()) {
		return
	}
	hidden := v.ignored || v.rules.ignored(file, d.IsDir())
	if d.IsDir() {
		if why, skip := skippedFolders[d.Name()]; skip {
			r.skipped = append(r.skipped, Omitted{file, why})
		} else {
			r.visits = append(r.visits, visit{v.list, file, v.rules, hidden})
		}
		return
	}
	if !w.takes(file, hidden) {
		return
	}
	info, err := d.Info()
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		r.omitted = append(r.omitted, Omitted{file, reason(err)})
		return
	}
	r.entries = append(r.entries, entry{file, hashing.StatOf(info), hidden})
}

// chain gives the rules that hold in a folder, and whether the folder is hidden.
func (w *walker) chain(from, dir string) (r *rules, hidden bool) {
	r = (*rules)(nil).with(w.root, from)
	at := from
	for part := range strings.SplitSeq(strings.TrimPrefix(strings.TrimPrefix(dir, from), "/"), "/") {
		at = path.Join(at, part)
		hidden = hidden || r.ignored(at, true)
		if at != dir {
			r = r.with(w.root, at)
		}
	}
	return r, hidden
}

// reopen walks folders that were passed over as environments, because they hold
// files of the commit: a name must not hide what stands beside those.
func (w *walker) reopen(ctx context.Context, l *listing, tracked func(dir string) bool) error {
	var again []visit
	l.skipped = slices.DeleteFunc(l.skipped, func(o Omitted) bool {
		_, named := skippedFolders[path.Base(o.Path)]
		if named || path.Base(o.Path) == ".git" || !tracked(o.Path) {
			return false
		}
		w.opened[o.Path] = true
		r, hidden := w.chain(l.dir, o.Path)
		again = append(again, visit{l, o.Path, r, hidden})
		return true
	})
	return w.visit(ctx, again)
}

// sort puts what a walk found into the order of the paths.
func (l *listing) sort() {
	slices.SortFunc(l.entries, func(a, b entry) int { return strings.Compare(a.path, b.path) })
	slices.SortFunc(l.nested, func(a, b *listing) int { return strings.Compare(a.dir, b.dir) })
	for _, list := range [][]Omitted{l.omitted, l.skipped} {
		slices.SortFunc(list, func(a, b Omitted) int { return strings.Compare(a.Path, b.Path) })
	}
	for _, n := range l.nested {
		n.sort()
	}
}

// all lists the entries of the listing and of those inside it. What stands in an
// ignored repository is ignored.
func (l *listing) all() []entry {
	list := slices.Clone(l.entries)
	for _, n := range l.nested {
		for _, e := range n.all() {
			e.ignored = e.ignored || n.ignored
			list = append(list, e)
		}
	}
	return list
}

// reason is a system's error without the path, which stands beside it.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
