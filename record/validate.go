package record

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
)

// validate checks what types cannot say: that the parts agree with each other.
func validate(s *Statement) error {
	d, run := &s.Predicate.BuildDefinition, &s.Predicate.RunDetails
	return errors.Join(
		must(s.Type == StatementType, "_type is %q, want %q", s.Type, StatementType),
		must(s.PredicateType == PredicateType, "predicateType is %q, want %q", s.PredicateType, PredicateType),
		checkParameters(&d.ExternalParameters),
		checkSubjects(s),
		checkEach("resolvedDependencies", d.ResolvedDependencies, checkDependency),
		checkEach("byproducts", run.Byproducts, func(r *Resource) error { return checkByproduct(r, run.Metadata.Outcome) }),
		checkMetadata(&run.Metadata),
		must(run.Coverage == CoverageDeclared || run.Coverage == CoverageObserved, "coverage %q is not known", run.Coverage),
		checkBuilder(run.Builder.ID, run.Coverage),
		checkGaps("lineage_gaps", run.Gaps),
		checkGaps("lineage_notes", run.Notes),
		checkManifests(s),
	)
}

func checkParameters(p *Parameters) error {
	err := must(len(p.Command) > 0 && p.Command[0] != "", "the command is empty")
	for _, d := range []Declared{p.Inputs, p.Preprocessing, p.Outputs} {
		err = errors.Join(err, must(!d.None || len(d.Paths) == 0, "none and %v are declared at once", d.Paths))
	}
	return err
}

func checkMetadata(m *Metadata) error {
	return errors.Join(
		must(!m.InvocationID.IsZero(), "the invocation is zero"),
		must(!m.FinishedOn.Before(m.StartedOn.Time), "it finished on %v, before it started on %v", m.FinishedOn, m.StartedOn),
		checkOutcome(m.Outcome),
	)
}

func checkOutcome(o Outcome) error {
	var fits bool
	switch o.Status {
	case Succeeded:
		fits = o.ExitCode != nil && *o.ExitCode == 0 && o.Signal == ""
	case Failed:
		fits = o.ExitCode != nil && *o.ExitCode != 0 && o.Signal == ""
	case Killed:
		fits = o.ExitCode == nil && o.Signal != ""
	case Interrupted:
		fits = o.ExitCode != nil || o.Signal != ""
	case NotStarted:
		fits = o.Reason != ""
	}
	return must(fits, "an outcome of status %q does not have exit code and signal %v %q", o.Status, o.ExitCode, o.Signal)
}

func checkGaps(where string, gaps []Gap) error {
	for _, g := range gaps {
		if g.Kind == "" || g.What == "" || g.Why == "" {
			return fmt.Errorf("%s: %+v says too little", where, g)
		}
	}
	return nil
}

func checkEach(where string, all []Resource, check func(*Resource) error) error {
	for i := range all {
		if err := check(&all[i]); err != nil {
			return fmt.Errorf("%s[%d]: %w", where, i, err)
		}
	}
	return nil
}

// checkSubjects: the run comes first; what it made follows only if it ended with
// 0, so that nobody who ignores our extensions accepts a failed run's model.
func checkSubjects(s *Statement) error {
	if len(s.Subject) == 0 {
		return errors.New("there is no subject")
	}
	run := s.Subject[0]
	if run.Name != string(RoleRun) || run.Annotations.Role != RoleRun || run.Digest == nil || run.Digest.SHA256 == nil {
		return errors.New("subject[0] is not the run")
	}
	outcome := s.Predicate.RunDetails.Metadata.Outcome
	if len(s.Subject) > 1 && !outcome.Ended0() {
		return fmt.Errorf("a run that ended as %q has outputs among its subjects", outcome.Status)
	}
	names := map[string]bool{}
	for i := range s.Subject {
		r := &s.Subject[i]
		if names[r.Name] {
			return fmt.Errorf("subject[%d]: name %q stands twice", i, r.Name)
		}
		names[r.Name] = true
		if i > 0 && r.Annotations.Role != RoleOutput {
			return fmt.Errorf("subject[%d]: role %q is not that of an output", i, r.Annotations.Role)
		}
		if err := checkResource(r); err != nil {
			return fmt.Errorf("subject[%d]: %w", i, err)
		}
	}
	return nil
}

var dependencyRoles = []Role{RoleCommit, RoleSubmodule, RoleCode, RoleData, RolePreprocessing, RoleLock, RoleInterpreter, RolePackage}

func checkDependency(r *Resource) error {
	if !slices.Contains(dependencyRoles, r.Annotations.Role) {
		return fmt.Errorf("role %q is not that of a dependency", r.Annotations.Role)
	}
	return checkResource(r)
}

var byproductRoles = []Role{RoleManifest, RolePatch, RoleContent, RoleTracking}

func checkByproduct(r *Resource, outcome Outcome) error {
	output := r.Annotations.Role == RoleOutput
	if output && outcome.Ended0() {
		return errors.New("an output of a run that ended with 0 is no byproduct")
	}
	if !output && !slices.Contains(byproductRoles, r.Annotations.Role) {
		return fmt.Errorf("role %q is not that of a byproduct", r.Annotations.Role)
	}
	if !output && (r.Digest == nil || r.Digest.SHA256 == nil) {
		return errors.New("a blob without sha256")
	}
	return checkResource(r)
}

