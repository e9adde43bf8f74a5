package main

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/attach/attachtest"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/verify"
)

// A server that is up for the training and gone at its end: the training is what it
// was, the record is kept, and the summary says what hangs it up later. By then the
// models cannot become outputs of it any more.
func TestMLflowServerThatDies(t *testing.T) {
	t.Parallel()
	server := rest{t, attachtest.Server(t)}
	front, name := newFront(t, server.uri), modelName(t)
	l := newLab(t, front.URL)
	r, summary := l.train(name, "", front.URL+end)
	again := "lineage attach " + r.ID().Short() + " mlflow"
	if !strings.Contains(summary, "NOT ATTACHED") || !strings.Contains(summary, again) || !strings.Contains(summary, "unreachable") {
		t.Errorf("the summary does not say %q:\n%s", again, summary)
	}
	if len(r.Outputs()) > 0 || len(r.Gaps()) != 1 || r.Gaps()[0].Kind != "tracking-not-read" {
		t.Errorf("outputs %v, gaps %v; want a gap about the tracker alone", r.Outputs(), r.Gaps())
	}
	if _, said := l.lineage(exitFail, "attach", "@1", "mlflow"); !strings.Contains(said, "unreachable") || !strings.Contains(said, "try again later") {
		t.Errorf("attach says %q", said)
	}
	front.ends(false)
	d := server.trainedAs(name)
	l.verdict(exitCannot, "models:/"+name+"/1")
	for range 2 {
		stdout, said := l.lineage(exitFail, "attach", "@1", "mlflow")
		if strings.Count(stdout, "\n") != 1 || !strings.Contains(stdout, "run ") || !strings.Contains(stdout, d.run) {
			t.Errorf("attach hung the record on %q; want the run alone", stdout)
		}
		for _, refused := range []string{d.model, "version 1", "version 2", "not outputs of the run", `"MLmodel"`} {
			if !strings.Contains(said, refused) {
				t.Errorf("attach does not say %q:\n%s", refused, said)
			}
		}
	}
	if got := tags(at(server.run(d.run), "data", "tags")); got["lineage.record"] != r.ID().String() {
		t.Errorf("the tags of the run are %v", got)
	}
	clone := l.elsewhere()
	for _, model := range []string{"models:/" + name + "/1", "models:/" + d.model, "runs:/" + d.run + "/model"} {
		clone.verdict(exitCannot, model) // its bytes were never read: nothing contradicts them
	}
}

func hasNote(r *record.Record, kind string) bool {
	for _, n := range r.Notes() {
		if n.Kind == kind {
			return true
		}
	}
	return false
}

// A server that was never there harms no command, whatever that ends with.
func TestMLflowServerThatIsDown(t *testing.T) {
	t.Parallel()
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + port.Addr().String()
	if err := port.Close(); err != nil {
		t.Fatal(err)
	}
	l := newLab(t, address)
	for script, want := range map[string]int{"echo out; exit 0": 0, "echo out; exit 7": 7, "echo out; kill -9 $$": 137} {
		stdout, said := l.lineage(want, "run", "--", "sh", "-c", script)
		if stdout != "out\n" || !strings.Contains(said, "NOT ATTACHED") || !strings.Contains(said, address) || !strings.Contains(said, "mlflow") {
			t.Errorf("%s: %q\n%s", script, stdout, said)
		}
	}
	_, said := l.lineage(0, "run", "--no-attach", "--", "true")
	if strings.Contains(said, "NOT ATTACHED") {
		t.Errorf("--no-attach says\n%s", said)
	}
	l.lineage(0, "run", "--quiet", "--", "true")
	_, asJSON := l.lineage(0, "run", "--json", "--", "true")
	if !strings.Contains(asJSON, `"notAttached"`) || !strings.Contains(asJSON, "unreachable") {
		t.Errorf("--json says\n%s", asJSON)
	}
	l.verdict(exitCannot, "models:/x/1")
	// Nothing that MLflow does not know either is spoken to, and it is said.
	for uri, want := range map[string]string{"databricks": "not supported", "http://": "not supported", "nfs://x": "not supported", "http://h/?a=s3cret": "not supported"} {
		_, said := l.at(uri).lineage(0, "run", "--", "true")
		if !strings.Contains(said, want) || strings.Contains(said, "s3cret") {
			t.Errorf("with %s:\n%s", uri, said)
		}
	}
}

