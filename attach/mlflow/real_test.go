package mlflow_test

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/attach/attachtest"
	"github.com/lineage-audit/lineage/attach/mlflow"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
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
	t.Parallel()
	conform(t, t.TempDir(), []string{"MLFLOW_TRACKING_URI=" + attachtest.Server(t)})
}

func TestDatabaseInWorkingFolder(t *testing.T) {
	t.Parallel()
	conform(t, t.TempDir(), nil)
}

func TestFileStore(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	conform(t, dir, []string{"MLFLOW_TRACKING_URI=file://" + dir + "/mlruns", "MLFLOW_ALLOW_FILE_STORE=true"})
}

// A training by the book: its model is found, may be a subject, and is what people
// download, but for one file that MLflow's client adds.
func TestTrainingByTheBook(t *testing.T) {
	t.Parallel()
	dir, name, started := t.TempDir(), t.Name(), time.Now()
	base := append(os.Environ(), "MLFLOW_TRACKING_URI="+attachtest.Server(t), "HOME="+t.TempDir(), "MLFLOW_DISABLE_TELEMETRY=true")
	s := system(t, dir, base)
	env, err := s.Prepare(base, invocation)
	if err != nil {
		t.Fatal(err)
	}
	script, err := os.ReadFile("testdata/train.py")
	if err != nil {
		t.Fatal(err)
	}
	for _, sub := range []string{"version", "logged"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(attachtest.Python(t), "-c", string(script), name, dir)
	cmd.Env, cmd.Dir = env, dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("training: %v\n%s", err, out)
	}
	span := attach.Span{Invocation: invocation, Started: started, Ended: time.Now()}
	targets, err := s.Find(t.Context(), span)
	if err != nil || len(targets) != 3 {
		t.Fatalf("Find = %v, %v; want a run, a model and a version", targets, err)
	}
	m, err := s.Resolve(t.Context(), attach.VersionRef(name, "1"))
	if err != nil {
		t.Fatal(err)
	}
	if why := attach.NotOwn(m, span, targets); why != "" {
		t.Error(why)
	}
	model := manifest(t, s, m)
	if err := attach.Refuse([]attach.Subject{{Name: "model", Tree: model.Digest()}}, model); err != nil {
		t.Error(err)
	}
	checkCopy(t, model, filepath.Join(dir, "version"), attach.Downloaded{Name: name, Version: "1"})
	checkCopy(t, model, filepath.Join(dir, "logged"), attach.Downloaded{})
	data, err := s.RunData(t.Context(), targets[0])
	if err != nil || !slices.ContainsFunc(data.Metrics, func(m attach.Metric) bool { return m.Name == "undefined" && m.Value == "NaN" }) {
		t.Errorf("RunData = %+v, %v; want a metric that is NaN", data, err)
	}
	resume(t, s, base, m)
}

// manifest reads the files of a model from the server.
func manifest(t *testing.T, s *mlflow.System, m attach.Model) hashing.Manifest {
	t.Helper()
	files, err := s.Files(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	var entries []hashing.Entry
	for _, f := range files {
		r, err := s.Open(t.Context(), m, f)
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			t.Fatal(err)
		}
		entries = append(entries, hashing.Entry{Path: f.Path, Digest: hashing.Bytes(b)})
	}
	found, err := hashing.NewManifest(entries)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func checkCopy(t *testing.T, model hashing.Manifest, dir string, want attach.Downloaded) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, attach.DownloadedFile))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := attach.ParseDownloaded(content); err != nil || got != want {
		t.Errorf("ParseDownloaded(%q) = %+v, %v; want %+v", content, got, err, want)
	}
	var entries []hashing.Entry
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == attach.DownloadedFile {
			return err
		}
		b, err := os.ReadFile(path)
		below, _ := filepath.Rel(dir, path)
		entries = append(entries, hashing.Entry{Path: filepath.ToSlash(below), Digest: hashing.Bytes(b)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	found, err := hashing.NewManifest(entries)
	if err != nil {
		t.Fatal(err)
	}
	if changes := hashing.Compare(model, found); len(changes) > 0 {
		t.Errorf("the copy in %q differs: %v", dir, changes)
	}
}

// resume: a second command goes on with the run, by MLFLOW_RUN_ID. The run keeps the
// invocation of the first, and only the model that the second logs carries its own.
func resume(t *testing.T, s *mlflow.System, base []string, first attach.Model) {
	second, dir := record.NewInvocation(), t.TempDir()
	base = append(slices.Clone(base), "MLFLOW_RUN_ID="+first.RunID)
	again := system(t, dir, base)
	env, err := again.Prepare(base, second)
	if err != nil {
		t.Fatal(err)
	}
	span := attach.Span{Invocation: second, Started: time.Now()}
	done := attachtest.Train(t, dir, env, attachtest.Job{Models: []attachtest.ModelJob{{Name: "later", Files: map[string]string{"w": "w"}}}})
	span.Ended = time.Now()
	if done.Run != first.RunID {
		t.Fatalf("the child went on with run %q, not with %q", done.Run, first.RunID)
	}
	targets, err := again.Find(t.Context(), span)
	if err != nil || len(targets) != 2 || targets[0].ID != first.RunID || targets[1].ID != done.Models[0] {
		t.Fatalf("Find = %v, %v; want the run and the new model", targets, err)
	}
	for id, want := range map[string]string{first.LoggedModelID: "it does not carry the invocation", done.Models[0]: ""} {
		m, err := s.Resolve(t.Context(), attach.LoggedModelRef(id))
		if err != nil {
			t.Fatal(err)
		}
		if why := attach.NotOwn(m, span, targets); why != want {
			t.Errorf("model %s: %q, want %q", id, why, want)
		}
	}
}
