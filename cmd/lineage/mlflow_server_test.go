package main

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/attach/attachtest"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/verify"
)

// One training on a real server, to which a token is needed, and all that may become
// of what it left. Verifications take place on another machine, unless it is said
// otherwise: what the record is had from is the server.
func TestMLflow(t *testing.T) {
	t.Parallel()
	const token = "t0ken-of-ada"
	server := rest{t, attachtest.Server(t)}
	guarded := newFront(t, server.uri)
	guarded.only("Bearer " + token)
	home, name, copied := newLab(t, server.uri), modelName(t), filepath.Join(t.TempDir(), "copied")
	r, summary := home.at(guarded.URL).with("MLFLOW_TRACKING_TOKEN="+token).train(name, copied)
	d := server.trainedAs(name)
	l := home.elsewhere()
	s := &scene{l, server, r, d}
	t.Run("carries the record", func(t *testing.T) { s.in(t).carries(summary) })
	t.Run("every reference", func(t *testing.T) { s.in(t).references() })
	t.Run("the evidence page", func(t *testing.T) { s.in(t).evidencePage(home.in(t)) })
	t.Run("a copy", func(t *testing.T) { s.in(t).copies(home.in(t), copied) })
	t.Run("credentials", func(t *testing.T) { s.in(t).credentials(home.in(t), guarded, token) })
	t.Run("a model that was changed", func(t *testing.T) { s.in(t).changedModels() })
	t.Run("a record that was changed", func(t *testing.T) { s.in(t).changedRecords(home.in(t)) })
	t.Run("a server that lies", func(t *testing.T) { s.in(t).lies() })
	t.Run("an alias that moves", func(t *testing.T) { s.in(t).aliasMoves() })
	t.Run("a model of another run", func(t *testing.T) { s.in(t).othersModels(home.in(t)) })
}

// scene is what the tests of one training share.
type scene struct {
	*lab
	server rest
	record *record.Record
	trained
}

// in is the same scene for a subtest.
func (s *scene) in(t testing.TB) *scene {
	return &scene{s.lab.in(t), rest{t, s.server.uri}, s.record, s.trained}
}

// version is the reference to the model, and alias the one by its alias.
func (s *scene) version() string { return "models:/" + s.name + "/1" }
func (s *scene) alias() string   { return "models:/" + s.name + "@champion" }

// Run, logged models and versions name the record, the run keeps it, and the record
// has the models' bytes, read back from the server, among its subjects.
func (s *scene) carries(summary string) {
	id := s.record.ID().String()
	for _, want := range []string{"mlflow run ", s.run, "logged-model model " + s.model, "model-version " + s.name + " 1", "model-version " + s.name + " 2", id} {
		if !strings.Contains(summary, want) {
			s.Errorf("the summary does not have %q:\n%s", want, summary)
		}
	}
	model := s.server.call(http.MethodGet, api+"logged-models/"+s.model, nil)
	version := s.server.call(http.MethodGet, api+"model-versions/get?version=1&name="+s.name, nil)
	for what, entry := range map[string]any{
		"run": at(s.server.run(s.run), "data", "tags"), "model": at(model, "model", "info", "tags"), "version": at(version, "model_version", "tags"),
	} {
		if got := tags(entry); got["lineage.record"] != id || got["lineage.record."+id] != s.record.Invocation().String() {
			s.Errorf("the tags of the %s are %v", what, got)
		}
	}
	if raw := s.server.read(s.records + "/" + id + ".intoto.json"); string(raw) != string(s.record.Bytes()) {
		s.Errorf("the run keeps %d bytes of a record of %d", len(raw), len(s.record.Bytes()))
	}
	origins := map[string]int{}
	for _, o := range s.record.Outputs() {
		if o.Annotations.Origin != nil {
			origins[o.Annotations.Origin.ID]++
		}
	}
	if len(origins) != 2 || origins[s.model] < 3 {
		s.Errorf("the outputs are of %v; want two logged models", origins)
	}
	if tracking := s.record.Byproducts(record.RoleTracking); len(tracking) != 1 || tracking[0].Annotations.Origin.ID != s.run {
		s.Errorf("what the server knows of the run: %v", tracking)
	}
}

