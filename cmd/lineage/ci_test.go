package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

// step is one of a GitHub job or action.
type step struct {
	ID, Name, Uses, If, Run, Shell string
	Env, With                      map[string]string
	WorkingDirectory               string `yaml:"working-directory"`
}

// action is action.yml.
type action struct {
	Inputs  map[string]struct{ Default string }
	Outputs map[string]struct{ Value string }
	Runs    struct{ Steps []step }
}

// workflow is the documented one.
type workflow struct {
	Jobs map[string]struct {
		Env   map[string]string
		Steps []step
	}
}

// gitlabJob is the documented one.
type gitlabJob struct {
	Variables map[string]string
	Script    []string
}

// documented are the code blocks of docs/ci.md in a language.
func documented(t testing.TB, language string) (blocks []string) {
	t.Helper()
	raw, err := os.ReadFile("../../docs/ci.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllSubmatch(raw, -1) {
		blocks = append(blocks, string(m[1]))
	}
	return blocks
}

func parse[T any](t testing.TB, text string) (v T) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return v
}

func readAction(t testing.TB) string {
	t.Helper()
	raw, err := os.ReadFile("../../action.yml")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// TestJobsFitTheirSchemas: the documented jobs and the action are what the CI
// systems' own schemas allow.
func TestJobsFitTheirSchemas(t *testing.T) {
	blocks := documented(t, "yaml")
	if len(blocks) != 3 {
		t.Fatalf("docs/ci.md has %d blocks of YAML", len(blocks))
	}
	steps := "on: push\njobs:\n  lineage:\n    runs-on: x\n    steps:\n" + strings.ReplaceAll(blocks[1], "YOUR-ORGANISATION/lineage@COMMIT", "ada/lineage@0123456")
	for _, c := range []struct{ schema, text string }{
		{"github-workflow.json", blocks[0]}, {"github-workflow.json", steps}, {"gitlab-ci.json", blocks[2]}, {"github-action.json", readAction(t)},
	} {
		raw, err := os.ReadFile("../../testdata/schemas/" + c.schema)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		compiler := jsonschema.NewCompiler()
		if err := compiler.AddResource("file:///"+c.schema, doc); err != nil {
			t.Fatal(err)
		}
		if err := compiler.MustCompile("file:///" + c.schema).Validate(parse[any](t, c.text)); err != nil {
			t.Errorf("%s: %v\n%s", c.schema, err, c.text)
		}
	}
}

// TestNoExpressionInScripts: what comes from outside reaches a script by its
// environment, and each action is one commit.
func TestNoExpressionInScripts(t *testing.T) {
	steps := parse[action](t, readAction(t)).Runs.Steps
	for _, j := range parse[workflow](t, documented(t, "yaml")[0]).Jobs {
		steps = append(steps, j.Steps...)
	}
	for _, s := range steps {
		if strings.Contains(s.Run, "${{") {
			t.Errorf("%s has an expression in its script", s.Name)
		}
		if s.Uses != "" && !regexp.MustCompile(`^[a-z-]+/[a-z-]+@[0-9a-f]{40}$`).MatchString(s.Uses) {
			t.Errorf("%q is no commit", s.Uses)
		}
		if v, isGo := s.With["go-version"]; isGo && !strings.Contains(goMod(t), "\ngo "+v+".") {
			t.Errorf("go-version %q is not that of go.mod", v)
		}
	}
}

func goMod(t testing.TB) string {
	t.Helper()
	raw, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// agent is a machine of a CI system, with a clone of one commit.
type agent struct {
	*lab
	dir, remote, temp string
	env               map[string]string
}

// newAgent clones one commit of the lab's repository, in which the run took place
// at another one. Its go does not build, but puts the program in place.
func newAgent(l *lab) *agent {
	l.Helper()
	top := l.TempDir()
	a := &agent{lab: l, dir: filepath.Join(top, "clone"), remote: "file://" + filepath.Join(top, "remote.git"), temp: filepath.Join(top, "temp"), env: map[string]string{}}
	l.command("git", "clone", "-q", "--bare", l.dir, filepath.Join(top, "remote.git"))
	l.command("git", "clone", "-q", "--depth", "1", a.remote, a.dir)
	source := filepath.Join(top, "source")
	l.command("git", "init", "-q", source)
	if err := errors.Join(os.MkdirAll(a.temp, 0o755), os.MkdirAll(filepath.Join(source, "cmd", "lineage"), 0o755), os.WriteFile(filepath.Join(source, "cmd", "lineage", "main.go"), nil, 0o644)); err != nil {
		l.Fatal(err)
	}
	l.command("git", "-C", source, "add", "-A")
	l.command("git", "-C", source, "commit", "-q", "-m", "source")
	for _, e := range l.env {
		name, value, _ := strings.Cut(e, "=")
		a.env[name] = value
	}
	a.env["PATH"] = a.fakeGo(filepath.Join(top, "go")) + string(filepath.ListSeparator) + a.env["PATH"]
	maps.Copy(a.env, map[string]string{"LINEAGE_SOURCE": "file://" + source, "LINEAGE_REF": "HEAD", "RUNNER_TEMP": a.temp, "WORKSPACE_TMP": a.temp, "TMPDIR": a.temp})
	return a
}

// fakeGo is a folder with a go that knows one command: the one that the jobs use.
func (a *agent) fakeGo(dir string) string {
	a.Helper()
	program, err := exec.LookPath("lineage")
	if err != nil {
		a.Fatal(err)
	}
	script := `#!/bin/sh
set -e
[ "$1" = build ] && [ "$CGO_ENABLED" = 0 ] && [ -f cmd/lineage/main.go ]
while [ "$1" != -o ]; do shift; done
[ "$3" = ./cmd/lineage ]
mkdir -p "$2" && ln -sf ` + program + ` "$2/lineage"
`
	if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(filepath.Join(dir, "go"), []byte(script), 0o755)); err != nil {
		a.Fatal(err)
	}
	return dir
}

// script runs one as a CI system does, in the clone, and gives the exit status and
// all that it said.
func (a *agent) script(shell []string, text string, env map[string]string) (status int, said string) {
	a.Helper()
	file := filepath.Join(a.TempDir(), "script")
	if err := os.WriteFile(file, []byte(text), 0o755); err != nil {
		a.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(a.Context(), patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, shell[0], append(shell[1:], file)...)
	cmd.Dir, cmd.WaitDelay = a.dir, time.Second
	for name, value := range a.env {
		if _, over := env[name]; !over {
			cmd.Env = append(cmd.Env, name+"="+value)
		}
	}
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if ctx.Err() != nil || err != nil && !errors.As(err, &exit) {
		a.Fatalf("%v, %v\n%s", err, ctx.Err(), out)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}

// file is the content of one, "" where it is not there.
func (a *agent) file(path string) string {
	if !filepath.IsAbs(path) {
		path = filepath.Join(a.dir, path)
	}
	raw, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		a.Error(err)
	}
	return string(raw)
}

// policy writes the policy of the clone.
func (a *agent) policy(text string) {
	a.Helper()
	if err := os.WriteFile(filepath.Join(a.dir, "lineage.policy.yaml"), []byte(text), 0o644); err != nil {
		a.Fatal(err)
	}
}

var expression = regexp.MustCompile(`\$\{\{ *(.*?) *\}\}`)

// expanded is a value of a workflow with its expressions worked out.
func expanded(t testing.TB, value string, known map[string]string) string {
	t.Helper()
	return expression.ReplaceAllStringFunc(value, func(e string) string {
		name := expression.FindStringSubmatch(e)[1]
		worth, found := known[name]
		if !found {
			t.Errorf("nobody knows %s", e)
		}
		return worth
	})
}

// steps runs the scripts of a GitHub job or action until one fails, with the files
// that GitHub gives them, and says what they said and put out.
func (a *agent) steps(all []step, known map[string]string) (status int, said string, outputs map[string]string, summary string) {
	a.Helper()
	outputs = map[string]string{}
	for i, s := range all {
		if s.Run == "" {
			continue
		}
		env := map[string]string{"GITHUB_ACTIONS": "true"}
		for _, name := range []string{"GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"} {
			env[name] = filepath.Join(a.temp, fmt.Sprint(name, i))
		}
		for name, value := range s.Env {
			env[name] = expanded(a, value, known)
		}
		shell := []string{"bash", "-e"}
		if s.Shell == "bash" {
			shell = []string{"bash", "--noprofile", "--norc", "-e", "-o", "pipefail"}
		}
		var text string
		status, text = a.script(shell, s.Run, env)
		said += text
		for line := range strings.Lines(a.file(env["GITHUB_OUTPUT"])) {
			name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
			outputs["steps."+s.ID+".outputs."+name] = value
		}
		for line := range strings.Lines(a.file(env["GITHUB_PATH"])) {
			a.env["PATH"] = strings.TrimSuffix(line, "\n") + string(filepath.ListSeparator) + a.env["PATH"]
		}
		summary += a.file(env["GITHUB_STEP_SUMMARY"])
		if status != 0 {
			return status, said, outputs, summary
		}
	}
	return status, said, outputs, summary
}
