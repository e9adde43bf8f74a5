package index

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
)

// scan answers by reading every record each time: slow, and plainly right.
type scan struct{ store *store.Store }

func (s *scan) close() error { return nil }

// records gives those that can be read.
func (s *scan) records(ctx context.Context) iter.Seq2[*record.Record, error] {
	return func(yield func(*record.Record, error) bool) {
		for r, err := range s.store.Records(ctx) {
			if err = fatal(ctx, err); err == nil && r == nil {
				continue
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

func (s *scan) runs(ctx context.Context, q Query) iter.Seq2[Run, error] {
	return func(yield func(Run, error) bool) {
		n := 0
		for r, err := range s.records(ctx) {
			if err != nil {
				yield(Run{}, err)
				return
			}
			if !q.fits(r) {
				continue
			}
			if n++; n > q.Offset && !yield(runOf(r), nil) || q.Limit > 0 && n == q.Offset+q.Limit {
				return
			}
		}
	}
}

func (q Query) fits(r *record.Record) bool {
	run := runOf(r)
	return strings.HasPrefix(run.ID.String(), q.ID) && strings.HasPrefix(run.Invocation.String(), q.Invocation) &&
		(q.Status == "" || run.Outcome.Status == q.Status) &&
		(q.Commit == "" || hasCommit(r, q.Commit)) &&
		(q.Package == "" || hasPackage(r, q.Package, q.Version)) &&
		(q.Since.IsZero() || !run.Started.Before(q.Since)) && (q.Before.IsZero() || run.Started.Before(q.Before)) &&
		strings.Contains(strings.Join(run.Command, " "), q.Command) &&
		(q.Parent.IsZero() || run.Parent == q.Parent)
}

func hasCommit(r *record.Record, prefix string) bool {
	return slices.ContainsFunc(commitsOf(r), func(c record.GitHash) bool { return strings.HasPrefix(string(c), prefix) })
}

// commitsOf are those of the work tree and of its submodules.
func commitsOf(r *record.Record) (all []record.GitHash) {
	for _, c := range append(r.Dependencies(record.RoleCommit), r.Dependencies(record.RoleSubmodule)...) {
		if c.Digest != nil && c.Digest.GitCommit != "" {
			all = append(all, c.Digest.GitCommit)
		}
	}
	return all
}

func hasPackage(r *record.Record, name, version string) bool {
	return slices.ContainsFunc(r.Dependencies(record.RolePackage), func(p record.Resource) bool {
		facts := p.Annotations.Package
		return facts.Name == name && (version == "" || facts.Version == version)
	})
}

func (s *scan) uses(ctx context.Context, w wanted) iter.Seq2[Use, error] {
	return func(yield func(Use, error) bool) {
		m, err := s.matcher(ctx, w)
		if err != nil {
			yield(Use{}, err)
			return
		}
		for r, err := range s.records(ctx) {
			if err != nil {
				yield(Use{}, err)
				return
			}
			for _, u := range usesOf(r) {
				for _, found := range m.matches(ctx, u) {
					if !yield(found, nil) {
						return
					}
				}
			}
		}
	}
}

func (s *scan) detail(ctx context.Context, run record.ID) (*Detail, error) {
	r, err := s.store.Record(ctx, run)
	if err != nil {
		return nil, err
	}
	return DetailOf(r), nil
}

// matcher knows which uses are wanted, and remembers what of a folder is.
type matcher struct {
	*scan
	wanted
	files map[hashing.FileDigest]bool            // of wanted.in
	known map[hashing.TreeDigest][]hashing.Entry // of folders, what is wanted by digest
}

func (s *scan) matcher(ctx context.Context, w wanted) (*matcher, error) {
	m := &matcher{s, w, map[hashing.FileDigest]bool{}, map[hashing.TreeDigest][]hashing.Entry{}}
	if w.in == (hashing.TreeDigest{}) {
		return m, nil
	}
	of, err := manifest(ctx, s.store, w.in)
	if err != nil {
		return nil, manifestError(w.in, err)
	}
	for _, e := range of.Entries() {
		m.files[e.Digest] = !e.Digest.IsEmpty()
	}
	return m, nil
}

// matches are the use itself and the files of the folder whose files do not
// stand beside it, as far as they are wanted.
func (m *matcher) matches(ctx context.Context, u Use) (found []Use) {
	if m.side != "" && m.side != u.Side || !m.run.IsZero() && m.run != u.Run.ID || m.late(u.Run) {
		return nil
	}
	if m.wantsWhole(u) {
		found = append(found, u)
	}
	if !m.run.IsZero() || u.Parts || !u.Digest.IsTree() || u.Digest.Tree == m.in {
		return found
	}
	for _, e := range m.within(ctx, u) {
		found = append(found, fileOf(u, e))
	}
	return found
}

func (m *matcher) wantsWhole(u Use) bool {
	switch {
	case m.digest != Digest{}:
		return u.Digest == m.digest
	case m.at != nil:
		return u.Location == *m.at
	case m.in != hashing.TreeDigest{}:
		return m.files[u.Digest.File] && (u.Within == nil || u.Within.Tree != m.in)
	}
	return true
}

// within are the wanted files of a folder. One whose manifest cannot be read has
// none, and is among the problems.
func (m *matcher) within(ctx context.Context, u Use) (found []hashing.Entry) {
	tree := u.Digest.Tree
	if m.at != nil {
		if path, inside := belowIf(u.Location, *m.at); inside {
			if of, err := manifest(ctx, m.store, tree); err == nil {
				if d, there := of.Lookup(path); there {
					return []hashing.Entry{{Path: path, Digest: d}}
				}
			}
		}
		return nil
	}
	if m.digest.IsTree() {
		return nil
	}
	if known, found := m.known[tree]; found {
		return known
	}
	of, _ := manifest(ctx, m.store, tree)
	for _, e := range of.Entries() {
		if e.Digest == m.digest.File || m.files[e.Digest] {
			found = append(found, e)
		}
	}
	m.known[tree] = found
	return found
}

// fileOf is the use of one file of a folder.
func fileOf(folder Use, e hashing.Entry) Use {
	u := folder
	u.Digest, u.Location, u.Bytes = OfFile(e.Digest), folder.Location.Join(e.Path), -1
	u.Within = &Within{folder.Digest.Tree, folder.Location, e.Path}
	return u
}

func (s *scan) digests(ctx context.Context, prefix string, limit int) ([]Digest, error) {
	all := map[Digest]bool{}
	m := &matcher{scan: s}
	for r, err := range s.records(ctx) {
		if err != nil {
			return nil, err
		}
		for _, u := range usesOf(r) {
			all[u.Digest] = true
			for e := range m.filesIn(ctx, u) {
				all[OfFile(e)] = true
			}
		}
	}
	return firstDigests(all, prefix, limit), nil
}

func (m *matcher) filesIn(ctx context.Context, u Use) map[hashing.FileDigest]bool {
	found := map[hashing.FileDigest]bool{}
	if !u.Parts && u.Digest.IsTree() {
		of, _ := manifest(ctx, m.store, u.Digest.Tree)
		for _, e := range of.Entries() {
			found[e.Digest] = true
		}
	}
	return found
}

// firstDigests are the first of those with the prefix, in the order of their text;
// a file's stands before a folder's of the same text.
func firstDigests(all map[Digest]bool, prefix string, limit int) (found []Digest) {
	for d := range all {
		if strings.HasPrefix(d.String(), prefix) {
			found = append(found, d)
		}
	}
	slices.SortFunc(found, compareDigests)
	return found[:min(limit, len(found))]
}

func (s *scan) unsettled(ctx context.Context, alive store.Alive) iter.Seq2[store.Unsettled, error] {
	return func(yield func(store.Unsettled, error) bool) {
		for u, err := range s.store.Unsettled(ctx, alive) {
			if err = fatal(ctx, err); err != nil {
				yield(u, err)
				return
			}
			if !u.InvocationID.IsZero() && !yield(u, nil) {
				return
			}
		}
	}
}

// fatal leaves the errors after which nobody knows what there is. Others are about
// one thing that cannot be read, and are among the problems.
func fatal(ctx context.Context, err error) error {
	var list *store.ListError
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if errors.As(err, &list) {
		return err
	}
	return nil
}

func (s *scan) problems(ctx context.Context) (found []error, err error) {
	trees := map[hashing.TreeDigest]bool{}
	for r, err := range s.store.Records(ctx) {
		if err != nil {
			found = append(found, err)
			continue
		}
		for _, u := range usesOf(r) {
			trees[u.Digest.Tree] = u.Digest.IsTree() && (trees[u.Digest.Tree] || !u.Parts)
		}
	}
	nobody := func(record.Process) (bool, error) { return false, nil }
	for _, err := range s.store.Unsettled(ctx, nobody) {
		if err != nil {
			found = append(found, err)
		}
	}
	for tree, wanted := range trees {
		if _, err := manifest(ctx, s.store, tree); wanted && err != nil {
			found = append(found, manifestError(tree, err))
		}
	}
	for _, err := range found {
		if err := fatal(ctx, err); err != nil {
			return nil, err
		}
	}
	return sortErrors(found), ctx.Err()
}
