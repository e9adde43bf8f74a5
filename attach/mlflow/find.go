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
	if !s.address.touchedSince(span.Started) {
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

// findVersions asks for those that name one of the runs, and for those that have
// their bytes from one of the models or were copied from another one found; all as
// far as they were registered since the child started. Registering a model puts no
// tag of ours on the version.
func (s *System) findVersions(ctx context.Context, span attach.Span, runs []run, models []loggedModel) ([]attach.Target, error) {
	var found []attach.Target
	search := func(filter, run string, asked func(modelVersion) bool) error {
		versions, err := s.searchVersions(ctx, filter)
		for _, v := range versions {
			if !asked(v) {
				return wrong(s.registry, "searching for model versions", "version %.20q of %.60q was not asked for", v.Version, v.Name)
			}
			t := s.versionTarget(v, first(v.RunID, run))
			if !slices.Contains(found, t) && !millis(v.Created).Before(span.Started.Add(-time.Minute)) {
				found = append(found, t)
			}
		}
		return err
	}
	from := func(source, run string) error {
		return search("source_path = "+quote(source), run, func(v modelVersion) bool { return v.Source == source })
	}
	for _, r := range runs {
		id := r.Info.RunID
		if err := search("run_id = "+quote(id), id, func(v modelVersion) bool { return v.RunID == id }); err != nil {
			return nil, err
		}
	}
	for _, m := range models {
		if err := from(modelScheme+m.Info.ModelID, m.Info.SourceRunID); err != nil {
			return nil, err
		}
	}
	for i := 0; i < len(found); i++ { // a copy may have been copied
		if err := from(modelScheme+found[i].Name+"/"+found[i].ID, found[i].Run); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(found, func(a, b attach.Target) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID))
	})
	return found, nil
}

func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "") + "'" }
