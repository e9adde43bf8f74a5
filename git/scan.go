package git

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// ScanOptions say what belongs to the code.
type ScanOptions struct {
	// Paths narrow the code to these files and folders, relative to the work
	// tree, clean and separated by "/". None is the whole tree.
	Paths []string
	// MaxFiles bounds how many files are looked at; folders beyond it are named as
	// omitted, and only the commit's own files in them are judged. 0 is 100,000.
	MaxFiles int
}

const defaultMaxFiles = 100_000

// Scan is a work tree at one moment: its HEAD, and the stat of each code file.
type Scan struct {
	repo    *Repo // nil outside a repository
	root    string
	opts    ScanOptions
	heading heading
	tree    []treeEntry // what the commit holds, by path
	list    *listing
	late    []entry          // tracked files that the walk passed over
	opened  map[string]bool  // see walker
	subs    map[string]*Scan // submodules that are checked out, by path
}

// Scan takes HEAD and a stat of each code file; it reads none of their bytes.
func (r *Repo) Scan(ctx context.Context, o ScanOptions) (*Scan, error) {
	s, err := newScan(r, r.place.root, o)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	walked := make(chan error, 1)
	w := s.walker()
	go func() {
		var err error
		if s.list, err = w.walk(ctx); err != nil {
			cancel(err)
		}
		walked <- err
	}()
	err = s.readHead(ctx)
	if err != nil {
		cancel(err)
	}
	if failed := <-walked; err == nil && failed != nil {
		err = failed
	}
	if err == nil {
		err = s.join(ctx, w)
	}
	if err != nil {
		return nil, fmt.Errorf("scanning %q: %w", s.root, err)
	}
	return s, nil
}

// ScanFolder is [Repo.Scan] where there is no repository: the code is then each
// file that [IsCode] tells by its name, but for configuration that a .gitignore
// hides.
func ScanFolder(ctx context.Context, dir string, o ScanOptions) (*Scan, error) {
	root, err := realPath(dir)
	if err != nil {
		return nil, fmt.Errorf("scanning %q: %w", dir, err)
	}
	s, err := newScan(nil, root, o)
	if err != nil {
		return nil, err
	}
	if s.list, err = s.walker().walk(ctx); err != nil {
		return nil, fmt.Errorf("scanning %q: %w", dir, err)
	}
	s.list.sort()
	return s, nil
}

func newScan(r *Repo, root string, o ScanOptions) (*Scan, error) {
	for _, p := range o.Paths {
		if p != "." && (p != path.Clean(p) || path.IsAbs(p) || p == ".." || strings.HasPrefix(p, "../")) {
			return nil, fmt.Errorf("code path %q is not clean and below the top of the tree", p)
		}
	}
	if o.MaxFiles <= 0 {
		o.MaxFiles = defaultMaxFiles
	}
	if slices.Contains(o.Paths, ".") {
		o.Paths = nil
	}
	o.Paths = slices.Clone(o.Paths)
	slices.Sort(o.Paths)
	o.Paths = slices.Compact(o.Paths)
	return &Scan{repo: r, root: root, opts: o, opened: map[string]bool{}}, nil
}

// walker is ready to look at the tree.
func (s *Scan) walker() *walker {
	w := &walker{root: s.root, git: s.repo != nil, wants: s.wants, max: s.opts.MaxFiles, opened: s.opened}
	w.takes = func(file string, hidden bool) bool { return !hidden || IsSource(file) }
	if s.repo == nil {
		w.takes = func(file string, hidden bool) bool { return IsSource(file) || !hidden && IsCode(file) }
	}
	return w
}

// wants tells whether a path is part of the code, or a folder on the way to it.
func (s *Scan) wants(file string, dir bool) bool {
	return len(s.opts.Paths) == 0 || slices.ContainsFunc(s.opts.Paths, func(p string) bool {
		return within(file, p) || dir && within(p, file)
	})
}

// within tells whether file is dir or stands beneath it.
func within(file, dir string) bool {
	rest, ok := strings.CutPrefix(file, dir)
	return ok && (rest == "" || rest[0] == '/')
}

// readHead finds the commit and what it holds. The process that reads objects
// starts while HEAD is looked up.
func (s *Scan) readHead(ctx context.Context) error {
	objects, err := s.repo.git.objects(ctx)
	if err != nil {
		return err
	}
	defer objects.close()
	if s.heading, err = s.repo.look(ctx); err != nil || s.heading.Commit == "" {
		return err
	}
	c, err := objects.commit(s.heading.Commit)
	if err != nil {
		return fmt.Errorf("reading commit %s: %w", s.heading.Commit, err)
	}
	s.tree, err = objects.tree(c.tree, s.wants)
	return err
}

