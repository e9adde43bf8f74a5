package mlflow_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/attach/mlflow"
	"github.com/lineage-audit/lineage/record"
)

const (
	runID   = "8c2fcb7df3e14bcd871731636387c8b8"
	modelID = "m-e1f065823ee04249befb068a85cb48ba"
)

var (
	invocation = record.Invocation{1, 2, 3}
	statement  = []byte(`{"a":"statement"}`)
	someTime   = time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
)

// fake is an honest MLflow server of one run, one logged model and one version of a
// registered model, until a test makes it lie.
type fake struct {
	*httptest.Server
	mu sync.Mutex
	// impatient clients give up soon: for tests in which nothing comes.
	impatient bool
	tags      []map[string]string
	files     map[string]string                                     // by place, "run" or "model", "/" and path
	lie       func(w http.ResponseWriter, r *http.Request) bool     // answers instead, if it wants to
	change    func(r *http.Request, answer map[string]any)          // of an honest answer
	content   func(name, honest string, w http.ResponseWriter) bool // of a file
}

func newFake(t *testing.T) *fake {
	f := &fake{
		tags: []map[string]string{{"key": "lineage.invocation", "value": invocation.String()}},
		files: map[string]string{
			"run/notes/a": "aaa", "run/notes/sub/b": "b",
			"run/lineage/" + record.IDOf(statement).String() + ".intoto.json": string(statement),
			"model/MLmodel": "flavors", "model/data/model.pkl": "weights",
		},
	}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Server.Close)
	return f
}

