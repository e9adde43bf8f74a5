package recordtest

import (
	"slices"
	"time"

	"github.com/lineage-audit/lineage/record"
)

// Option changes a statement. Any function of the caller's is one, too.
type Option func(*record.Statement)

// As gives the run another invocation and start; it still takes a minute.
func As(i record.Invocation, started time.Time) Option {
	return func(s *record.Statement) { announce(s, i, started) }
}

// Output adds a file that the run made.
func Output(location, content string) Option {
	return func(s *record.Statement) {
		addOutputs(s, File(record.RoleOutput, Location(location), content))
	}
}

// OutputTree adds a folder that the run made: itself, its files and its manifest.
func OutputTree(location string, files Files) Option {
	return func(s *record.Statement) {
		at := Location(location)
		addOutputs(s, append([]record.Resource{Tree(record.RoleOutput, at, files)}, Parts(at, files)...)...)
		Byproduct(Manifest(files))(s)
	}
}

// NoOutputs takes away what the run made.
func NoOutputs(s *record.Statement) {
	output := func(r record.Resource) bool { return r.Annotations.Role == record.RoleOutput }
	run := &s.Predicate.RunDetails
	s.Subject, run.Byproducts = slices.DeleteFunc(s.Subject, output), slices.DeleteFunc(run.Byproducts, output)
}

// Input adds a file that the run used, as data, preprocessing or code.
func Input(role record.Role, location, content string) Option {
	return Dependency(File(role, Location(location), content))
}

// InputTree adds a folder that the run used, and its manifest.
func InputTree(role record.Role, location string, files Files) Option {
	return func(s *record.Statement) {
		Dependency(Tree(role, Location(location), files))(s)
		Byproduct(Manifest(files))(s)
	}
}

// Dependency adds a resolved dependency.
func Dependency(r record.Resource) Option {
	return func(s *record.Statement) {
		d := &s.Predicate.BuildDefinition
		d.ResolvedDependencies = append(d.ResolvedDependencies, r)
	}
}

// Without takes away every dependency of a role.
func Without(role record.Role) Option {
	return func(s *record.Statement) {
		d := &s.Predicate.BuildDefinition
		d.ResolvedDependencies = slices.DeleteFunc(d.ResolvedDependencies, func(r record.Resource) bool {
			return r.Annotations.Role == role
		})
	}
}

// Byproduct adds a byproduct.
func Byproduct(r record.Resource) Option {
	return func(s *record.Statement) {
		run := &s.Predicate.RunDetails
		run.Byproducts = append(run.Byproducts, r)
	}
}

// Gap adds a gap.
func Gap(kind, what, why string) Option {
	return func(s *record.Statement) {
		run := &s.Predicate.RunDetails
		run.Gaps = append(run.Gaps, record.Gap{Kind: kind, What: what, Why: why})
	}
}

// Exited makes the command end with a code: outputs move among the byproducts
// where it is not 0.
func Exited(code int64) Option {
	status := record.Succeeded
	if code != 0 {
		status = record.Failed
	}
	return Ended(record.Outcome{Status: status, ExitCode: &code})
}

// Ended makes the command end like that, and moves the outputs where they belong.
func Ended(o record.Outcome) Option {
	return func(s *record.Statement) {
		run := &s.Predicate.RunDetails
		run.Metadata.Outcome = o
		outputs := outputsOf(s)
		NoOutputs(s)
		addOutputs(s, outputs...)
	}
}

// Observed makes the run a watched one.
func Observed(s *record.Statement) {
	run := &s.Predicate.RunDetails
	run.Coverage, run.Notes = record.CoverageObserved, nil
	run.Builder.ID = record.BuilderID(record.PlaceLocal, record.CoverageObserved)
}

func outputsOf(s *record.Statement) []record.Resource {
	all := slices.Concat(s.Subject, s.Predicate.RunDetails.Byproducts)
	return slices.DeleteFunc(all, func(r record.Resource) bool { return r.Annotations.Role != record.RoleOutput })
}

func addOutputs(s *record.Statement, outputs ...record.Resource) {
	run := &s.Predicate.RunDetails
	if run.Metadata.Outcome.Ended0() {
		s.Subject = append(s.Subject, outputs...)
	} else {
		run.Byproducts = append(run.Byproducts, outputs...)
	}
}