// checkResource checks that digest and facts go with the role.
func checkResource(r *Resource) error {
	a, d := &r.Annotations, r.Digest
	if d == nil {
		d = &DigestSet{}
	} else if *d == (DigestSet{}) {
		return errors.New("an empty digest set")
	}
	if d.DirHash != "" && (d.Tree == nil || d.DirHash != d.Tree.String()) {
		return fmt.Errorf("dirHash %q is not that of lineageTree1", d.DirHash)
	}
	if r.Digest == nil && r.URI == "" {
		return errors.New("neither uri nor digest")
	}
	if n := factCount(a); n > 1 {
		return fmt.Errorf("facts of %d kinds", n)
	}
	return checkFacts(r, d)
}

func factCount(a *Annotations) (n int) {
	for _, there := range []bool{a.File != nil, a.Tree != nil, a.Commit != nil, a.Package != nil, a.Interpreter != nil, a.Lock != nil} {
		if there {
			n++
		}
	}
	return n
}

func checkFacts(r *Resource, d *DigestSet) error {
	a := &r.Annotations
	switch a.Role {
	case RoleOutput, RoleData, RolePreprocessing, RoleCode:
		return checkBytes(r, d)
	case RoleCommit, RoleSubmodule:
		return errors.Join(must(a.Commit != nil && d.SHA256 == nil && d.Tree == nil, "a commit with other facts"),
			must(a.Commit == nil || (d.GitCommit == "") == (a.Commit.State == TreeNoCommit), "a commit without gitCommit"))
	case RolePackage:
		return must(a.Package != nil && strings.HasPrefix(r.URI, "pkg:"), "a package without its facts and purl")
	case RoleInterpreter:
		return must(a.Interpreter != nil && d.SHA256 != nil, "an interpreter without its facts and sha256")
	case RoleLock:
		return must(a.Lock != nil && d.SHA256 != nil, "a lock file without its facts and sha256")
	}
	return must(d.SHA256 != nil && d.Tree == nil && d.GitCommit == "", "want the sha256 of %s", a.Role)
}

// checkBytes checks a file or a folder, which differ in the key of their digest.
func checkBytes(r *Resource, d *DigestSet) error {
	a := &r.Annotations
	switch {
	case a.File != nil && a.File.Digest == nil:
		return must(d.SHA256 != nil && d.Tree == nil && d.GitCommit == "" && r.Name == a.File.Location.String(), "file %q without its name and sha256 alone", r.Name)
	case a.Tree != nil:
		return must(d.Tree != nil && d.SHA256 == nil && d.GitCommit == "" && r.Name == a.Tree.Location.String(), "folder %q without its name and lineageTree1 alone", r.Name)
	}
	return fmt.Errorf("%q is neither a file nor a folder", r.Name)
}

// checkManifests: every folder's manifest is among the byproducts, and an output
// folder is the sum of the files that are named as its parts.
func checkManifests(s *Statement) error {
	run := &s.Predicate.RunDetails
	kept := map[hashing.FileDigest]bool{}
	for _, r := range withRole(run.Byproducts, RoleManifest) {
		if r.Digest != nil && r.Digest.SHA256 != nil {
			kept[*r.Digest.SHA256] = true
		}
	}
	outputs := append(withRole(s.Subject, RoleOutput), withRole(run.Byproducts, RoleOutput)...)
	for _, r := range append(outputs, s.Predicate.BuildDefinition.ResolvedDependencies...) {
		if r.Annotations.Tree != nil && r.Digest != nil && r.Digest.Tree != nil && !kept[r.Digest.Tree.ManifestDigest()] {
			return fmt.Errorf("the manifest of folder %q is not among the byproducts", r.Name)
		}
	}
	return checkParts(outputs)
}

func checkParts(outputs []Resource) error {
	parts := map[Location][]hashing.Entry{}
	for _, r := range outputs {
		f := r.Annotations.File
		if f == nil || f.Tree == nil || r.Digest == nil || r.Digest.SHA256 == nil {
			continue
		}
		below, found := strings.CutPrefix(f.Location.Path, f.Tree.Path+"/")
		if f.Tree.Path == "." {
			below, found = f.Location.Path, true
		}
		if !found || f.Location.Root != f.Tree.Root {
			return fmt.Errorf("file %q is not below its folder %q", r.Name, f.Tree)
		}
		parts[*f.Tree] = append(parts[*f.Tree], hashing.Entry{Path: below, Digest: *r.Digest.SHA256})
	}
	for _, r := range outputs {
		t := r.Annotations.Tree
		if t == nil || r.Digest == nil || r.Digest.Tree == nil {
			continue
		}
		m, err := hashing.NewManifest(parts[t.Location])
		if err != nil {
			return err
		}
		if m.Digest() != *r.Digest.Tree || int64(m.Len()) != t.Files {
			return fmt.Errorf("folder %q is not the sum of its %d files", r.Name, m.Len())
		}
		delete(parts, t.Location)
	}
	for tree := range parts {
		return fmt.Errorf("folder %q has files and does not stand itself", tree)
	}
	return nil
}
