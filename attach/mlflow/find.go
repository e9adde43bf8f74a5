package mlflow

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lineage-audit/lineage/attach"
)

// Find gives what the child created: the runs that carry the invocation, with the
// one that MLFLOW_RUN_ID names if the child used it; the logged models that carry
// it; and the versions that were registered from these while the child ran. A local
// store that nobody has written to since the start is not opened.
func (s *System) Find(ctx context.Context, span attach.Span) ([]attach.Target, error) {
	if s.err != nil {
		return nil, s.err
	}
	if s.untouched(span.Started) {
		return nil, nil
	}
	experiments, err := s.experiments(ctx)
	if err != nil || len(experiments) == 0 {
		return nil, err
	}
	runs, err := s.findRuns(ctx, span, experiments)
	if err != nil {
		return nil, err
	}
	models, err := s.findModels(ctx, span, experiments)
	if err != nil {
		return nil, err
	}
	versions, err := s.findVersions(ctx, span, runs, models)
	if err != nil {
		return nil, err
	}
	var targets []attach.Target
	for _, r := range runs {
		targets = append(targets, s.runTarget(r))
	}
	for _, m := range models {
		targets = append(targets, s.modelTarget(m))
	}
	return append(targets, versions...), nil
}

// untouched tells whether nobody can have written to a local store since the start:
// by its state when the environment was prepared, or else by the times of its files.
func (s *System) untouched(started time.Time) bool {
	if s.address.server != nil || s.address.path == "" {
		return false
	}
	if s.prepared {
		return s.before.text == s.address.state().text
	}
	// Two seconds is the coarsest clock of a file system.
	return s.address.state().newest.Before(started.Add(-2 * time.Second))
}

func carries(span attach.Span) string {
	return fmt.Sprintf("tags.`%s` = '%s'", tagInvocation, span.Invocation)
}

func (s *System) findRuns(ctx context.Context, span attach.Span, experiments []string) ([]run, error) {
	runs, err := s.searchRuns(ctx, experiments, carries(span))
	if err != nil {
		return nil, err
	}
	for _, r := range runs {
		if r.Info.RunID == "" || !slices.Contains(invocations(r.Data.Tags), span.Invocation) {
			return nil, wrong(s.tracking, "searching for runs", "run %.60q was not asked for", r.Info.RunID)
		}
	}
	beforehand, err := s.runBeforehand(ctx, span)
	if err != nil {
		return nil, err
	}
	byID := func(a, b run) int { return strings.Compare(a.Info.RunID, b.Info.RunID) }
	runs = slices.SortedFunc(slices.Values(append(runs, beforehand...)), byID)
	return slices.CompactFunc(runs, func(a, b run) bool { return a.Info.RunID == b.Info.RunID }), nil
}

// runBeforehand is the run that MLFLOW_RUN_ID names. Resuming a run gives it no
// tags, so the name is all there is; but one that had ended before the child
// started was not the child's.
func (s *System) runBeforehand(ctx context.Context, span attach.Span) ([]run, error) {
	id := environ(s.options.Env).get("MLFLOW_RUN_ID")
	if id == "" {
		return nil, nil
	}
	r, err := s.run(ctx, id)
	if errors.Is(err, attach.ErrNotFound) {
		return nil, nil // the child could not use it either
	}
	if err != nil || r.Info.End != 0 && millis(r.Info.End).Before(span.Started.Add(-time.Second)) {
		return nil, err
	}
	return []run{r}, nil
}

func (s *System) findModels(ctx context.Context, span attach.Span, experiments []string) ([]loggedModel, error) {
	models, err := s.searchModels(ctx, experiments, carries(span))
	if err != nil {
		return nil, err
	}
	for _, m := range models {
		if m.Info.ModelID == "" || !slices.Contains(invocations(m.Info.Tags), span.Invocation) {
			return nil, wrong(s.tracking, "searching for logged models", "model %.60q was not asked for", m.Info.ModelID)
		}
	}
	byID := func(a, b loggedModel) int { return strings.Compare(a.Info.ModelID, b.Info.ModelID) }
	models = slices.SortedFunc(slices.Values(models), byID)
	return slices.CompactFunc(models, func(a, b loggedModel) bool { return a.Info.ModelID == b.Info.ModelID }), nil
}

// findVersions asks for those that have their bytes from one of the models, for
// those that were copied from another one found, and for those that were made from
// the artifacts of one of the runs; all as far as they were registered since the
// child started. Registering a model puts no tag of ours on the version.
func (s *System) findVersions(ctx context.Context, span attach.Span, runs []run, models []loggedModel) ([]attach.Target, error) {
	f := versions{system: s, since: span.Started.Add(-time.Minute)}
	for _, r := range runs {
		id := r.Info.RunID
		asked := func(v modelVersion) bool { return v.RunID == id }
		wanted := func(v modelVersion) bool { return !strings.HasPrefix(v.Source, modelScheme) }
		if err := f.search(ctx, "run_id = "+quote(id), id, asked, wanted); err != nil {
			return nil, err
		}
	}
	for _, m := range models {
		if err := f.from(ctx, modelScheme+m.Info.ModelID, m.Info.SourceRunID); err != nil {
			return nil, err
		}
	}
	for i := 0; i < len(f.found); i++ { // a copy may have been copied
		if err := f.from(ctx, modelScheme+f.found[i].Name+"/"+f.found[i].ID, f.found[i].Run); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(f.found, func(a, b attach.Target) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return f.found, nil
}

// versions gathers versions of registered models, each once.
type versions struct {
	system *System
	since  time.Time
	found  []attach.Target
}

// from adds the versions with this source; run is that of their bytes.
func (f *versions) from(ctx context.Context, source, run string) error {
	asked := func(v modelVersion) bool { return v.Source == source }
	return f.search(ctx, "source_path = "+quote(source), run, asked, func(modelVersion) bool { return true })
}

func (f *versions) search(ctx context.Context, filter, run string, asked, wanted func(modelVersion) bool) error {
	found, err := f.system.searchVersions(ctx, filter)
	if err != nil {
		return err
	}
	for _, v := range found {
		if !asked(v) {
			return wrong(f.system.registry, "searching for model versions", "version %.20q of %.60q was not asked for", v.Version, v.Name)
		}
		t := f.system.versionTarget(v, first(v.RunID, run))
		if wanted(v) && !slices.Contains(f.found, t) && !millis(v.Created).Before(f.since) {
			f.found = append(f.found, t)
		}
	}
	return nil
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "") + "'" }
