package mlflow

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/lineage-audit/lineage/attach"
)

// modelScheme begins the source of a version that was made from a logged model or
// from another version.
const modelScheme = "models:/"

// maxCopies bounds a chain of versions that were copied from one another.
const maxCopies = 16

// Resolve follows a reference to the bytes: alias → version → source → logged model
// or artifacts of a run → run.
func (s *System) Resolve(ctx context.Context, r attach.Ref) (attach.Model, error) {
	if s.err != nil {
		return attach.Model{}, s.err
	}
	m := attach.Model{Ref: r}
	switch r.Kind {
	case attach.RefRun:
		return s.resolveRun(ctx, m, r.RunID)
	case attach.RefArtifact:
		return s.resolveArtifact(ctx, m, r.RunID, r.Path)
	case attach.RefLoggedModel:
		return s.resolveLogged(ctx, m, r.ModelID)
	case attach.RefVersion:
		v, err := s.version(ctx, r.Name, r.Version)
		if err != nil {
			return attach.Model{}, err
		}
		return s.resolveVersion(ctx, m, v)
	case attach.RefAlias:
		v, err := s.byAlias(ctx, r.Name, r.Alias)
		if err != nil {
			return attach.Model{}, err
		}
		m.Alias = r.Alias
		return s.resolveVersion(ctx, m, v)
	}
	return attach.Model{}, s.tracking.fail(fmt.Sprintf("resolving %q", r.Asked), attach.ErrUnsupported, "it is no reference to MLflow", nil)
}

// resolveRun adds what is known of the run with the id.
func (s *System) resolveRun(ctx context.Context, m attach.Model, id string) (attach.Model, error) {
	r, err := s.run(ctx, id)
	if err != nil {
		return attach.Model{}, err
	}
	m.RunID, m.RunStarted, m.RunEnded = id, millis(r.Info.Start), millis(r.Info.End)
	if m.ClaimedRunID == id {
		m.ClaimedRunID = ""
	}
	m.Location, m.Owner = first(m.Location, r.Info.ArtifactURI), first(m.Owner, r.Info.User)
	if m.LoggedModelID == "" {
		m.Invocations = invocations(r.Data.Tags)
		if m.Created.IsZero() {
			m.Status, m.Created = r.Info.Status, m.RunStarted
		}
	}
	m.Targets = append(m.Targets, s.runTarget(r))
	return m, nil
}

// resolveLogged adds what is known of a logged model, and of its run.
func (s *System) resolveLogged(ctx context.Context, m attach.Model, id string) (attach.Model, error) {
	l, err := s.loggedModel(ctx, id)
	if err != nil {
		return attach.Model{}, err
	}
	m.LoggedModelID, m.Location, m.Invocations = id, l.Info.ArtifactURI, invocations(l.Info.Tags)
	if m.Created.IsZero() {
		m.Created, m.Status = millis(l.Info.Created), l.Info.Status
	}
	m.Targets = append(m.Targets, s.modelTarget(l))
	if l.Info.SourceRunID == "" {
		return m, nil
	}
	return s.resolveRun(ctx, m, l.Info.SourceRunID)
}

// resolveArtifact finds the path among the artifacts of the run, or, as MLflow 3
// does, as the name of a model that the run logged. Two that have it are an error:
// MLflow's client mixes their files, or takes the newest.
func (s *System) resolveArtifact(ctx context.Context, m attach.Model, id, path string) (attach.Model, error) {
	r, err := s.run(ctx, id)
	if err != nil {
		return attach.Model{}, err
	}
	entry, inRun, err := s.stat(ctx, r.place(), path)
	if err != nil {
		return attach.Model{}, err
	}
	name, below, _ := strings.Cut(path, "/")
	models, err := s.loggedBy(ctx, r, name)
	if err != nil {
		return attach.Model{}, err
	}
	op := fmt.Sprintf("resolving %q", m.Ref.Asked)
	switch {
	case inRun && len(models) > 0, len(models) > 1:
		e := s.tracking.fail(op, attach.ErrUnsupported, "the run has more than one thing of this name", nil)
		e.Hint = "name one of the logged models: models:/" + models[0].Info.ModelID
		return attach.Model{}, e
	case inRun:
		m.Path, m.SingleFile = path, !entry.IsDir
		return s.resolveRun(ctx, m, id)
	case len(models) == 0:
		return attach.Model{}, s.tracking.fail(op, attach.ErrNotFound, "the run has neither an artifact nor a logged model of this name", nil)
	}
	if below != "" {
		entry, found, err := s.stat(ctx, models[0].place(), below)
		if err != nil {
			return attach.Model{}, err
		}
		if !found {
			return attach.Model{}, s.tracking.fail(op, attach.ErrNotFound, "the logged model has no such file", nil)
		}
		m.Path, m.SingleFile = below, !entry.IsDir
	}
	return s.resolveLogged(ctx, m, models[0].Info.ModelID)
}

// loggedBy are the models of this name that the run has logged.
func (s *System) loggedBy(ctx context.Context, r run, name string) ([]loggedModel, error) {
	if strings.ContainsAny(name, `'"/:.%`) {
		return nil, nil // no logged model has such a name
	}
	all, err := s.searchModels(ctx, []string{r.Info.ExperimentID}, "name = "+quote(name))
	var own []loggedModel
	for _, m := range all {
		if m.Info.SourceRunID == r.Info.RunID && m.Info.Name == name {
			own = append(own, m)
		}
	}
	return own, err
}

