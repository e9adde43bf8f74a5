package main

import (
	"maps"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/attach/attachtest"
)

// TestJobs runs the scripts of the documented jobs, and of the action, in a clone of
// one commit that is not the run's, against a real MLflow.
func TestJobs(t *testing.T) {
	t.Parallel()
	home, name := newLab(t, attachtest.Server(t)), modelName(t)
	home.write("lineage.policy.yaml", "version: 1\n")
	home.commit("Add a policy")
	home.train(name)
	home.write("later.txt", "x\n")
	home.commit("Work on")
	model := "models:/" + name + "@champion"
	t.Run("GitHub", func(t *testing.T) { githubJob(newAgent(home.in(t)), model) })
	t.Run("action", func(t *testing.T) { githubAction(newAgent(home.in(t)), model) })
	t.Run("hostile inputs", func(t *testing.T) { hostileInputs(newAgent(home.in(t)), model) })
	t.Run("GitLab", func(t *testing.T) { gitlabScript(newAgent(home.in(t)), model) })
	t.Run("Jenkins", func(t *testing.T) { jenkinsStages(newAgent(home.in(t)), model) })
}

func (l *lab) commit(message string) {
	l.Helper()
	l.command("git", "add", "-A")
	l.command("git", "commit", "-q", "-m", message)
}

// wants checks that each text is in what was said.
func (a *agent) wants(said string, texts ...string) {
	a.Helper()
	for _, want := range texts {
		if !strings.Contains(said, want) {
			a.Errorf("%q is not in\n%s", want, said)
		}
	}
}

// ends checks an exit status.
func (a *agent) ends(want, got int, said string) {
	a.Helper()
	if got != want {
		a.Errorf("it ended with %d, want %d:\n%s", got, want, said)
	}
}

// known are GitHub's contexts as they are in the agent.
func (a *agent) known(model string) map[string]string {
	return map[string]string{
		"github.server_url": filepath.Dir(a.remote), "github.repository": filepath.Base(a.remote), "github.token": "t0ken",
		"vars.LINEAGE_SOURCE": a.env["LINEAGE_SOURCE"], "vars.LINEAGE_REF": "HEAD", "vars.MLFLOW_TRACKING_URI": a.env["MLFLOW_TRACKING_URI"],
		"secrets.MLFLOW_TRACKING_TOKEN": "", "inputs.model": model,
	}
}

func githubJob(a *agent, model string) {
	job := parse[workflow](a, documented(a, "yaml")[0]).Jobs["lineage"]
	known := a.known(model)
	known["github.server_url"] = strings.TrimSuffix(a.remote, "/remote.git")
	for name, value := range job.Env {
		a.env[name] = expanded(a, value, known)
	}
	status, said, _, summary := a.steps(job.Steps, known)
	a.ends(0, status, said)
	a.wants(said, "\n::notice title=lineage%3A pass::", "are those of the commit, as read from "+a.remote)
	a.wants(summary, "### lineage: PASS\n")
	a.wants(a.file("lineage-reports/lineage.sarif"), `"executionSuccessful": true`)
	a.wants(a.file("lineage-reports/lineage.json"), `"result": "pass"`)

	a.policy("version: 1\nrequire: pinned\n")
	status, said, _, summary = a.steps(job.Steps[len(job.Steps)-2:], known)
	a.ends(3, status, said)
	a.wants(said, "\n::error title=lineage%3A cannot verify::")
	a.wants(summary, "### lineage: CANNOT VERIFY\n")
	a.wants(a.file("lineage-reports/lineage.sarif"), `"executionSuccessful": false`)
}

// with are the inputs of the action, over their defaults.
func (a *agent) with(act action, known map[string]string, inputs map[string]string) map[string]string {
	all := maps.Clone(known)
	for name, input := range act.Inputs {
		all["inputs."+name] = expanded(a, input.Default, known)
	}
	for name, value := range inputs {
		all["inputs."+name] = value
	}
	return all
}

func githubAction(a *agent, model string) {
	act := parse[action](a, readAction(a))
	root, err := filepath.Abs("../..")
	if err != nil {
		a.Fatal(err)
	}
	known := a.known(model)
	known["github.server_url"] = strings.TrimSuffix(a.remote, "/remote.git")
	uri := a.env["MLFLOW_TRACKING_URI"]
	maps.Copy(a.env, map[string]string{"GITHUB_ACTION_PATH": root, "MLFLOW_TRACKING_URI": "http://127.0.0.1:9"})
	for _, c := range []struct {
		policy, result, annotation string
		status                     int
	}{
		{"version: 1\n", "pass", "::notice title=lineage%3A pass::", 0},
		{"version: 1\nrequire: pinned\n", "cannot verify", "::error title=lineage%3A cannot verify::", 3},
		{"version: 2\n", "", "::error title=lineage%3A cannot verify::", 2},
	} {
		a.policy(c.policy)
		inputs := map[string]string{"model": model, "policy": "lineage.policy.yaml", "tracking-uri": uri, "format": "junit=lineage.xml\r\n\nmarkdown=lineage.md\n"}
		status, said, outputs, summary := a.steps(act.Runs.Steps, a.with(act, known, inputs))
		a.ends(c.status, status, said)
		a.wants("\n"+said, "\n"+c.annotation)
		for name, want := range map[string]string{"result": c.result, "exit-status": string(rune('0' + c.status))} {
			if got := expanded(a, act.Outputs[name].Value, outputs); got != want {
				a.Errorf("output %s is %q, want %q", name, got, want)
			}
		}
		if verdict := a.file(expanded(a, act.Outputs["verdict"].Value, outputs)); (verdict == "") != (c.status == 2) {
			a.Errorf("with status %d the verdict is %q", c.status, verdict)
		}
		a.wants(a.file("lineage.xml"), "<testcase name=\"verdict\"")
		a.wants(summary+a.file("lineage.md"), "### lineage: ")
		if strings.Contains(said, "t0ken") {
			a.Errorf("the token is in\n%s", said)
		}
	}
}

