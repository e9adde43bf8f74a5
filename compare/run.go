package compare

import (
	"slices"

	"github.com/lineage-audit/lineage/record"
)

// run is one side, seen as a statement: that of an intent says what it knows.
type run struct {
	of      Of
	id      *record.ID
	st      record.Statement
	settled bool
	state   record.Status // of a run that is not settled
}

func newRun(of Of, r Run) *run {
	switch {
	case r.Record != nil:
		id := r.Record.ID()
		return &run{of, &id, r.Record.Statement(), true, ""}
	case r.Intent != nil:
		u := &run{of: of, state: r.State}
		p, m := &u.st.Predicate.BuildDefinition.ExternalParameters, &u.st.Predicate.RunDetails.Metadata
		p.Command, p.WorkingDirectory = r.Intent.Command, r.Intent.WorkingDirectory
		m.InvocationID, m.StartedOn, m.Parent, m.Group = r.Intent.InvocationID, r.Intent.StartedOn, r.Intent.Parent, r.Intent.Group
		return u
	}
	return &run{of: of}
}

func (r *run) parameters() *record.Parameters {
	return &r.st.Predicate.BuildDefinition.ExternalParameters
}
func (r *run) environment() *record.Environment {
	return &r.st.Predicate.BuildDefinition.InternalParameters
}
func (r *run) details() *record.RunDetails { return &r.st.Predicate.RunDetails }
func (r *run) metadata() *record.Metadata  { return &r.st.Predicate.RunDetails.Metadata }

func (r *run) dependencies(roles ...record.Role) []record.Resource {
	return withRole(r.st.Predicate.BuildDefinition.ResolvedDependencies, roles...)
}

func (r *run) byproducts(roles ...record.Role) []record.Resource {
	return withRole(r.details().Byproducts, roles...)
}

func (r *run) outputs() []record.Resource {
	return slices.Concat(withRole(r.st.Subject, record.RoleOutput), r.byproducts(record.RoleOutput))
}

func withRole(all []record.Resource, roles ...record.Role) (found []record.Resource) {
	for _, res := range all {
		if slices.Contains(roles, res.Annotations.Role) {
			found = append(found, res)
		}
	}
	return found
}

// commit is that of the run, and where its work tree stands.
func (r *run) commit() (hash record.GitHash, top record.Location) {
	for _, c := range r.dependencies(record.RoleCommit) {
		if c.Annotations.Commit != nil {
			top = c.Annotations.Commit.Location
		}
		if c.Digest != nil {
			hash = c.Digest.GitCommit
		}
	}
	return hash, top
}

// side is what is said of the run as a whole.
func (r *run) side() Side {
	m := r.metadata()
	s := Side{
		Record: r.id, Invocation: m.InvocationID, Status: r.state, StartedOn: m.StartedOn,
		Command: slices.Clone(r.parameters().Command), Coverage: r.details().Coverage,
	}
	if s.Command == nil {
		s.Command = []string{}
	}
	if r.settled {
		finished := m.FinishedOn
		s.Status, s.FinishedOn = m.Outcome.Status, &finished
	}
	s.Commit, _ = r.commit()
	return s
}

// absent says why nothing of an area is on record, or is "" if it was captured.
func (r *run) absent(n AreaName) string {
	p := r.parameters()
	watched := r.details().Coverage == record.CoverageObserved
	switch {
	case n == Command:
		return ""
	case !r.settled:
		return "the run has no record: it is " + string(r.state)
	case n == Data && !p.Inputs.None && !watched && len(r.dependencies(record.RoleData)) == 0:
		return "no input was declared, and the run was not watched"
	case n == Preprocessing && !p.Preprocessing.None && !watched && len(r.dependencies(record.RolePreprocessing)) == 0:
		return "none was declared, and the run was not watched"
	case n == Code && len(r.dependencies(record.RoleCode)) == 0:
		return "no file of code is on record"
	case n == Packages && len(r.dependencies(record.RolePackage)) == 0:
		return "no package is on record"
	case n == Interpreter && len(r.dependencies(record.RoleInterpreter)) == 0:
		return "no interpreter is on record"
	case n == Outputs && !p.Outputs.None && len(r.outputs()) == 0:
		return "no output is on record"
	case (n == Metrics || n == Tags) && len(r.byproducts(record.RoleTracking)) == 0:
		return "nothing that a tracker had of the run is on record"
	}
	return ""
}
