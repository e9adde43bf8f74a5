package verify

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/record"
)

// checkPackages: the interpreter and each distribution that is installed in it are
// in the record, and the installed files were compared with their own RECORD.
func checkPackages(_ context.Context, _ *inquiry, r *record.Record) Check {
	if gaps := gapsOf(r, record.GapPackages, record.GapPackage, record.GapPackageFiles, record.GapPackageChanged); len(gaps) > 0 {
		return lacking("not all packages were captured: %s", gapNames(gaps)).with(gapEvidence(gaps)...)
	}
	interpreters, packages := r.Dependencies(record.RoleInterpreter), r.Dependencies(record.RolePackage)
	switch {
	case len(interpreters) == 0:
		return lacking("the record names no interpreter, and this version captures packages of Python only").
			noting("a policy can set packages.captured aside for a command that needs none")
	case len(packages) == 0:
		return lacking("the record names no package in the interpreter")
	}
	var all []Evidence
	var notes []string
	for _, i := range interpreters {
		e, why := interpreterEvidence(i)
		all, notes = append(all, e), append(notes, why...)
	}
	for _, p := range packages {
		all = append(all, packageEvidence(r, p))
	}
	if worst(all) != Held {
		return lacking("installed, and not known to be what they are called: %s", namesOf(all, Lacking)).with(all...).noting(notes...)
	}
	return held("the interpreter and %s are in the record, their files compared", count(len(packages), "package")).with(all...).noting(notes...)
}

func interpreterEvidence(i record.Resource) (e Evidence, notes []string) {
	e = evidenceOf(i)
	e.Where = i.Annotations.Interpreter.Resolved.String()
	if i.Annotations.Interpreter.Seen != "running" {
		notes = append(notes, fmt.Sprintf("%s was resolved from the command, not seen running", i.Name))
	}
	if unowned := i.Annotations.Interpreter.Unowned; len(unowned) > 0 {
		notes = append(notes, fmt.Sprintf("%s beside the packages %s to none of them: %s", count(len(unowned), "file"), belong(len(unowned)), few(unowned)))
	}
	return e, notes
}

func belong(n int) string {
	if n == 1 {
		return "belongs"
	}
	return "belong"
}

// packageEvidence is held if the files were those of the distribution, or are the
// code of a commit that is known.
func packageEvidence(r *record.Record, p record.Resource) Evidence {
	f := p.Annotations.Package
	e := Evidence{Name: p.URI, Expected: "files as installed", Status: Lacking}
	if editable := f.Origin != nil && f.Origin.Editable; editable {
		e.Expected = "a commit"
		if e.Found = "editable, of no clean commit"; ofCommit(r, f.Origin) {
			e.Found, e.Status = commitText(f.Origin.GitCommit), Held
		}
		return e
	}
	switch files := f.Files; {
	case p.Digest == nil || p.Digest.SHA256 == nil:
		e.Found = "no RECORD"
	case files == nil || files.State == "unchecked":
		e.Found = "not compared"
	case files.State == "differ":
		e.Found = fmt.Sprintf("%d changed, %d missing: %s", len(files.Changed), len(files.Missing), few(slices.Concat(files.Changed, files.Missing)))
	case files.State == "match" && files.Checked > 0 && len(files.Changed)+len(files.Missing) == 0:
		e.Found, e.Status = fmt.Sprintf("%s, RECORD %s", count(int(files.Checked), "file"), digestText(p.Digest)), Held
	default:
		e.Found = fmt.Sprintf("%s, %d checked", files.State, files.Checked)
	}
	return e
}

// ofCommit tells whether an editable install is the code of a commit: of the run's
// own, whose differences the record has, or of another work tree that was clean.
func ofCommit(r *record.Record, o *record.DirectURL) bool {
	if o.GitCommit == "" {
		return false
	}
	own := slices.ContainsFunc(commitsOf(r), func(c record.Resource) bool {
		return c.Digest.GitCommit == o.GitCommit && !c.Annotations.Commit.Declared
	})
	return own || o.State == string(record.TreeClean)
}

// checkLocked: a lock file of the recorded commit has a hash for each distribution.
func checkLocked(ctx context.Context, q *inquiry, r *record.Record) Check {
	packages, locks := r.Dependencies(record.RolePackage), r.Dependencies(record.RoleLock)
	switch {
	case len(packages) == 0:
		return lacking("the record names no package")
	case len(locks) == 0:
		return lacking("the record names no lock file").with(gapEvidence(gapsOf(r, record.GapLock))...).
			mend("uv", "pip", "compile", "--generate-hashes", "requirements.in", "-o", "requirements.lock")
	}
	var all []Evidence
	for _, i := range r.Dependencies(record.RoleInterpreter) {
		for _, path := range i.Annotations.Interpreter.Unowned {
			all = append(all, Evidence{Name: path, Expected: "part of a package", Found: "of no package", Status: Lacking})
		}
	}
	pins, lines := q.pins(ctx, r, locks)
	for _, p := range packages {
		all = append(all, pinned(r, p.Annotations.Package, pins))
	}
	if worst(all) != Held {
		return lacking("not locked with a hash in the recorded commit: %s", namesOf(all, Lacking)).with(all...).with(lines...)
	}
	return held("the recorded commit locks %s with hashes", count(len(packages), "package")).with(all...).with(lines...)
}

func pinned(r *record.Record, f *record.PackageFacts, pins []Pin) Evidence {
	e := Evidence{Name: f.Name + " " + f.Version, Expected: "locked with a hash", Found: "not in the lock", Status: Lacking}
	if f.Origin != nil && f.Origin.Editable && ofCommit(r, f.Origin) {
		e.Found, e.Status = commitText(f.Origin.GitCommit), Held
		return e
	}
	var others []string
	for _, p := range pins {
		switch {
		case p.Name != f.Name:
		case p.Version == f.Version && p.Version != "" && p.Hashes > 0:
			e.Found, e.Status = "locked with a hash", Held
			return e
		case p.Version == f.Version:
			e.Found = "locked without a hash"
		default:
			others = append(others, p.Version)
		}
	}
	if len(others) > 0 && e.Found == "not in the lock" {
		e.Found = "locked as " + strings.Join(others, ", ")
	}
	return e
}