// hostileInputs are words, whatever is in them.
func hostileInputs(a *agent, model string) {
	act := parse[action](a, readAction(a))
	root, err := filepath.Abs("../..")
	if err != nil {
		a.Fatal(err)
	}
	a.env["GITHUB_ACTION_PATH"] = root
	const evil = "$(touch pwned)`touch pwned`\";touch pwned;'|touch pwned\n::set-output name=result::pass\n##[set-output name=result]pass"
	for name := range act.Inputs {
		if name == "working-directory" {
			continue // GitHub's own
		}
		inputs := map[string]string{"model": model, "repo": a.remote, name: evil}
		known := a.known(model)
		status, said, outputs, _ := a.steps(act.Runs.Steps, a.with(act, known, inputs))
		if outputs["steps.verify.outputs.result"] == "pass" != (status == 0) || a.file("pwned") != "" || name != "token" && name != "repo" && name != "data-root" && status == 0 {
			a.Errorf("input %s: it ended with %d and put out %v:\n%s", name, status, outputs, said)
		}
		if _, text := a.script([]string{"bash"}, "ls", nil); strings.Contains(text, "pwned") {
			a.Fatalf("input %s ran a command:\n%s", name, said)
		}
		if regexp.MustCompile(`(?m)^\s*::set-output|##\[set-output`).MatchString(unfenced(said)) {
			a.Errorf("input %s is read as a command:\n%s", name, said)
		}
	}
	status, said, _, _ := a.steps(act.Runs.Steps, a.with(act, a.known(model), map[string]string{"model": "--help"}))
	a.ends(2, status, said)
}

// unfenced is a log without what stands between GitHub's fences.
func unfenced(log string) string {
	token := ""
	var b strings.Builder
	for line := range strings.Lines(log) {
		if t, found := strings.CutPrefix(line, "::stop-commands::"); found && token == "" {
			token = strings.TrimSpace(t)
		}
		if token == "" {
			b.WriteString(line)
		}
		if strings.TrimSpace(line) == "::"+token+"::" {
			token = ""
		}
	}
	return b.String()
}

func gitlabScript(a *agent, model string) {
	job := parse[map[string]gitlabJob](a, documented(a, "yaml")[2])["lineage"]
	maps.Copy(a.env, job.Variables)
	maps.Copy(a.env, map[string]string{"MODEL": model, "CI_REPOSITORY_URL": a.remote})
	script, shell := strings.Join(job.Script, "\n"), []string{"bash", "-e", "-o", "pipefail"}
	status, said := a.script(shell, script, nil)
	a.ends(0, status, said)
	a.wants(said, "PASS: "+model, "are those of the commit, as read from "+a.remote)
	a.wants(a.file("lineage-reports/lineage.xml"), `failures="0" errors="0"`)
	if quality := a.file("lineage-reports/gl-code-quality-report.json"); !strings.HasPrefix(quality, "[") || strings.Contains(quality, `"critical"`) {
		a.Errorf("code quality: %s", quality)
	}
	a.policy("version: 1\nrequire: pinned\n")
	status, said = a.script(shell, script, nil)
	a.ends(3, status, said)
	a.wants(a.file("lineage-reports/gl-code-quality-report.json"), `"critical"`, `"path": "lineage.policy.yaml"`)
	a.wants(a.file("lineage-reports/lineage.md"), "### lineage: CANNOT VERIFY\n")
}

func jenkinsStages(a *agent, model string) {
	maps.Copy(a.env, map[string]string{"MODEL": model, "GIT_URL": a.remote})
	var scripts []string
	for _, m := range regexp.MustCompile(`(?s)sh '''(.*?)'''`).FindAllStringSubmatch(documented(a, "groovy")[0], -1) {
		scripts = append(scripts, strings.ReplaceAll(m[1], "\\\n", "")) // as Groovy reads it
	}
	if len(scripts) != 2 {
		a.Fatalf("the pipeline has %d scripts", len(scripts))
	}
	for _, s := range scripts {
		status, said := a.script([]string{"sh", "-xe"}, s, nil)
		a.ends(0, status, said)
	}
	a.wants(a.file("lineage-reports/lineage.xml"), `failures="0" errors="0"`)
	a.policy("version: 1\nrequire: pinned\n")
	status, said := a.script([]string{"sh", "-xe"}, scripts[1], nil)
	a.ends(3, status, said)
	if strings.Contains(a.file("lineage-reports/lineage.xml"), `errors="0"`) {
		a.Error("the suite is green")
	}
}