func (s *scene) references() {
	for _, model := range []string{s.version(), s.alias(), "models:/" + s.model, "runs:/" + s.run + "/model"} {
		v := s.verdict(exitPass, model)
		if v.Target.Asked != model || v.Record == nil || *v.Record != s.record.ID() || v.Reached != verify.Traced {
			s.Errorf("%s: asked %q, record %v, reached %s", model, v.Target.Asked, v.Record, v.Reached)
		}
		if r := v.Target.Resolved; r.LoggedModel != s.model || r.Run != s.run || v.Target.Digest.Tree == nil || *v.Target.DigestAgain.Tree != *v.Target.Digest.Tree {
			s.Errorf("%s: resolved to %+v, digest %v", model, r, v.Target.Digest)
		}
	}
	v := s.verdict(exitPass, s.alias())
	if r := v.Target.Resolved; r.Name != s.name || r.Alias != "champion" || r.Version != "1" || r.Source != "models:/"+s.model || !cmp.Equal(r, v.Target.Again) {
		s.Errorf("the alias was resolved to %+v, and again to %+v", r, v.Target.Again)
	}
	stdout, _ := s.lineage(exitPass, "verify", s.alias())
	for _, want := range []string{"PASS", "version 1", "alias champion", s.model, s.record.ID().String(), v.Target.Digest.Tree.String()} {
		if !strings.Contains(stdout, want) {
			s.Errorf("the verdict does not say %q:\n%s", want, stdout)
		}
	}
	s.verdict(exitPass, "models:/"+s.name+"/2")
	// What the run keeps beside its models is no output that the record names.
	s.refuses("runs:/"+s.run+"/notes", "verify", "runs:/"+s.run+"/notes")
	for _, gone := range []string{"models:/" + s.name + "/9", "models:/" + s.name + "@nobody", "runs:/" + strings.Repeat("0", 32) + "/model"} {
		s.verdict(exitCannot, gone)
	}
}

// copies: what MLflow's client downloads is the model, with one file of its own.
func (s *scene) copies(home *lab, copied string) {
	meta := filepath.Join(copied, "registered_model_meta")
	content, err := os.ReadFile(meta)
	if err != nil {
		s.Fatal(err)
	}
	home.verdict(exitPass, copied)
	s.verdict(exitCannot, copied) // nobody told this machine of a record
	for _, other := range []string{"import os\n", string(content) + "more: x\n"} {
		if err := os.WriteFile(meta, []byte(other), 0o644); err != nil {
			s.Fatal(err)
		}
		if v := home.verdict(exitCannot, copied); statusOf(v, verify.ModelBytes) != verify.Lacking {
			s.Errorf("with %q in %s: model.bytes %s", other, filepath.Base(meta), statusOf(v, verify.ModelBytes))
		}
	}
	if err := os.WriteFile(meta, content, 0o644); err != nil {
		s.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(copied, "MLmodel"), []byte("other"), 0o644); err != nil {
		s.Fatal(err)
	}
	home.refuses("MLmodel", "verify", copied)
}