// A run that was named beforehand, with tags of somebody else: both are kept.
func TestMLflowRunNamedBeforehand(t *testing.T) {
	t.Parallel()
	server := rest{t, attachtest.Server(t)}
	name := modelName(t)
	id := at(server.post("runs/create", map[string]any{"experiment_id": "0", "start_time": 1}), "run", "info", "run_id").(string)
	l := newLab(t, server.uri).with("MLFLOW_RUN_ID="+id, `MLFLOW_RUN_CONTEXT={"team": "blue"}`)
	r, summary := l.train(name)
	d := server.trainedAs(name)
	if d.run != id || !strings.Contains(summary, "run ") || !strings.Contains(summary, id) {
		t.Errorf("the training went on with run %s, not with %s:\n%s", d.run, id, summary)
	}
	model := tags(at(server.call(http.MethodGet, api+"logged-models/"+d.model, nil), "model", "info", "tags"))
	if model["team"] != "blue" || model["lineage.invocation"] != r.Invocation().String() {
		t.Errorf("the tags of the model are %v", model)
	}
	clone := l.elsewhere()
	clone.verdict(exitPass, "models:/"+name+"@champion")
	// A later run of the same name adds its own record; each model keeps its own.
	later := modelName(t) + "-later"
	l.train(later)
	clone.verdict(exitPass, "models:/"+later+"@champion")
	clone.verdict(exitPass, "models:/"+name+"@champion")
	clone.verdict(exitPass, "models:/"+d.model)
	// One that is no object is left to MLflow, which ignores it, and said.
	odd := l.with("MLFLOW_RUN_CONTEXT=blue")
	stdout, _ := odd.lineage(0, "run", "--", "sh", "-c", "echo $MLFLOW_RUN_CONTEXT")
	if stdout != "blue\n" || !hasNote(odd.record("@1"), "tracker") {
		t.Errorf("the command got %q, notes %v", stdout, odd.record("@1").Notes())
	}
}

// What reads no context escapes, which is said, and can be mended by hand.
func TestMLflowEscape(t *testing.T) {
	t.Parallel()
	server := rest{t, attachtest.Server(t)}
	l := newLab(t, server.uri)
	run, summary := l.lineage(0, "run", "--", "python", "escape.py")
	run = strings.TrimSpace(run)
	if want := "lineage attach " + l.record("@1").ID().Short() + " mlflow"; !strings.Contains(summary, "NOT ATTACHED") || !strings.Contains(summary, want) {
		t.Errorf("the summary does not say %q:\n%s", want, summary)
	}
	if _, said := l.lineage(exitFail, "attach", "@1", "mlflow"); !strings.Contains(said, "--to runs:/RUN_ID") {
		t.Errorf("attach says %q", said)
	}
	l.lineage(0, "attach", "@1", "mlflow", "--to", "runs:/"+run)
	if got := tags(at(server.run(run), "data", "tags")); got["lineage.record"] != l.record("@1").ID().String() {
		t.Errorf("the tags of the run are %v", got)
	}
}

// Where nobody says anything MLflow 3 makes a database in the folder. It is reached
// as MLflow reaches it; and whoever does not use MLflow gets none.
func TestMLflowInTheFolder(t *testing.T) {
	t.Parallel()
	l, name := newLab(t, ""), modelName(t)
	l.lineage(0, "run", "--", "true")
	l.verdict(exitCannot, "models:/"+name+"/1")
	for _, made := range []string{"mlflow.db", "mlruns"} {
		if _, err := os.Stat(filepath.Join(l.dir, made)); err == nil {
			t.Fatalf("somebody who does not use MLflow got %s", made)
		}
	}
	_, summary := l.train(name)
	for _, want := range []string{"mlflow run ", "logged-model model m-", "model-version " + name + " 1", "model-version " + name + " 2"} {
		if !strings.Contains(summary, want) {
			t.Errorf("the summary does not say %q:\n%s", want, summary)
		}
	}
	v := l.verdict(exitPass, "models:/"+name+"@champion")
	if v.Target.Resolved.Version != "1" || v.Record == nil {
		t.Errorf("resolved to %+v", v.Target.Resolved)
	}
	l.lineage(0, "attach", "@1", "mlflow", "--to", "models:/"+name+"/2")
	models, err := filepath.Glob(filepath.Join(l.dir, "mlruns", "*", "models", v.Target.Resolved.LoggedModel, "artifacts", "MLmodel"))
	if err != nil || len(models) != 1 {
		t.Fatalf("the model is at %v, %v", models, err)
	}
	if err := os.WriteFile(models[0], []byte("other"), 0o644); err != nil {
		t.Fatal(err)
	}
	if v := l.verdict(exitFail, "models:/"+name+"/1"); len(paths(v, verify.ModelBytes)) != 1 {
		t.Errorf("the files that differ: %v", paths(v, verify.ModelBytes))
	}
	// A run after that leaves the store alone: it is not even opened.
	_, summary = l.with("PATH="+os.Getenv("PATH")).lineage(0, "run", "--", "true")
	if strings.Contains(summary, "NOT ATTACHED") {
		t.Errorf("a run that used no MLflow says\n%s", summary)
	}
}
