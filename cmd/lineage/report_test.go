package main

import (
	"bytes"
	"encoding/json"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/lineage-audit/lineage/report/page"
	"github.com/lineage-audit/lineage/verify"
)

// reported is what these tests read of lineage.report/v1.
type reported struct {
	Verdict verify.Verdict
	Checks  []struct {
		ID     verify.CheckID
		ByHand []struct{ Command, Prints []string }
	}
	Before struct{ What, Why string }
}

// report makes the page of a model as JSON, checks it against its schema, and runs
// every command that it prints, as it is printed: each must print what the page says.
// It gives the checks that had commands.
func (l *lab) report(model string, args ...string) (reported, []verify.CheckID) {
	l.Helper()
	raw, _ := l.lineage(0, append([]string{"report", model, "--format", "json"}, args...)...)
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(raw))
	if err == nil {
		err = reportSchema(l).Validate(doc)
	}
	var r reported
	if err == nil {
		err = json.Unmarshal([]byte(raw), &r)
	}
	if err != nil {
		l.Fatalf("the page does not fit its schema: %v\n%s", err, raw)
	}
	shown, _ := l.lineage(0, append([]string{"report", model}, args...)...)
	var checked []verify.CheckID
	for _, c := range r.Checks {
		for _, s := range c.ByHand {
			command := strings.Join(s.Command, "\n")
			l.byHand(string(c.ID), command, strings.Join(s.Prints, "\n")+"\n")
			if !strings.Contains(html.UnescapeString(shown), command) {
				l.Errorf("%s: the HTML does not have the command %s", c.ID, command)
			}
		}
		if len(c.ByHand) > 0 {
			checked = append(checked, c.ID)
		}
	}
	return r, checked
}

func reportSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	for name, raw := range map[string][]byte{"verdict": verify.SchemaJSON, "report": page.SchemaJSON} {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err == nil {
			err = c.AddResource("https://github.com/lineage-audit/lineage/"+name+".schema.json", doc)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return c.MustCompile("https://github.com/lineage-audit/lineage/report.schema.json")
}

// byHand runs a command as a person does who pastes it.
func (l *lab) byHand(id, command, want string) {
	l.Helper()
	cmd := exec.CommandContext(l.Context(), "bash", "-c", command)
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = l.dir, l.env, &out, &errs
	if err := cmd.Run(); err != nil || out.String() != want {
		l.Errorf("%s: %s\nprints %q, where the page says %q: %v\n%s", id, command, &out, want, err, &errs)
	}
}

// plainLab is a lab without MLflow, with files that have names which a shell or a
// tool would take for something else.
func plainLab(t *testing.T) *lab {
	top, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	l := &lab{t, filepath.Join(top, "it's a work"), []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + top, "TZ=UTC", "LANG=C.UTF-8", "USER=ada", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.org", "PYTHONDONTWRITEBYTECODE=1",
	}, new(strings.Builder)}
	for path, content := range map[string]string{
		"train.py": trainTwo, "data/-x": "1", "data/it's $(id) ##vso[x].csv": "2", "data/a\nb\\c": "3", "data/deep/ü ": "4", "tables/a b": "6", "tables/deep/-c": "7", "-p.csv": "5",
		".gitignore": "/model\n/one.bin\n/data\n", "lineage.yaml": "version: 1\ninputs: [data, ./-p.csv, tables]\npreprocessing: [train.py]\noutputs: [model, one.bin]\n",
	} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(l.dir, path)), 0o755); err != nil {
			t.Fatal(err)
		}
		l.write(path, content)
	}
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "-A"}, {"commit", "-q", "-m", "start"}} {
		l.command("git", args...)
	}
	return l
}

const trainTwo = `import os, sys
os.makedirs("model/-deep", exist_ok=True)
for name in ("weights", "-deep/con fig"):
    with open("model/" + name, "w") as f:
        f.write(name + "".join(sys.argv[1:]))
with open("one.bin", "w") as f:
    f.write("one" + "".join(sys.argv[1:]))
`

// TestReportByHand: the commands of a page work as printed, on a repository, a store,
// folders and files with names that mean something to a shell.
func TestReportByHand(t *testing.T) {
	t.Parallel()
	l := plainLab(t)
	l.lineage(0, "run", "-q", "--", "python3", "train.py")
	for _, model := range []string{"model", "./model/", "one.bin", filepath.Join(l.dir, "model")} {
		r, checked := l.report(model, "--repo", ".")
		for _, id := range []verify.CheckID{
			verify.RecordStrict, verify.RecordUnambiguous, verify.ModelBytes, verify.RunCompleted, verify.CodeCaptured, verify.DataCaptured,
			verify.EnvironmentCaptured, verify.InputsObserved, verify.InputsAvailable, verify.PreprocessingCaptured, verify.GitReachable, verify.GapsNone,
		} {
			if !slices.Contains(checked, id) {
				t.Errorf("%s: no command for %s", model, id)
			}
		}
		if r.Before.Why == "" {
			t.Errorf("%s: there is a version before the first one: %q", model, r.Before.What)
		}
	}
	// What is in the commit alone is had from there.
	l.command("mv", "tables", "./-p.csv", "..")
	if r, checked := l.report("model"); statusOf(r.Verdict, verify.InputsAvailable) != verify.Held || !slices.Contains(checked, verify.InputsAvailable) {
		t.Errorf("with data in the commit inputs.available is %s, and there are commands for %v", statusOf(r.Verdict, verify.InputsAvailable), checked)
	}
	l.command("mv", "../tables", "../-p.csv", ".")
	// What the data are now is what the commands print.
	l.write("data/-x", "other")
	if r, checked := l.report("model"); r.Verdict.Result != verify.Fail || !slices.Contains(checked, verify.InputsAvailable) {
		t.Errorf("with other data the verdict is %s, and there are commands for %v", r.Verdict.Result, checked)
	}
	// From a folder within, and of a later run: there is a version before.
	l.lineage(0, "run", "-q", "--", "python3", "train.py", "again")
	within := *l
	within.dir = filepath.Join(l.dir, "data")
	r, checked := within.report("../model", "--repo", "..")
	if !slices.Contains(checked, verify.ModelBytes) || r.Before.Why != "" || !strings.Contains(r.Before.What, "repo:model") {
		t.Errorf("before: %q, why not: %q; commands for %v", r.Before.What, r.Before.Why, checked)
	}
}

// evidencePage: the same of a model that a server keeps, and of its record there.
func (s *scene) evidencePage(home *lab) {
	for model, l := range map[string]*lab{s.version(): s.lab, s.alias(): home} {
		r, checked := l.report(model)
		for _, id := range []verify.CheckID{verify.RecordStrict, verify.ModelBytes, verify.RegistryAgrees, verify.GapsNone} {
			if !slices.Contains(checked, id) {
				s.Errorf("%s: no command for %s", model, id)
			}
		}
		if r.Before.Why != "there is no version before this one" {
			s.Errorf("before version 1: %+v", r.Before)
		}
	}
	if said, _ := s.lineage(0, "report", "models:/"+s.name+"/2", "--format", "markdown"); !strings.Contains(said, "it was made by the same run") {
		s.Errorf("of version 2 it is not said that version 1 is of the same run:\n%s", said)
	}
}
