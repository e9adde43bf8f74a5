package mlflow_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/attach"
)

// answerFor changes the answers of one route.
func answerFor(route string, change func(map[string]any)) func(*http.Request, map[string]any) {
	return func(r *http.Request, a map[string]any) {
		if strings.HasSuffix(r.URL.Path, route) {
			change(a)
		}
	}
}

// Where a version of a registered model may have its bytes from.
func TestSourcesOfVersions(t *testing.T) {
	tests := []struct {
		source, run string
		want        attach.Model
		err         error
	}{
		{"models:/" + modelID, runID, attach.Model{LoggedModelID: modelID, RunID: runID}, nil},
		{"models:/" + modelID, "", attach.Model{LoggedModelID: modelID, RunID: runID}, nil},
		{"models:/" + modelID, "other", attach.Model{LoggedModelID: modelID, RunID: runID, ClaimedRunID: "other"}, nil},
		{"runs:/" + runID + "/notes", runID, attach.Model{RunID: runID, Path: "notes"}, nil},
		{"runs:/" + runID + "/notes/a", "", attach.Model{RunID: runID, Path: "notes/a", SingleFile: true}, nil},
		{"runs:/" + runID + "/model/data", "", attach.Model{RunID: runID, LoggedModelID: modelID, Path: "data"}, nil},
		{"runs:/" + runID + "/model/none", "", attach.Model{}, attach.ErrNotFound},
		{"runs:/none/notes", "", attach.Model{}, attach.ErrNotFound},
		{"mlflow-artifacts:/run/notes", runID, attach.Model{RunID: runID, Path: "notes"}, nil},
		{"mlflow-artifacts:/run/notes/", runID, attach.Model{RunID: runID, Path: "notes"}, nil},
		{"mlflow-artifacts:/run/none", runID, attach.Model{}, attach.ErrNotFound},
		{"mlflow-artifacts:/run/notes", "", attach.Model{}, attach.ErrUnsupported},
		{"mlflow-artifacts:/run", runID, attach.Model{}, attach.ErrUnsupported},
		{"mlflow-artifacts:/runs/notes", runID, attach.Model{}, attach.ErrUnsupported},
		{"mlflow-artifacts:/run/../notes", runID, attach.Model{}, attach.ErrUnsupported},
		{"s3://bucket/model?X-Amz-Signature=secret", "", attach.Model{}, attach.ErrUnsupported},
		{"models:/iris@champion", runID, attach.Model{}, attach.ErrUnsupported},
		{"models:/iris/latest", runID, attach.Model{}, attach.ErrUnsupported},
		{"models:/m-none", runID, attach.Model{}, attach.ErrNotFound},
		{"", runID, attach.Model{}, attach.ErrUnsupported},
	}
	for _, tt := range tests {
		f := newFake(t)
		f.change = answerFor("model-versions/get", func(a map[string]any) {
			v := a["model_version"].(map[string]any)
			v["source"], v["run_id"] = tt.source, tt.run
		})
		m, err := f.system().Resolve(t.Context(), attach.VersionRef("iris", "1"))
		if !errors.Is(err, tt.err) || err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("source %q: %v, want %v", tt.source, err, tt.err)
		}
		if errors.Is(err, attach.ErrUnsupported) && !strings.Contains(attach.Hint(err), "-u models:/iris/1 ") {
			t.Errorf("source %q: hint %q", tt.source, attach.Hint(err))
		}
		got := attach.Model{LoggedModelID: m.LoggedModelID, RunID: m.RunID, ClaimedRunID: m.ClaimedRunID, Path: m.Path, SingleFile: m.SingleFile}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("source %q of run %q (-want +got):\n%s", tt.source, tt.run, diff)
		}
	}
}

// A run with two things of one name is not guessed about.
func TestNameThatARunHasTwice(t *testing.T) {
	twoModels := newFake(t)
	twoModels.change = answerFor("logged-models/search", func(a map[string]any) {
		a["models"] = append(a["models"].([]any), a["models"].([]any)...)
	})
	both := newFake(t)
	both.files["run/model/a"] = "a"
	for name, f := range map[string]*fake{"two models": twoModels, "an artifact and a model": both} {
		_, err := f.system().Resolve(t.Context(), mustParse("runs:/"+runID+"/model"))
		if !errors.Is(err, attach.ErrUnsupported) || !strings.Contains(attach.Hint(err), modelID) {
			t.Errorf("%s: %v, hint %q; want ErrUnsupported and the ids", name, err, attach.Hint(err))
		}
	}
}

func TestAliasThatIsNotThere(t *testing.T) {
	f := newFake(t)
	f.lie = func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case strings.HasSuffix(r.URL.Path, "registered-models/alias"):
			return text(400, `{"error_code": "INVALID_PARAMETER_VALUE", "message": "Registered model alias x not found."}`)(w, r)
		case strings.HasSuffix(r.URL.Path, "registered-models/get"):
			return text(200, `{"registered_model": {"name": "iris", "aliases": [{"alias": "there", "version": "1"}]}}`)(w, r)
		}
		return false
	}
	_, err := f.system().Resolve(t.Context(), mustParse("models:/iris@gone"))
	checkError(t, "an alias that is not there", err, attach.ErrNotFound, f.URL)
	if !strings.Contains(attach.Hint(err), "there") {
		t.Errorf("hint %q does not name the aliases that there are", attach.Hint(err))
	}
	_, err = f.system().Resolve(t.Context(), mustParse("models:/iris@there"))
	checkError(t, "an alias that is there after all", err, attach.ErrUnsupported, f.URL)
}
