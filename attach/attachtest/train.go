package attachtest

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

//go:embed train.py
var train string

// Job is what a training does with its tracker, by the API that tags what it makes
// unless it says otherwise.
type Job struct {
	NoRun     bool              `json:"noRun,omitempty"` // start none
	Params    map[string]string `json:"params,omitempty"`
	Metrics   map[string]string `json:"metrics,omitempty"`
	Artifacts map[string]string `json:"artifacts,omitempty"` // of the run: path to content
	Models    []ModelJob        `json:"models,omitempty"`    // logged within the run
	Outside   []ModelJob        `json:"outside,omitempty"`   // logged when the run has ended
	// Register makes versions: source, with RUN for the run's id, to name.
	Register map[string]string `json:"register,omitempty"`
	// VersionsAt makes versions without a run: name to source.
	VersionsAt map[string]string    `json:"versionsAt,omitempty"`
	Aliases    map[string][2]string `json:"aliases,omitempty"` // alias to name and version
	Escape     bool                 `json:"escape,omitempty"`  // make another run by an API that tags nothing
}

// ModelJob is one model that is logged, and registered if Register is a name.
type ModelJob struct {
	Name     string            `json:"name"`
	Files    map[string]string `json:"files"`
	Register string            `json:"register,omitempty"`
}

// Done is what the tracker has of a job.
type Done struct {
	Run      string   `json:"run"`
	Escaped  string   `json:"escaped"`
	Models   []string `json:"models"`   // ids, in the order of the job
	Versions []string `json:"versions"` // numbers, in the order in which they were made
	Failed   string   `json:"failed"`
}

// Train does a job with the real MLflow, in the folder dir and with the environment
// env, and fails the test if that fails. One interpreter serves the test binary.
func Train(t testing.TB, dir string, env []string, job Job) Done {
	t.Helper()
	python := Python(t)
	trainer.Lock()
	defer trainer.Unlock()
	if trainer.in == nil {
		if err := startTrainer(python); err != nil {
			t.Fatal(err)
		}
	}
	vars := map[string]string{}
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		vars[name] = value
	}
	line, err := json.Marshal(map[string]any{"env": vars, "dir": dir, "job": job})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := trainer.in.Write(append(line, '\n')); err != nil {
		t.Fatal(err)
	}
	answer, err := trainer.out.ReadBytes('\n')
	if err != nil {
		t.Fatalf("the training interpreter ended: %v", err)
	}
	var done Done
	if err := json.Unmarshal(answer, &done); err != nil || done.Failed != "" {
		t.Fatalf("training: %v\n%s", err, done.Failed)
	}
	return done
}

var trainer struct {
	sync.Mutex
	in  io.Writer
	out *bufio.Reader
}

// startTrainer starts an interpreter that ends when its input does: with us.
func startTrainer(python string) error {
	cmd := exec.Command(python, "-c", train)
	cmd.Env = append(os.Environ(), "MLFLOW_DISABLE_TELEMETRY=true", "PYTHONDONTWRITEBYTECODE=1")
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	trainer.in, trainer.out = in, bufio.NewReader(out)
	return cmd.Start()
}
