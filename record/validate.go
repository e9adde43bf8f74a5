package record

import (
	"errors"
	"fmt"
	"strings"
)

// validate checks what types cannot say: that the parts agree with each other.
func validate(s *Statement) error {
	d, run := &s.Predicate.BuildDefinition, &s.Predicate.RunDetails
	return errors.Join(
		must(s.Type == StatementType, "_type is %q, want %q", s.Type, StatementType),
		must(s.PredicateType == PredicateType, "predicateType is %q, want %q", s.PredicateType, PredicateType),
		checkTexts(s),
		checkParameters(&d.ExternalParameters),
		checkEnvironment(&d.InternalParameters),
		checkSubjects(s),
		checkEach("resolvedDependencies", d.ResolvedDependencies, checkDependency),
		checkSamePlaces(d.ResolvedDependencies),
		checkImage(s),
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
	err = errors.Join(err, checkDeclaredSources(p.Sources))
	for _, n := range p.Parameters {
		err = errors.Join(err, must(n.Name != "", "a parameter without a name"))
	}
	if c := p.Config; c != nil {
		err = errors.Join(err, checkFile(c), must(c.Digest != nil && !c.Digest.IsZero() && c.Tree == nil, "config %q without its sha256 alone", c.Location))
	}
	return err
}

func checkEnvironment(e *Environment) error {
	err := must(e.CPU.Count >= 0 && e.Memory >= 0, "%d processors, %d bytes of memory", e.CPU.Count, e.Memory)
	for _, v := range e.Variables {
		err = errors.Join(err, must(v.Name != "", "a variable without a name"))
	}
	return errors.Join(err, checkMachine(e))
}

func checkMachine(e *Environment) (err error) {
	if c := e.Container; c != nil {
		err = must(!c.None || *c == (Container{None: true}), "no container, and one of runtime %q", c.Runtime)
	}
	for _, g := range e.GPUs {
		err = errors.Join(err, must(g.Name != "" && g.Memory >= 0, "GPU %q with %d bytes", g.Name, g.Memory))
	}
	for _, l := range e.Libraries {
		err = errors.Join(err, must(l.Kind != "" && l.Name != "" && l.Threads >= 0 && (l.Digest == nil || !l.Digest.IsZero()), "library %q of kind %q says too little", l.Name, l.Kind))
	}
	return err
}

func checkMetadata(m *Metadata) error {
	return errors.Join(
		checkRun(m.InvocationID, m.StartedOn, m.Parent, m.Group),
		must(!m.FinishedOn.Before(m.StartedOn.Time), "it finished on %v, before it started on %v", m.FinishedOn, m.StartedOn),
		checkOutcome(m.Outcome),
	)
}

// checkRun checks what intents and records have in common.
func checkRun(i Invocation, started Timestamp, parent *Invocation, g *Group) error {
	return errors.Join(
		must(!i.IsZero(), "the invocation is zero"),
		must(!started.IsZero(), "it started in the year 1"),
		must(parent == nil || !parent.IsZero() && *parent != i, "the parent is zero or the run itself"),
		must(g == nil || g.Kind != "" && g.ID != "", "a group without kind or id"),
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
		fits = o.ExitCode == nil && o.Signal == ""
	}
	return errors.Join(
		must(fits, "an outcome of status %q does not have exit code and signal %s", o.Status, o.ending()),
		must((o.Status == NotStarted) == (o.Reason != ""), "an outcome of status %q and reason %q", o.Status, o.Reason),
	)
}

// ending is the exit code and the signal, for messages.
func (o Outcome) ending() string {
	code := "none"
	if o.ExitCode != nil {
		code = fmt.Sprint(*o.ExitCode)
	}
	return fmt.Sprintf("%s, %q", code, o.Signal)
}

func checkGaps(where string, gaps []Gap) error {
	for _, g := range gaps {
		if g.What == "" || g.Why == "" {
			return fmt.Errorf("%s: %+v says too little", where, g)
		}
		if g.Kind == "" || strings.Trim(g.Kind, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return fmt.Errorf("%s: kind %q is not a word of lower-case letters, digits and hyphens", where, g.Kind)
		}
	}
	return nil
}
