package verify

import (
	"context"
	"errors"
	"path"
	"slices"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// codeFile is one file of the run's code, and how it stands to its commit.
type codeFile struct {
	name     string // below the commit's work tree
	location record.Location
	digest   hashing.FileDigest
	commit   record.GitHash
	excused  bool // the record itself says that it is not the commit's
	standing codeStanding
	found    string // what the commit has instead
	form     string
}

// codeStanding is how a file of the code stands to the commit. The zero value says
// that nobody compared it.
type codeStanding int

const (
	notCompared codeStanding = iota
	inCommit
	otherInCommit
	notInCommit
)

// code is the run's code as far as it can be listed here, compared with its commits
// as far as one of the repositories knows them.
type code struct {
	files []codeFile
	where []string // the repositories that the commits were read from
	// listErr tells why not every file is in the list, lookErr why not every one was
	// compared.
	listErr, lookErr error
}

// codeOf lists and compares, once for all checks.
func (q *inquiry) codeOf(ctx context.Context, r *record.Record) code {
	if q.code == nil {
		c := q.listCode(ctx, r)
		q.compareCode(ctx, r, &c)
		q.code = &c
	}
	return *q.code
}

func (q *inquiry) listCode(ctx context.Context, r *record.Record) (c code) {
	for _, dep := range r.Dependencies(record.RoleCode) {
		a := dep.Annotations
		switch {
		case a.File != nil && dep.Digest != nil && dep.Digest.SHA256 != nil:
			c.files = append(c.files, codeFile{location: a.File.Location, digest: *dep.Digest.SHA256})
		case a.Tree != nil && dep.Digest != nil && dep.Digest.Tree != nil:
			m, err := q.manifest(ctx, *dep.Digest.Tree)
			if err != nil {
				c.listErr = errors.Join(c.listErr, err)
				continue
			}
			for _, e := range m.Entries() {
				c.files = append(c.files, codeFile{location: a.Tree.Location.Join(e.Path), digest: e.Digest})
			}
		}
	}
	return c
}

// compareCode asks of each file the commit whose work tree it stood in: the
// innermost, for those of submodules.
func (q *inquiry) compareCode(ctx context.Context, r *record.Record, c *code) {
	commits := commitsOf(r)
	of := make([][]int, len(commits))
	for i := range c.files {
		best, name := innermost(commits, c.files[i].location)
		if best >= 0 {
			c.files[i].name, c.files[i].commit = name, commits[best].Digest.GitCommit
			of[best] = append(of[best], i)
		}
	}
	for k, dep := range commits {
		differs := differences(dep.Annotations.Commit)
		for _, i := range of[k] {
			c.files[i].excused = excused(differs, c.files[i].name)
		}
		q.compareFiles(ctx, dep.Digest.GitCommit, of[k], c)
	}
}

func (q *inquiry) compareFiles(ctx context.Context, commit record.GitHash, of []int, c *code) {
	if len(of) == 0 {
		return
	}
	var entries []hashing.Entry
	for _, i := range of {
		entries = append(entries, hashing.Entry{Path: c.files[i].name, Digest: c.files[i].digest})
	}
	found, o, err := q.filesIn(ctx, commit, entries)
	if err != nil {
		c.lookErr = errors.Join(c.lookErr, err)
		return
	}
	if !slices.Contains(c.where, o.name) {
		c.where = append(c.where, o.name)
	}
	for _, i := range of {
		f := &c.files[i]
		in, there := found[f.name]
		switch {
		case !there:
			f.standing, f.found = notInCommit, "absent"
		case in.Digest == f.digest:
			f.standing, f.form = inCommit, in.Form
		default:
			f.standing, f.found = otherInCommit, fileText(in.Digest)
		}
	}
}

// innermost is the commit in whose work tree a location is, and the path there; -1
// if it is in none.
func innermost(commits []record.Resource, l record.Location) (best int, name string) {
	best = -1
	for k, dep := range commits {
		n, ok := under(dep.Annotations.Commit.Location, l)
		if ok && n != "." && (best < 0 || len(n) < len(name)) {
			best, name = k, n
		}
	}
	return best, name
}

// commitsOf are the commits of the run's work tree and its submodules.
func commitsOf(r *record.Record) []record.Resource {
	all := slices.Concat(r.Dependencies(record.RoleCommit), r.Dependencies(record.RoleSubmodule))
	return slices.DeleteFunc(all, func(d record.Resource) bool {
		return d.Digest == nil || d.Digest.GitCommit == "" || d.Annotations.Commit == nil
	})
}

// differences are the paths at which the record itself says that the work tree was
// not the commit.
func differences(f *record.CommitFacts) map[string]bool {
	paths := map[string]bool{}
	if f.State != record.TreeClean {
		for _, d := range f.Differences {
			paths[d.Path] = true
		}
	}
	return paths
}

// excused tells whether a path is one of them, or part of a folder that is.
func excused(paths map[string]bool, name string) bool {
	for at := name; len(paths) > 0 && at != "." && at != "/"; at = path.Dir(at) {
		if paths[record.EncodePath(at)] {
			return true
		}
	}
	return false
}
