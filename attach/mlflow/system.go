package mlflow

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"slices"
	"sync"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/record"
)

// System is one MLflow: what tracks runs, and the registry of models, which are the
// same unless MLFLOW_REGISTRY_URI says otherwise. It implements [attach.System],
// [attach.Registry], [attach.BlobReader] and [attach.RunReader].
type System struct {
	options  Options
	address  address
	tracking backend
	models   address
	registry backend
	err      error // why there is none to speak to

	prepared bool
	before   state // the state of a local store when the child's environment was prepared

	mu       sync.Mutex
	compared map[string]bool // files that were read back, by their URI
}

var (
	_ attach.System     = (*System)(nil)
	_ attach.Registry   = (*System)(nil)
	_ attach.BlobReader = (*System)(nil)
	_ attach.RunReader  = (*System)(nil)
)

// New gives the MLflow that the options mean. It speaks to nobody yet: where they
// mean one that is not supported, every method that needs it says so.
func New(o Options) *System {
	s := &System{options: o.withDefaults(), compared: map[string]bool{}}
	s.address, s.tracking, s.err = s.connect("MLFLOW_TRACKING_URI", nil)
	if s.err == nil {
		s.models, s.registry, s.err = s.connect("MLFLOW_REGISTRY_URI", s.tracking)
	}
	return s
}

// connect makes the backend for the URI that a variable has, or takes the one that
// there is if it has none.
func (s *System) connect(variable string, otherwise backend) (address, backend, error) {
	uri := environ(s.options.Env).get(variable)
	if otherwise != nil && (uri == "" || uri == s.address.uri) {
		return s.address, otherwise, nil
	}
	a, err := parseAddress(uri, s.options.Dir)
	if err != nil {
		return a, nil, err
	}
	if a.server == nil {
		return a, newStore(s.options, a), nil
	}
	b, err := newServer(s.options, a)
	if err != nil {
		return a, nil, err
	}
	return a, b, nil
}

// UsePython tells which interpreter ran, where that is known only when it has: after
// Prepare, and before everything else.
func (s *System) UsePython(path string) {
	s.options.Python = path
	for _, b := range []backend{s.tracking, s.registry} {
		if local, ok := b.(*store); ok {
			local.python = path
		}
	}
}

// Address is where the MLflow is, for people: without credentials.
func (s *System) Address() string { return s.address.shown }

// Close ends what was started to reach a local store.
func (s *System) Close() error {
	for _, b := range []backend{s.tracking, s.registry} {
		if c, ok := b.(io.Closer); ok {
			if err := c.Close(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Prepare adds the invocation to MLFLOW_RUN_CONTEXT: tags, as a JSON object, that
// the fluent API puts on every run and logged model that it creates. What is there
// already is kept. One that is no object is left alone, and an error: MLflow would
// not read it either.
func (s *System) Prepare(env []string, i record.Invocation) ([]string, error) {
	const name = "MLFLOW_RUN_CONTEXT"
	env = slices.Clone(env)
	if s.address.path != "" {
		s.prepared, s.before = true, s.address.state()
	}
	tags := map[string]json.RawMessage{}
	if old := environ(env).get(name); old != "" {
		if err := json.Unmarshal([]byte(old), &tags); err != nil || tags == nil {
			return env, &attach.Error{Address: s.address.shown, Op: "preparing the environment",
				Kind: attach.ErrUnsupported, Detail: name + " is not a JSON object, so nothing can be added to it"}
		}
	}
	tags[tagInvocation], _ = json.Marshal(i.String())
	merged, err := json.Marshal(tags)
	if err != nil {
		return env, &attach.Error{Address: s.address.shown, Op: "preparing the environment", Kind: attach.ErrUnsupported, Err: err}
	}
	env = slices.DeleteFunc(env, func(e string) bool { return len(e) > len(name) && e[:len(name)+1] == name+"=" })
	return append(env, name+"="+string(merged)), nil
}

// url is a page of MLflow's own interface, "" for a local store.
func (a address) url(path ...string) string {
	if a.server == nil {
		return ""
	}
	u := a.server.String() + "/#"
	for _, p := range path {
		u += "/" + url.PathEscape(p)
	}
	return u
}

func (s *System) runTarget(r run) attach.Target {
	return attach.Target{
		System: attach.MLflow, Kind: attach.KindRun, ID: r.Info.RunID, Name: r.Info.Name, Run: r.Info.RunID,
		URL: s.address.url("experiments", r.Info.ExperimentID, "runs", r.Info.RunID),
	}
}

func (s *System) modelTarget(m loggedModel) attach.Target {
	return attach.Target{
		System: attach.MLflow, Kind: attach.KindLoggedModel, ID: m.Info.ModelID, Name: m.Info.Name, Run: m.Info.SourceRunID,
		URL: s.address.url("experiments", m.Info.ExperimentID, "models", m.Info.ModelID),
	}
}

func (s *System) versionTarget(v modelVersion, run string) attach.Target {
	return attach.Target{
		System: attach.MLflow, Kind: attach.KindModelVersion, ID: v.Version, Name: v.Name, Run: run,
		URL: s.models.url("models", v.Name, "versions", v.Version),
	}
}

// wrong is an answer that is well formed, and about something else.
func wrong(b backend, op, format string, args ...any) error {
	return b.fail(op, attach.ErrMalformed, fmt.Sprintf(format, args...), nil)
}

func (s *System) run(ctx context.Context, id string) (run, error) {
	var said struct {
		Run run `json:"run"`
	}
	c := call{fmt.Sprintf("reading run %q", id), getRun, map[string]any{"run_id": id}, &said, nil}
	if err := s.tracking.do(ctx, c); err != nil {
		return run{}, err
	}
	if said.Run.Info.RunID != id || said.Run.Info.ArtifactURI == "" {
		return run{}, wrong(s.tracking, c.op, "the answer is about run %.60q", said.Run.Info.RunID)
	}
	return said.Run, nil
}

func (s *System) loggedModel(ctx context.Context, id string) (loggedModel, error) {
	var said struct {
		Model loggedModel `json:"model"`
	}
	c := call{fmt.Sprintf("reading logged model %q", id), getLoggedModel, map[string]any{"model_id": id}, &said, nil}
	if err := s.tracking.do(ctx, c); err != nil {
		return loggedModel{}, err
	}
	if said.Model.Info.ModelID != id || said.Model.Info.ArtifactURI == "" {
		return loggedModel{}, wrong(s.tracking, c.op, "the answer is about model %.60q", said.Model.Info.ModelID)
	}
	return said.Model, nil
}

func (s *System) version(ctx context.Context, name, number string) (modelVersion, error) {
	var said struct {
		Version modelVersion `json:"model_version"`
	}
	c := call{fmt.Sprintf("reading version %s of model %q", number, name), getVersion,
		map[string]any{"name": name, "version": number}, &said, nil}
	if err := s.registry.do(ctx, c); err != nil {
		return modelVersion{}, err
	}
	if said.Version.Name != name || said.Version.Version != number {
		return modelVersion{}, wrong(s.registry, c.op, "the answer is about version %.20q of %.60q",
			said.Version.Version, said.Version.Name)
	}
	return said.Version, nil
}
