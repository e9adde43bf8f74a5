package index

import (
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// runOf is the run of a record in short.
func runOf(r *record.Record) Run {
	m := r.Metadata()
	run := Run{
		ID: r.ID(), Invocation: m.InvocationID, Started: m.StartedOn, Finished: m.FinishedOn, Outcome: m.Outcome,
		Command: r.Parameters().Command, Gaps: len(r.Gaps()), Host: r.Environment().Host,
	}
	if m.Parent != nil {
		run.Parent = *m.Parent
	}
	for _, c := range r.Dependencies(record.RoleCommit) {
		run.State = c.Annotations.Commit.State
		if c.Digest != nil {
			run.Commit = c.Digest.GitCommit
		}
	}
	return run
}

// usesOf are the files and folders of a record: outputs first, then what it read,
// each in the record's order.
func usesOf(r *record.Record) []Use {
	run, outputs := runOf(r), r.Outputs()
	folders, whole := map[record.Location]hashing.TreeDigest{}, map[record.Location]bool{}
	for _, o := range outputs {
		if t := o.Annotations.Tree; t != nil {
			folders[t.Location] = *o.Digest.Tree
		}
		if f := o.Annotations.File; f != nil && f.Tree != nil {
			whole[*f.Tree] = true
		}
	}
	var uses []Use
	add := func(side Side, res record.Resource) {
		if u, found := useOf(res, folders); found {
			u.Run, u.Side = &run, side
			u.Parts = side == Made && u.Digest.IsTree() && whole[u.Location]
			uses = append(uses, u)
		}
	}
	for _, o := range outputs {
		add(Made, o)
	}
	for _, d := range r.Statement().Predicate.BuildDefinition.ResolvedDependencies {
		add(Read, d)
	}
	return uses
}

// useOf is the file or folder that a resource describes, if it does.
func useOf(res record.Resource, folders map[record.Location]hashing.TreeDigest) (Use, bool) {
	u := Use{Role: res.Annotations.Role, Bytes: -1}
	switch d := res.Digest; {
	case d != nil && d.SHA256 != nil:
		u.Digest.File = *d.SHA256
	case d != nil && d.Tree != nil:
		u.Digest.Tree = *d.Tree
	default:
		return Use{}, false
	}
	switch a := res.Annotations; {
	case a.File != nil:
		u.Location, u.Bytes = a.File.Location, a.File.Bytes
		if in := a.File.Tree; in != nil {
			u.Within = &Within{folders[*in], *in, below(*in, u.Location)}
		}
	case a.Tree != nil:
		u.Location, u.Bytes = a.Tree.Location, a.Tree.Bytes
	case a.Lock != nil:
		u.Location, u.Bytes = a.Lock.Location, a.Lock.Bytes
	case a.Interpreter != nil:
		u.Location = a.Interpreter.Location
	default:
		return Use{}, false
	}
	return u, true
}

// below is the path from a folder to what stands below it.
func below(folder, at record.Location) string {
	switch {
	case folder.Path == ".":
		return at.Path
	case folder.Path == "/":
		return at.Path[1:]
	}
	return at.Path[len(folder.Path)+1:]
}

// belowIf is below where at stands below the folder.
func belowIf(folder, at record.Location) (string, bool) {
	if folder.Root != at.Root || folder == at {
		return "", false
	}
	switch {
	case folder.Path == ".":
		return at.Path, true
	case folder.Path == "/":
		return at.Path[1:], true
	case len(at.Path) > len(folder.Path) && at.Path[:len(folder.Path)+1] == folder.Path+"/":
		return below(folder, at), true
	}
	return "", false
}
