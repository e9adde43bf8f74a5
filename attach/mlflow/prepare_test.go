package mlflow_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/attach/mlflow"
)

func TestPrepare(t *testing.T) {
	s := mlflow.New(mlflow.Options{Dir: t.TempDir()})
	own := map[string]any{"lineage.invocation": invocation.String()}
	tests := []struct {
		name string
		env  []string
		want map[string]any
	}{
		{"nothing before", []string{"A=1"}, own},
		{"an empty value", []string{"A=1", "MLFLOW_RUN_CONTEXT="}, own},
		{"other tags", []string{`MLFLOW_RUN_CONTEXT={"team": "x", "n": 12345678901234567890}`, "A=1"},
			map[string]any{"lineage.invocation": invocation.String(), "team": "x", "n": json.Number("12345678901234567890")}},
		{"an outer run's", []string{"A=1", `MLFLOW_RUN_CONTEXT={"lineage.invocation": "0"}`}, own},
		{"twice: the last counts", []string{`MLFLOW_RUN_CONTEXT={"a": "1"}`, "A=1", `MLFLOW_RUN_CONTEXT={"b": "2"}`},
			map[string]any{"lineage.invocation": invocation.String(), "b": "2"}},
		{"another variable with this beginning", []string{"MLFLOW_RUN_CONTEXT_X=1", "A=1"}, own},
	}
	for _, tt := range tests {
		before := strings.Join(tt.env, "\n")
		env, err := s.Prepare(tt.env, invocation)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if strings.Join(tt.env, "\n") != before {
			t.Errorf("%s: the argument was changed: %q", tt.name, tt.env)
		}
		values := valuesOf(env, "MLFLOW_RUN_CONTEXT")
		if len(values) != 1 || len(valuesOf(env, "A")) != 1 {
			t.Fatalf("%s: environment %q", tt.name, env)
		}
		var got map[string]any
		d := json.NewDecoder(strings.NewReader(values[0]))
		d.UseNumber()
		if err := d.Decode(&got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

// MLflow ignores a context that it cannot read, and so the child runs as it would.
func TestPrepareLeavesABrokenContextAlone(t *testing.T) {
	s := mlflow.New(mlflow.Options{Dir: t.TempDir()})
	for _, broken := range []string{"x", "[1]", "null", `{"a": 1`, `"a"`, `{"a": 1} x`} {
		env, err := s.Prepare([]string{"MLFLOW_RUN_CONTEXT=" + broken}, invocation)
		if !errors.Is(err, attach.ErrUnsupported) {
			t.Errorf("%q: %v; want ErrUnsupported", broken, err)
		}
		if diff := cmp.Diff([]string{"MLFLOW_RUN_CONTEXT=" + broken}, env); diff != "" {
			t.Errorf("%q (-want +got):\n%s", broken, diff)
		}
	}
}

func valuesOf(env []string, name string) []string {
	var values []string
	for _, e := range env {
		if v, ok := strings.CutPrefix(e, name+"="); ok {
			values = append(values, v)
		}
	}
	return values
}