// system is a client of the fake.
func (f *fake) system(env ...string) *mlflow.System {
	timeout := 20 * time.Second
	if f.impatient {
		timeout = 100 * time.Millisecond
	}
	return mlflow.New(mlflow.Options{
		Env: append([]string{"MLFLOW_TRACKING_URI=" + f.URL}, env...), Timeout: timeout, Files: 20, Bytes: 1000,
	})
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	lie := f.lie
	f.mu.Unlock()
	if lie != nil && lie(w, r) {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.serveFile(w, r) {
		return
	}
	answer := f.answer(r)
	if answer == nil {
		w.WriteHeader(http.StatusNotFound)
		answer = map[string]any{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "no such thing"}
	}
	if f.change != nil {
		f.change(r, answer)
	}
	_ = json.NewEncoder(w).Encode(answer)
}

// serveFile sends and takes artifacts, as a server does that proxies them.
func (f *fake) serveFile(w http.ResponseWriter, r *http.Request) bool {
	name, ok := strings.CutPrefix(r.URL.Path, "/api/2.0/mlflow-artifacts/artifacts/")
	if !ok {
		return false
	}
	honest, found := f.files[name]
	switch {
	case r.Method == http.MethodPut:
		b, _ := io.ReadAll(r.Body)
		f.files[name] = string(b)
	case f.content != nil && f.content(name, honest, w):
	case !found:
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"error_code": "RESOURCE_DOES_NOT_EXIST"}`)
	default:
		fmt.Fprint(w, honest)
	}
	return true
}

func (f *fake) answer(r *http.Request) map[string]any {
	q := r.URL.Query()
	run := map[string]any{
		"info": map[string]any{"run_id": runID, "experiment_id": "1", "artifact_uri": "mlflow-artifacts:/run", "status": "FINISHED",
			"start_time": someTime.UnixMilli(), "end_time": someTime.Add(time.Minute).UnixMilli()},
		"data": map[string]any{"tags": slices.Clone(f.tags), "metrics": []any{map[string]any{"key": "m", "value": 0.5}}},
	}
	model := map[string]any{"info": map[string]any{"model_id": modelID, "experiment_id": "1", "name": "model",
		"artifact_uri": "mlflow-artifacts:/model", "source_run_id": runID, "tags": slices.Clone(f.tags),
		"creation_timestamp_ms": someTime.UnixMilli()}}
	version := map[string]any{"name": "iris", "version": "1", "source": "models:/" + modelID, "run_id": runID,
		"creation_timestamp": someTime.UnixMilli(), "tags": slices.Clone(f.tags)}
	switch route := strings.TrimPrefix(r.URL.Path, "/api/2.0/mlflow/"); route {
	case "experiments/search":
		return map[string]any{"experiments": []any{map[string]any{"experiment_id": "1"}}}
	case "runs/get":
		if q.Get("run_id") == runID {
			return map[string]any{"run": run}
		}
	case "runs/search":
		return map[string]any{"runs": []any{run}}
	case "logged-models/" + modelID:
		return map[string]any{"model": model}
	case "logged-models/search":
		return map[string]any{"models": []any{model}}
	case "model-versions/get", "registered-models/alias":
		return map[string]any{"model_version": version}
	case "model-versions/search":
		if q.Get("filter") == "source_path = 'models:/iris/1'" {
			return map[string]any{} // nobody has copied it
		}
		return map[string]any{"model_versions": []any{version}}
	case "runs/log-batch", "model-versions/set-tag", "logged-models/" + modelID + "/tags":
		f.setTags(r)
		return map[string]any{}
	case "artifacts/list":
		return f.list("run", q.Get("path"))
	case "logged-models/" + modelID + "/artifacts/directories":
		return f.list("model", q.Get("artifact_directory_path"))
	}
	return nil
}

func (f *fake) setTags(r *http.Request) {
	var asked struct {
		Key, Value string
		Tags       []map[string]string
	}
	_ = json.NewDecoder(r.Body).Decode(&asked)
	if asked.Key != "" {
		asked.Tags = append(asked.Tags, map[string]string{"key": asked.Key, "value": asked.Value})
	}
	f.tags = append(f.tags, asked.Tags...)
}

func (f *fake) list(place, folder string) map[string]any {
	entries := map[string]any{}
	for name, content := range f.files {
		name, ok := strings.CutPrefix(name, place+"/")
		if !ok {
			continue
		}
		for size := len(content); name != "."; name, size = path.Dir(name), -1 {
			if in := path.Dir(name); in == folder || in == "." && folder == "" {
				entries[name] = map[string]any{"path": name, "is_dir": size < 0, "file_size": max(size, 0)}
			}
		}
	}
	files := []any{}
	for _, e := range entries {
		files = append(files, e)
	}
	return map[string]any{"root_uri": "mlflow-artifacts:/" + place, "files": files}
}

// operation is something that a caller wants of a system: to its end, with every
// byte read.
type operation struct {
	name string
	do   func(*testing.T, *mlflow.System) error
}

func mustParse(text string) attach.Ref {
	r, err := attach.ParseTarget(text)
	if err != nil {
		panic(err)
	}
	return r
}

// readAll resolves a reference and reads all of its files.
func readAll(t *testing.T, s *mlflow.System, text string) error {
	m, err := s.Resolve(t.Context(), mustParse(text))
	if err != nil {
		return err
	}
	files, err := s.Files(t.Context(), m)
	for _, f := range files {
		if err != nil {
			return err
		}
		var r io.ReadCloser
		if r, err = s.Open(t.Context(), m, f); err == nil {
			_, err = io.Copy(io.Discard, r)
			r.Close()
		}
	}
	return err
}

var (
	onRun     = attach.Target{System: attach.MLflow, Kind: attach.KindRun, ID: runID, Run: runID}
	onModel   = attach.Target{System: attach.MLflow, Kind: attach.KindLoggedModel, ID: modelID, Name: "model", Run: runID}
	onVersion = attach.Target{System: attach.MLflow, Kind: attach.KindModelVersion, ID: "1", Name: "iris", Run: runID}
)

func operations() []operation {
	var all []operation
	for _, text := range []string{"models:/iris/1", "models:/iris@champion", "models:/" + modelID, "runs:/" + runID + "/notes"} {
		all = append(all, operation{"read " + text, func(t *testing.T, s *mlflow.System) error { return readAll(t, s, text) }})
	}
	for _, target := range []attach.Target{onRun, onModel, onVersion} {
		all = append(all,
			operation{"get of " + string(target.Kind), func(t *testing.T, s *mlflow.System) error {
				_, err := s.Get(t.Context(), target)
				return err
			}},
			operation{"put on " + string(target.Kind), func(t *testing.T, s *mlflow.System) error {
				_, err := s.Put(t.Context(), target, attach.Attachment{ID: record.IDOf([]byte("new")), Statement: []byte("new")})
				return err
			}})
	}
	return append(all,
		operation{"find", func(t *testing.T, s *mlflow.System) error {
			_, err := s.Find(t.Context(), attach.Span{Invocation: invocation, Started: someTime, Ended: someTime})
			return err
		}},
		operation{"run data", func(t *testing.T, s *mlflow.System) error {
			_, err := s.RunData(t.Context(), onRun)
			return err
		}})
}