// join brings together what the commit holds and what stands on disk.
func (s *Scan) join(ctx context.Context, w *walker) error {
	if err := w.reopen(ctx, s.list, s.tracks); err != nil {
		return err
	}
	s.list.sort()
	s.findLate()
	return s.scanSubmodules(ctx)
}

// tracks tells whether the commit has a file beneath dir.
func (s *Scan) tracks(dir string) bool {
	i, _ := slices.BinarySearchFunc(s.tree, dir+"/", func(e treeEntry, p string) int { return strings.Compare(e.path, p) })
	return i < len(s.tree) && strings.HasPrefix(s.tree[i].path, dir+"/")
}

// findLate looks at files of the commit that the walk passed over: in ignored
// folders, in caches, behind the limit.
func (s *Scan) findLate() {
	s.late = nil
	folders := map[string]bool{}
	for _, t := range s.tree {
		if _, seen := s.list.find(t.path); seen || t.mode == ModeSubmodule {
			continue
		}
		if e, ok := lstatBeneath(s.root, t.path, folders); ok && !e.fileMode().IsDir() {
			s.late = append(s.late, e)
		}
	}
}

// find gives the entry at a path.
func (l *listing) find(file string) (entry, bool) {
	i, ok := slices.BinarySearchFunc(l.entries, file, func(e entry, p string) int { return strings.Compare(e.path, p) })
	if !ok {
		return entry{}, false
	}
	return l.entries[i], true
}

// scanSubmodules scans what stands where the commit names another repository.
func (s *Scan) scanSubmodules(ctx context.Context) error {
	s.subs = map[string]*Scan{}
	for _, t := range s.tree {
		if t.mode != ModeSubmodule {
			continue
		}
		i := slices.IndexFunc(s.list.nested, func(l *listing) bool { return l.dir == t.path })
		if i < 0 {
			continue
		}
		sub, err := s.scanInner(ctx, s.list.nested[i])
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			// Its files then count as untracked ones of this tree.
			s.list.omitted = append(s.list.omitted, Omitted{t.path, "submodule cannot be read: " + err.Error()})
			continue
		}
		s.subs[t.path] = sub
		for dir := range sub.opened {
			s.opened[path.Join(t.path, dir)] = true
		}
	}
	return nil
}

// scanInner makes a scan of its own out of a listing that this walk has made.
func (s *Scan) scanInner(ctx context.Context, l *listing) (*Scan, error) {
	p, err := placeAt(filepath.Join(s.root, filepath.FromSlash(l.dir)))
	if err != nil {
		return nil, err
	}
	r, err := openPlace(p, s.repo.opts)
	if err != nil {
		return nil, err
	}
	sub, err := newScan(r, p.root, ScanOptions{Paths: s.innerPaths(l.dir), MaxFiles: s.opts.MaxFiles})
	if err != nil {
		return nil, err
	}
	if err := sub.readHead(ctx); err != nil {
		return nil, err
	}
	sub.list = l.relative(l.dir)
	return sub, sub.join(ctx, sub.walker())
}

// innerPaths are those of the paths that lead into a submodule, as seen from it.
func (s *Scan) innerPaths(dir string) []string {
	var inner []string
	for _, p := range s.opts.Paths {
		if within(dir, p) {
			return nil
		}
		if below, ok := strings.CutPrefix(p, dir+"/"); ok {
			inner = append(inner, below)
		}
	}
	return inner
}

// relative is the listing as seen from dir, as if it had been walked alone.
func (l *listing) relative(dir string) *listing {
	cut := func(p string) string { return strings.TrimPrefix(strings.TrimPrefix(p, dir), "/") }
	out := &listing{dir: cut(l.dir)}
	for _, e := range l.entries {
		e.path = cut(e.path)
		out.entries = append(out.entries, e)
	}
	for _, n := range l.nested {
		inner := n.relative(dir)
		inner.ignored = n.ignored
		out.nested = append(out.nested, inner)
	}
	for _, o := range l.omitted {
		out.omitted = append(out.omitted, Omitted{cut(o.Path), o.Reason})
	}
	for _, o := range l.skipped {
		out.skipped = append(out.skipped, Omitted{cut(o.Path), o.Reason})
	}
	return out
}

// Root is the top of the tree that was scanned.
func (s *Scan) Root() string { return s.root }

// Head is where the work tree stood when the scan was made.
func (s *Scan) Head() Head { return s.heading.Head }

// State describes the repository, with the commit of the scan. Outside a
// repository it is the zero value but for Root.
func (s *Scan) State(ctx context.Context) (State, error) {
	if s.repo == nil {
		return State{Root: s.root}, nil
	}
	return s.repo.describe(ctx, s.heading)
}
