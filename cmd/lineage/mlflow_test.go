package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/lineage-audit/lineage/attach/attachtest"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/verify"
)

// lab is a repository with a training that uses MLflow, and an environment in which
// the program and the training's Python are found.
type lab struct {
	testing.TB
	dir  string
	env  []string
	said *strings.Builder // all that the program ever printed here
}

// newLab makes one whose MLflow is at an address, "" for the one in its folder.
func newLab(t testing.TB, uri string) *lab {
	t.Helper()
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Dir(attachtest.Python(t)) + string(filepath.ListSeparator) + os.Getenv("PATH")
	l := &lab{t, filepath.Join(top, "work"), []string{
		"PATH=" + path, "HOME=" + top, "TMPDIR=" + os.TempDir(), "TZ=UTC", "LANG=C.UTF-8", "USER=ada", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.org",
		"MLFLOW_DISABLE_TELEMETRY=true", "PYTHONDONTWRITEBYTECODE=1", "PYTHONWARNINGS=ignore", "MLFLOW_TRACKING_URI=" + uri, imageOfTests,
	}, new(strings.Builder)}
	if err := os.CopyFS(l.dir, os.DirFS("testdata/mlflow")); err != nil {
		t.Fatal(err)
	}
	l.write("data.csv", "a,b\n1,2\n")
	l.write("lineage.yaml", "version: 1\ninputs: [data.csv]\npreprocessing: none\n")
	l.write(".gitignore", "mlflow.db*\nmlruns/\nmlartifacts/\n")
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "-A"}, {"commit", "-q", "-m", "start"}} {
		l.command("git", args...)
	}
	return l
}

func (l *lab) write(path, content string) {
	l.Helper()
	if err := os.WriteFile(filepath.Join(l.dir, path), []byte(content), 0o644); err != nil {
		l.Fatal(err)
	}
}

// with is the same lab with more in its environment.
func (l *lab) with(vars ...string) *lab {
	more := *l
	more.env = append(l.env[:len(l.env):len(l.env)], vars...)
	return &more
}

// at is the same lab with its MLflow at another address.
func (l *lab) at(uri string) *lab { return l.with("MLFLOW_TRACKING_URI=" + uri) }

// in is the same lab for a subtest.
func (l *lab) in(t testing.TB) *lab {
	same := *l
	same.TB = t
	return &same
}

// elsewhere is a clone of the lab on the machine of somebody who was not there: it
// has the code and the data, and no store.
func (l *lab) elsewhere() *lab {
	l.Helper()
	clone := *l
	clone.dir = filepath.Join(l.TempDir(), "clone")
	l.command("git", "clone", "-q", l.dir, clone.dir)
	return &clone
}

