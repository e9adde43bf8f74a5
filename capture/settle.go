package capture

import (
	"context"
	"fmt"
	"slices"

	"github.com/lineage-audit/lineage/capture/child"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// SidecarSuffix is what a record's file beside a model is called by.
const SidecarSuffix = ".lineage.intoto.json"

// settle looks at what the command left, and writes the record.
// Looking ends with patience, writing does not.
func (s *session) settle(ctx, patience context.Context, intent []byte, outcome child.Outcome, failed error) (Result, error) {
	result := Result{ExitStatus: outcome.ShellStatus(), Python: s.packages.python}
	outputs := s.captureOutputs(patience)
	collected := s.collect(patience, outcome)
	s.noticeChanges(patience)
	s.configChanges()
	s.codeChanges(patience)
	s.packageChanges(patience)
	s.leftovers(outcome)
	s.expectations(outcome)

	statement := s.statement(intent, outcome, failed)
	made := append(outputs, collected.Outputs...)
	manifests, err := s.manifests(ctx, made)
	if err != nil {
		return result, fmt.Errorf("settling the run: %w", err)
	}
	run := &statement.Predicate.RunDetails
	if run.Metadata.Outcome.Ended0() {
		statement.Subject = append(statement.Subject, made...)
	} else {
		run.Byproducts = append(run.Byproducts, made...)
	}
	run.Byproducts = append(run.Byproducts, manifests...)
	run.Byproducts = append(run.Byproducts, s.tracking(ctx, collected.Tracking)...)
	run.Gaps, run.Notes = sorted(s.ledger.gaps), sorted(s.ledger.notes)
	settled, err := record.Encode(statement)
	if err == nil {
		err = s.Store.PutRecord(ctx, settled)
	}
	if err != nil { // what is not kept is no record
		return result, fmt.Errorf("settling the run: %w", err)
	}
	result.Record, result.Blobs = settled, s.ledger.blobs
	return result, nil
}

// finished is the time, which is not before the start: clocks are set back.
func (s *session) finished() record.Timestamp {
	if now := record.At(s.Now()); now.After(s.started.Time) {
		return now
	}
	return s.started
}

func (s *session) collect(ctx context.Context, outcome child.Outcome) Collected {
	if s.Tracker == nil || outcome.Status == child.NotStarted {
		return Collected{}
	}
	c, err := s.Tracker.Collect(ctx, Span{s.invocation, outcome.Started, outcome.Ended, s.packages.python})
	if err != nil {
		s.ledger.gap(record.GapTracking, "tracker", "what the command may have left there is not in the record: "+hashError(ctx, err))
	}
	return c
}

// statement is all but outputs, byproducts of the tracker and gaps.
func (s *session) statement(intent []byte, outcome child.Outcome, failed error) record.Statement {
	var st record.Statement
	st.Subject = []record.Resource{record.RunSubject(intent)}
	d, run := &st.Predicate.BuildDefinition, &st.Predicate.RunDetails
	d.ExternalParameters = record.Parameters{
		Command:          encoded(s.rules.Args(s.Command)),
		WorkingDirectory: s.Place.Locate(s.Place.Dir),
		Parameters:       s.safeParameters(),
		Inputs:           s.inputs.declared(),
		Preprocessing:    s.preprocessing.declared(),
		Outputs:          s.outputs.declared(),
		Source:           text(s.rules.Remote(s.Source)),
		Config:           s.Place.ConfigFacts,
		Sources:          s.declaredSources(),
		Strict:           s.Strict,
	}
	var image []record.Resource
	d.InternalParameters, image = s.environment()
	d.ResolvedDependencies = slices.Concat(s.code.dependencies, s.data, s.locks, s.packages.dependencies, image)
	run.Builder = record.Builder{ID: record.BuilderID(s.machine.place, record.CoverageDeclared), Version: record.Version{Lineage: s.Version}}
	run.Coverage = record.CoverageDeclared
	run.Metadata = record.Metadata{
		InvocationID: s.invocation, StartedOn: s.started, FinishedOn: s.finished(),
		Outcome: outcomeOf(outcome, failed), Parent: s.parent, Group: s.group,
	}
	run.Metadata.Outcome.Reason = s.Place.impersonal(run.Metadata.Outcome.Reason)
	if s.code.patch != nil {
		run.Byproducts = append(run.Byproducts, blobResource(record.RolePatch, "patch", *s.code.patch))
	}
	for _, digest := range s.code.content {
		run.Byproducts = append(run.Byproducts, blobResource(record.RoleContent, "content", digest))
	}
	for _, r := range d.ResolvedDependencies {
		if r.Annotations.Tree != nil {
			run.Byproducts = append(run.Byproducts, blobResource(record.RoleManifest, r.Name, r.Digest.Tree.ManifestDigest()))
		}
	}
	return st
}

func (s *session) safeParameters() (safe []record.NameValue) {
	for _, p := range s.parameters {
		value, redacted := s.rules.Parameter(p.Name, p.Value)
		safe = append(safe, record.NameValue{Name: text(p.Name), Value: text(value), Redacted: redacted})
	}
	return safe
}

// manifests keeps the manifest of each output folder, made of the files that
// stand beside it.
func (s *session) manifests(ctx context.Context, made []record.Resource) ([]record.Resource, error) {
	parts := map[record.Location][]hashing.Entry{}
	for _, r := range made {
		if f := r.Annotations.File; f != nil && f.Tree != nil {
			below, _ := Below("/"+f.Tree.Path, "/"+f.Location.Path)
			parts[*f.Tree] = append(parts[*f.Tree], hashing.Entry{Path: below, Digest: *r.Digest.SHA256})
		}
	}
	var found []record.Resource
	for _, r := range made {
		if r.Annotations.Tree == nil {
			continue
		}
		if t := r.Annotations.Tree; t.Files > 0 && len(parts[t.Location]) == 0 { // it was kept when the folder was hashed
			found = append(found, blobResource(record.RoleManifest, r.Name, r.Digest.Tree.ManifestDigest()))
			continue
		}
		m, err := hashing.NewManifest(parts[r.Annotations.Tree.Location])
		if err != nil {
			return nil, err
		}
		digest, err := s.keep(ctx, m.Bytes())
		if err != nil {
			return nil, err
		}
		found = append(found, blobResource(record.RoleManifest, r.Name, digest))
	}
	return found, nil
}

func (s *session) tracking(ctx context.Context, all []Tracking) (found []record.Resource) {
	for _, t := range all {
		digest, err := s.keep(ctx, t.Content)
		if err != nil {
			s.ledger.gap(record.GapTracking, t.Name, err.Error())
			continue
		}
		r := blobResource(record.RoleTracking, t.Name, digest)
		r.MediaType, r.Annotations.Origin = "application/json", &t.Origin
		found = append(found, r)
	}
	return found
}

func blobResource(role record.Role, name string, digest hashing.FileDigest) record.Resource {
	return record.Resource{Name: name, Digest: &record.DigestSet{SHA256: &digest}, Annotations: record.Annotations{Role: role}}
}

// leftovers names processes of the run that are still alive: what they go on to
// write is not in the record.
func (s *session) leftovers(outcome child.Outcome) {
	for _, p := range outcome.Survivors {
		s.ledger.gap(record.GapOrphan, p.Name, plural(p.PID, "is its process id; it outlived the command"))
	}
	if outcome.OOM && outcome.Status == child.Completed {
		s.ledger.gap(record.GapKilled, "out of memory", "the kernel ended a process for want of memory while the command ran; it may have been one of its own")
	}
}

// expectations says loudly when nothing was captured where something was to be
// expected.
func (s *session) expectations(outcome child.Outcome) {
	said := func(d declaration) bool { return d.none || len(d.paths) > 0 }
	for _, d := range []declaration{s.inputs, s.preprocessing, s.outputs} {
		if !said(d) && outcome.Status != child.NotStarted {
			s.ledger.note(record.NoteNothingDeclared, d.kind, "none was declared, so none is in the record")
		}
	}
}

func outcomeOf(o child.Outcome, failed error) record.Outcome {
	out := record.Outcome{Status: statuses[o.Status], OutOfMemory: o.OOM}
	switch {
	case o.Status == child.NotStarted:
		out.Reason = orUnnamed(reasonOf(o, failed))
	case o.Signal != 0:
		out.Signal = o.Signal.String()
		if out.Status == record.Failed { // it crashed: a signal that nobody sent
			out.Status = record.Killed
		}
	case o.Status == child.Killed: // as a shell tells of its last command, by a code
		out.Signal = "SIGKILL"
	default:
		code := int64(o.ExitCode)
		out.ExitCode = &code
	}
	return out
}

// reasonOf says why the command did not start.
func reasonOf(o child.Outcome, failed error) string {
	switch o.ExitCode {
	case 127:
		return "the command was not found"
	case 126:
		return "the command could not be executed"
	}
	return fmt.Sprint(failed)
}

var statuses = map[child.Status]record.Status{
	child.Completed: record.Succeeded, child.Failed: record.Failed, child.Interrupted: record.Interrupted,
	child.Killed: record.Killed, child.NotStarted: record.NotStarted,
}

func encoded(args []string) []string {
	out := make([]string, len(args))
	for i, a := range args {
		out[i] = record.EncodePath(a)
	}
	return out
}