// credentials: the variables of MLflow's client are ours, and none of what they hold
// is ever written or printed.
func (s *scene) credentials(home *lab, guarded *front, token string) {
	const password = "passw0rd-of-ada"
	wrong := "wr0ng-of-ada"
	l := home.at(guarded.URL)
	l.with("MLFLOW_TRACKING_TOKEN="+token).verdict(exitPass, s.alias())
	l.with("MLFLOW_TRACKING_TOKEN="+token).lineage(exitPass, "attach", "@1", "mlflow")
	guarded.only("Basic YWRhOnBhc3N3MHJkLW9mLWFkYQ==") // ada:passw0rd-of-ada
	l.with("MLFLOW_TRACKING_USERNAME=ada", "MLFLOW_TRACKING_PASSWORD="+password).verdict(exitPass, s.alias())
	l.at(strings.Replace(guarded.URL, "http://", "http://ada:"+password+"@", 1)).verdict(exitPass, s.alias())
	for _, bad := range []*lab{
		l.with("MLFLOW_TRACKING_TOKEN=" + wrong), l.with("MLFLOW_TRACKING_USERNAME=ada", "MLFLOW_TRACKING_PASSWORD="+wrong),
		l.at(strings.Replace(guarded.URL, "http://", "http://ada:"+wrong+"@", 1)),
	} {
		if v := bad.verdict(exitCannot, s.alias()); !strings.Contains(v.Reason, "refused") {
			s.Errorf("refused with %q", v.Reason)
		}
		if _, said := bad.lineage(0, "run", "--", "true"); !strings.Contains(said, "NOT ATTACHED") || !strings.Contains(said, "refused") {
			s.Errorf("run says %q", said)
		}
		bad.lineage(0, "show", "@1")
	}
	if _, said := l.lineage(exitFail, "attach", "@1", "mlflow"); !strings.Contains(said, "refused") {
		s.Errorf("attach says %q", said)
	}
	everything := allFiles(s, filepath.Join(home.dir, ".lineage"))
	everything["what was printed"] = home.said.String()
	for where, content := range everything {
		for _, secret := range []string{token, password, wrong, "YWRhOnBhc3N3MHJkLW9mLWFkYQ"} {
			if strings.Contains(content, secret) {
				s.Errorf("%q stands in %s", secret, where)
			}
		}
	}
}

// changedModels: whoever can write to the server's store changes the model, and puts
// it back.
func (s *scene) changedModels() {
	read := func(path string) []byte { return s.server.read(s.files + "/" + path) }
	put := func(path string, content []byte) { s.server.put(s.files+"/"+path, content) }
	remove := func(path string) { s.server.remove(s.files + "/" + path) }
	mlmodel, pickle := read("MLmodel"), read("python_model.pkl")
	whole := map[string][]byte{"MLmodel": mlmodel, "python_model.pkl": pickle}
	all := slices.Sorted(slices.Values([]string{"MLmodel", "python_model.pkl", "conda.yaml", "python_env.yaml", "requirements.txt"}))
	for _, path := range all {
		whole[path] = read(path)
	}
	flipped := slices.Clone(pickle)
	flipped[len(flipped)/2] ^= 1
	for _, tt := range []struct {
		name   string
		change func()
		want   []string
	}{
		{"one byte", func() { put("python_model.pkl", flipped) }, []string{"python_model.pkl"}},
		{"a file added", func() { put("code/evil.py", []byte("import os\n")) }, []string{"code/evil.py"}},
		{"a client's file added", func() { put("registered_model_meta", []byte("model_name: x\nmodel_version: '1'\n")) }, []string{"registered_model_meta"}},
		{"a file removed", func() { remove("requirements.txt") }, []string{"requirements.txt"}},
		{"a file renamed", func() { remove("MLmodel"); put("MLMODEL", mlmodel) }, []string{"MLMODEL", "MLmodel"}},
		{"a file emptied", func() { put("python_model.pkl", nil) }, []string{"python_model.pkl"}},
		{"two files swapped", func() { put("MLmodel", pickle); put("python_model.pkl", mlmodel) }, []string{"MLmodel", "python_model.pkl"}},
		{"every file removed", func() {
			for _, path := range all {
				remove(path)
			}
		}, nil},
	} {
		tt.change()
		v := s.verdict(exitFail, s.alias())
		if statusOf(v, verify.ModelBytes) != verify.Failed {
			s.Errorf("%s: model.bytes %s", tt.name, statusOf(v, verify.ModelBytes))
		}
		if got := paths(v, verify.ModelBytes); tt.want != nil {
			if diff := cmp.Diff(tt.want, got); diff != "" {
				s.Errorf("%s: paths (-want +got):\n%s", tt.name, diff)
			}
		}
		for _, added := range []string{"code/evil.py", "registered_model_meta", "MLMODEL"} {
			if slices.Contains(tt.want, added) {
				remove(added)
			}
		}
		for path, content := range whole {
			put(path, content)
		}
	}
	s.verdict(exitPass, s.alias())
}