func (l *lab) command(name string, args ...string) {
	l.Helper()
	cmd := exec.CommandContext(l.Context(), name, args...)
	cmd.Dir, cmd.Env = l.dir, l.env
	if out, err := cmd.CombinedOutput(); err != nil {
		l.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// patience is far more than anything here may take, whatever a server does.
const patience = 2 * time.Minute

// try runs the program, which must end in time, and gives what it printed.
func (l *lab) try(args ...string) (status int, stdout, stderr string) {
	l.Helper()
	ctx, cancel := context.WithTimeout(l.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "lineage", args...)
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr, cmd.WaitDelay = l.dir, l.env, &out, &errs, time.Second
	err := cmd.Run()
	var exit *exec.ExitError
	if ctx.Err() != nil || err != nil && !errors.As(err, &exit) {
		l.Fatalf("lineage %s: %v, %v\n%s%s", strings.Join(args, " "), err, ctx.Err(), &out, &errs)
	}
	l.said.WriteString(out.String() + errs.String())
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// lineage is try for what must end with the status.
func (l *lab) lineage(status int, args ...string) (stdout, stderr string) {
	l.Helper()
	got, stdout, stderr := l.try(args...)
	if got != status {
		l.Fatalf("lineage %s ended with %d, want %d\n%s%s", strings.Join(args, " "), got, status, stdout, stderr)
	}
	return stdout, stderr
}

// refuses is try for what must not end with 0, and must say something.
func (l *lab) refuses(says string, args ...string) {
	l.Helper()
	got, stdout, stderr := l.try(args...)
	if got == 0 || !strings.Contains(stdout+stderr, says) {
		l.Errorf("lineage %s ended with %d, want a refusal that says %q\n%s%s", strings.Join(args, " "), got, says, stdout, stderr)
	}
}

// train runs the training, and gives the record and the summary.
func (l *lab) train(args ...string) (*record.Record, string) {
	l.Helper()
	_, summary := l.lineage(0, append([]string{"run", "--", "python", "train.py"}, args...)...)
	return l.record("@1"), summary
}

func (l *lab) record(run string) *record.Record {
	l.Helper()
	raw, _ := l.lineage(0, "show", run, "--json")
	r, err := record.Decode([]byte(raw))
	if err != nil {
		l.Fatal(err)
	}
	return r
}

// verdict verifies a model, which must end with the status, and checks that the
// JSON fits the schema.
func (l *lab) verdict(status int, model string, args ...string) verify.Verdict {
	l.Helper()
	raw, _ := l.lineage(status, append([]string{"verify", model, "--json"}, args...)...)
	var v verify.Verdict
	if err := json.Unmarshal([]byte(raw), &v); err != nil {
		l.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(raw))
	if err == nil {
		err = verdictSchema(l).Validate(doc)
	}
	if err != nil || v.ExitStatus != status {
		l.Errorf("the verdict does not fit its schema, or its status %d: %v\n%s", v.ExitStatus, err, raw)
	}
	return v
}

func verdictSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(verify.SchemaJSON))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("verdict.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("verdict.schema.json")
}

// statusOf is that of one check of a verdict.
func statusOf(v verify.Verdict, id verify.CheckID) verify.Status {
	for _, c := range v.Checks {
		if c.ID == id {
			return c.Status
		}
	}
	return ""
}

// paths are the files that a check of a verdict speaks of as others.
func paths(v verify.Verdict, id verify.CheckID) (names []string) {
	for _, c := range v.Checks {
		for _, e := range c.Evidence {
			if c.ID == id && e.Status == verify.Failed {
				names = append(names, e.Name)
			}
		}
	}
	return names
}

// allFiles is the content of every file below a folder.
func allFiles(t testing.TB, dir string) map[string]string {
	t.Helper()
	found := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := os.ReadFile(path)
		found[path] = string(raw)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// rest is a server as whoever has access to it changes it.
type rest struct {
	testing.TB
	uri string
}

// call does a request, and decodes the answer if it is JSON.
func (s rest) call(method, path string, body []byte) (answer map[string]any) {
	s.Helper()
	req, err := http.NewRequestWithContext(s.Context(), method, s.uri+path, bytes.NewReader(body))
	if err != nil {
		s.Fatal(err)
	}
	if bytes.HasPrefix(body, []byte("{")) && !strings.Contains(path, artifacts) {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode/100 != 2 {
		s.Fatalf("%s %s: %s, %v\n%s", method, path, resp.Status, err, raw)
	}
	_ = json.Unmarshal(raw, &answer) // a file is none
	return answer
}

const (
	api       = "/api/2.0/mlflow/"
	artifacts = "/api/2.0/mlflow-artifacts/artifacts/"
)

func (s rest) post(path string, fields map[string]any) map[string]any {
	s.Helper()
	raw, err := json.Marshal(fields)
	if err != nil {
		s.Fatal(err)
	}
	return s.call(http.MethodPost, api+path, raw)
}

// read gets an artifact, by its path in the server's store.
func (s rest) read(path string) []byte {
	s.Helper()
	resp, err := http.Get(s.uri + artifacts + path)
	if err != nil {
		s.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		s.Fatalf("reading %s: %s, %v", path, resp.Status, err)
	}
	return raw
}

func (s rest) put(path string, content []byte) {
	s.Helper()
	s.call(http.MethodPut, artifacts+path, content)
}

func (s rest) remove(path string) {
	s.Helper()
	s.call(http.MethodDelete, artifacts+path, nil)
}

// at finds a value in an answer by its keys.
func at(answer any, keys ...string) any {
	for _, k := range keys {
		fields, _ := answer.(map[string]any)
		answer = fields[k]
	}
	return answer
}

// tags are those of an entry of an answer.
func tags(entry any) map[string]string {
	found := map[string]string{}
	list, _ := entry.([]any)
	for _, t := range list {
		found[at(t, "key").(string)], _ = at(t, "value").(string)
	}
	return found
}

// trained is what a training left on a server.
type trained struct {
	name, run, model string
	files, records   string // where the server keeps the model's files, and the run's records
}

// trainedAs looks up what the training registered.
func (s rest) trainedAs(name string) trained {
	s.Helper()
	version := at(s.call(http.MethodGet, api+"model-versions/get?version=1&name="+url.QueryEscape(name), nil), "model_version")
	d := trained{name: name, run: at(version, "run_id").(string), model: strings.TrimPrefix(at(version, "source").(string), "models:/")}
	model := at(s.call(http.MethodGet, api+"logged-models/"+d.model, nil), "model", "info", "artifact_uri").(string)
	run := at(s.run(d.run), "info", "artifact_uri").(string)
	d.files, d.records = strings.TrimPrefix(model, "mlflow-artifacts:/"), strings.TrimPrefix(run, "mlflow-artifacts:/")+"/lineage"
	return d
}

func (s rest) run(id string) any {
	s.Helper()
	return at(s.call(http.MethodGet, api+"runs/get?run_id="+id, nil), "run")
}

// modelName makes a name for a registered model that no other test has.
func modelName(t testing.TB) string {
	return cmp.Or(strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name())), "model")
}
