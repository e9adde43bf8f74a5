package verify

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/lineage-audit/lineage/record"
)

// checkCode: the bytes of the code are in the record as manifests. Where one of the
// repositories knows the commit that the record names, they are its bytes, but for
// the differences that the record names too.
func checkCode(ctx context.Context, q *inquiry, r *record.Record) Check {
	if gaps := gapsOf(r, record.GapCode, record.GapCodeChanged, record.GapSubmodule); len(gaps) > 0 {
		return lacking("not all code was captured: %s", gapNames(gaps)).with(gapEvidence(gaps)...)
	}
	var all []Evidence
	files := int64(0)
	for _, dep := range r.Dependencies(record.RoleCode) {
		all = append(all, evidenceOf(dep))
		if dep.Annotations.Tree != nil {
			files += dep.Annotations.Tree.Files
		} else {
			files++
		}
	}
	switch {
	case len(all) == 0:
		return lacking("the record names no code")
	case worst(all) != Held:
		return lacking("no code was captured: %s", namesOf(all, Lacking)).with(all...)
	}
	return compareWithCommit(q.codeOf(ctx, r), r, held("%s of code are in the record", count(int(files), "file")).with(all...))
}

// compareWithCommit turns the finding where the code is not that of the commit.
func compareWithCommit(c code, r *record.Record, found Check) Check {
	var wrong []Evidence
	for _, f := range c.files {
		if (f.standing == otherInCommit || f.standing == notInCommit) && !f.excused {
			wrong = append(wrong, Evidence{Name: record.EncodePath(f.name), Where: commitText(f.commit), Expected: fileText(f.digest), Found: f.found, Status: Failed})
		}
	}
	if len(wrong) > 0 {
		return failed("%s of the code that is recorded %s not in the recorded commit with these bytes: %s", count(len(wrong), "file"), isAre(len(wrong)), namesOf(wrong, Failed)).
			with(found.Evidence...).with(wrong...)
	}
	for _, dep := range commitsOf(r) {
		facts := dep.Annotations.Commit
		found = found.with(Evidence{Name: dep.URI, Where: facts.Location.String(), Found: commitText(dep.Digest.GitCommit), Status: Held})
		found = found.noting(commitNotes(facts)...)
	}
	switch {
	case len(commitsOf(r)) == 0:
		return found.noting("the record names no commit: the code is known by its bytes alone")
	case c.listErr != nil:
		return found.noting(fmt.Sprintf("the commit is not compared with the code, whose files cannot be listed here: %v", c.listErr))
	case c.lookErr != nil && !errors.Is(c.lookErr, ErrNotFound) && !errors.Is(c.lookErr, errNoRepository):
		return lacking("the code could not be compared with its commit: %v", c.lookErr).with(found.Evidence...).noting(found.Notes...)
	case c.lookErr != nil:
		return found.noting(fmt.Sprintf("the commit is not compared with the code: %v; --repo names a repository that has it", c.lookErr))
	}
	compared := c.tally(inCommit)
	if compared == 0 {
		return found.noting("the commit is not compared with the code: no file of it stood in the commit's work tree")
	}
	found.Reason += fmt.Sprintf("; %d of them are those of the commit, as read from %s", compared, strings.Join(c.where, ", "))
	return found
}

func (c code) tally(s codeStanding) (n int) {
	for _, f := range c.files {
		if f.standing == s {
			n++
		}
	}
	return n
}

func commitNotes(f *record.CommitFacts) (notes []string) {
	if f.Declared {
		notes = append(notes, "the commit was declared, not read from a repository: it is evidenced only where it was compared")
	}
	if f.State != record.TreeClean && !f.Declared {
		notes = append(notes, fmt.Sprintf("the work tree was %s: %s from the commit", f.State, differ(len(f.Differences))))
	}
	return notes
}

func differ(n int) string {
	if n == 1 {
		return "1 path differs"
	}
	return fmt.Sprintf("%d paths differ", n)
}

func isAre(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
