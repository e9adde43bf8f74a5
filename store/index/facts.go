package index

import "github.com/lineage-audit/lineage/record"

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
	all := namedBy(r)
	uses := make([]Use, len(all))
	for i, n := range all {
		uses[i] = n.Use
	}
	return uses
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
