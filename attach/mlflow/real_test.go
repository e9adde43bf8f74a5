package mlflow_test

import (
	"testing"

	"github.com/lineage-audit/lineage/attach/attachtest"
	"github.com/lineage-audit/lineage/attach/mlflow"
)

// system is the MLflow that a child in dir with the environment env uses.
func system(t *testing.T, dir string, env []string) *mlflow.System {
	t.Helper()
	s := mlflow.New(mlflow.Options{Env: env, Dir: dir, Python: attachtest.Python(t)})
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// conform runs the suite with children in dir.
func conform(t *testing.T, dir string, env []string) {
	env = append(env, "HOME="+t.TempDir(), "MLFLOW_DISABLE_TELEMETRY=true")
	attachtest.Run(t, t.Name(), attachtest.Fixture{
		System: system(t, dir, env), Base: env,
		Train: func(t *testing.T, env []string, job attachtest.Job) attachtest.Done {
			return attachtest.Train(t, dir, env, job)
		},
	})
}

func TestServer(t *testing.T) {
	conform(t, t.TempDir(), []string{"MLFLOW_TRACKING_URI=" + attachtest.Server(t)})
}

func TestDatabaseInWorkingFolder(t *testing.T) {
	conform(t, t.TempDir(), nil)
}

func TestFileStore(t *testing.T) {
	dir := t.TempDir()
	conform(t, dir, []string{"MLFLOW_TRACKING_URI=file://" + dir + "/mlruns", "MLFLOW_ALLOW_FILE_STORE=true"})
}

func TestDatabaseAndOtherRegistry(t *testing.T) {
	dir := t.TempDir()
	conform(t, dir, []string{"MLFLOW_TRACKING_URI=sqlite:///tracking.db", "MLFLOW_REGISTRY_URI=sqlite:///" + dir + "/registry.db"})
}