// byAlias asks which version an alias means now. MLflow answers an unknown alias of
// a known model as a bad request; the model's own list of aliases tells it apart.
func (s *System) byAlias(ctx context.Context, name, alias string) (modelVersion, error) {
	var said struct {
		Version modelVersion `json:"model_version"`
	}
	fields := map[string]any{"name": name, "alias": alias}
	c := call{fmt.Sprintf("reading alias %q of model %q", alias, name), getAlias, fields, &said, nil}
	err := s.registry.do(ctx, c)
	if errors.Is(err, attach.ErrUnsupported) {
		return modelVersion{}, s.noAlias(ctx, name, alias, err)
	}
	if err != nil {
		return modelVersion{}, err
	}
	if said.Version.Name != name || !isNumber(said.Version.Version) {
		return modelVersion{}, wrong(s.registry, c.op, "the answer is about model %.60q", said.Version.Name)
	}
	return said.Version, nil
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

func (s *System) noAlias(ctx context.Context, name, alias string, otherwise error) error {
	var said struct {
		Model struct {
			Name    string `json:"name"`
			Aliases []struct {
				Alias string `json:"alias"`
			} `json:"aliases"`
		} `json:"registered_model"`
	}
	c := call{fmt.Sprintf("reading model %q", name), getRegistered, map[string]any{"name": name}, &said, nil}
	if err := s.registry.do(ctx, c); err != nil {
		return err
	}
	var known []string
	for _, a := range said.Model.Aliases {
		if a.Alias == alias {
			return otherwise
		}
		known = append(known, fmt.Sprintf("%q", a.Alias))
	}
	if said.Model.Name != name {
		return wrong(s.registry, c.op, "the answer is about model %.60q", said.Model.Name)
	}
	e := s.registry.fail(fmt.Sprintf("reading alias %q of model %q", alias, name), attach.ErrNotFound, "the model has no such alias", nil)
	if len(known) > 0 {
		e.Hint = "it has " + strings.Join(known, ", ")
	}
	return e
}

// resolveVersion follows the source of a version of a registered model.
func (s *System) resolveVersion(ctx context.Context, m attach.Model, v modelVersion) (attach.Model, error) {
	m.Name, m.Version, m.Source, m.ClaimedRunID = v.Name, v.Version, v.Source, v.RunID
	m.Status, m.Created, m.Owner = v.Status, millis(v.Created), v.User
	for range maxCopies {
		source, err := attach.ParseRef(v.Source)
		if err == nil && source.Kind == attach.RefVersion {
			if v, err = s.version(ctx, source.Name, source.Version); err != nil {
				return attach.Model{}, err
			}
			continue
		}
		claimed := m.ClaimedRunID
		switch {
		case err == nil && source.Kind == attach.RefLoggedModel:
			m, err = s.resolveLogged(ctx, m, source.ModelID)
		case err == nil && source.Kind == attach.RefArtifact:
			m, err = s.resolveArtifact(ctx, m, source.RunID, source.Path)
		default:
			m, err = s.resolveSource(ctx, m, v)
		}
		if err != nil {
			return attach.Model{}, err
		}
		// The version's own run keeps the files of what hangs on it.
		of := s.versionTarget(modelVersion{Name: m.Name, Version: m.Version}, first(claimed, m.RunID))
		m.Targets = append([]attach.Target{of}, m.Targets...)
		return m, nil
	}
	return attach.Model{}, wrong(s.registry, fmt.Sprintf("resolving %q", m.Ref.Asked), "its versions are copied from one another without an end")
}

var shellPlain = regexp.MustCompile(`^[A-Za-z0-9@:,./_-]+$`)

// shellQuote makes one word for a shell of what may be anybody's name.
func shellQuote(s string) string {
	if shellPlain.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// resolveSource reads a source that is the address of artifacts: it is known where
// it is below those of the version's run.
func (s *System) resolveSource(ctx context.Context, m attach.Model, v modelVersion) (attach.Model, error) {
	op := fmt.Sprintf("resolving %q", m.Ref.Asked)
	unreadable := s.registry.fail(op, attach.ErrUnsupported,
		fmt.Sprintf("its bytes are at %.200q, which is not below the artifacts of a run", withoutQuery(v.Source)), nil)
	unreadable.Hint = "download it with: mlflow artifacts download -u " + shellQuote(m.Ref.Asked) + " -d DIR, and name DIR"
	if v.RunID == "" {
		return attach.Model{}, unreadable
	}
	r, err := s.run(ctx, v.RunID)
	if err != nil {
		return attach.Model{}, err
	}
	path, ok := strings.CutPrefix(v.Source, strings.TrimRight(r.Info.ArtifactURI, "/")+"/")
	if path = strings.TrimRight(path, "/"); !ok || attach.CheckPath(path) != nil {
		return attach.Model{}, unreadable
	}
	entry, found, err := s.stat(ctx, r.place(), path)
	if err != nil {
		return attach.Model{}, err
	}
	if !found {
		return attach.Model{}, s.tracking.fail(op, attach.ErrNotFound, fmt.Sprintf("run %q has no artifact %.200q", v.RunID, path), nil)
	}
	m.Path, m.SingleFile = path, !entry.IsDir
	return s.resolveRun(ctx, m, v.RunID)
}
