package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// prompt keeps a program that was built with the race detector from waiting a second
// before it ends, which is most of what these tests would do.
const prompt = "GORACE=atexit_sleep_ms=0"

func TestMain(m *testing.M) {
	name, value, _ := strings.Cut(prompt, "=")
	os.Setenv(name, value)
	testscript.Main(m, map[string]func(){"lineage": func() { os.Exit(realMain()) }})
}

// TestScripts runs the command as people do: one behaviour in each script of
// testdata/script. HOME and all configuration of git are the script's own.
func TestScripts(t *testing.T) {
	venv := makeVenv(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               func(env *testscript.Env) error { return setUp(env, venv) },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits,
			"repo":  repo,
			"flip":  flip,
			"serve": serve,
		},
	})
}

// makeVenv makes the virtual environment that the scripts find as python: with pip
// and nothing else, so that its files are hashed in no time.
func makeVenv(t *testing.T) string {
	venv := filepath.Join(t.TempDir(), "venv")
	if out, err := exec.Command("python3", "-m", "venv", venv).CombinedOutput(); err != nil {
		t.Fatalf("making a virtual environment (Python 3 with its venv module is needed): %v\n%s", err, out)
	}
	return venv
}

// imageOfTests is for runs that must have no gap, wherever the tests run: in a
// container nothing else tells its image.
const imageOfTests = "LINEAGE_IMAGE=example.org/tests@sha256:1111111111111111111111111111111111111111111111111111111111111111"

func setUp(env *testscript.Env, venv string) error {
	home := filepath.Join(env.WorkDir, ".home")
	docs, err := filepath.Abs("../../docs")
	if err != nil {
		return err
	}
	env.Vars = append(env.Vars,
		"PATH="+filepath.Join(venv, "bin")+string(filepath.ListSeparator)+os.Getenv("PATH"),
		"HOME="+home, "XDG_DATA_HOME="+filepath.Join(home, "data"), "TZ=UTC", "LANG=C.UTF-8", "USER=ada", "DOCS="+docs,
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_AUTHOR_NAME=Ada", "GIT_AUTHOR_EMAIL=ada@example.org", "GIT_COMMITTER_NAME=Ada", "GIT_COMMITTER_EMAIL=ada@example.org", imageOfTests, prompt,
	)
	return os.MkdirAll(home, 0o700)
}

// exits STATUS COMMAND [ARG…] runs a command that must end with the status. Its
// output is for stdout and stderr, as that of exec.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits STATUS COMMAND [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if got != want {
		ts.Fatalf("%v ended with %d, want %d", args[1:], got, want)
	}
}

// repo makes the current folder a repository, with all that is in it committed.
func repo(ts *testscript.TestScript, _ bool, _ []string) {
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "-A"}, {"commit", "-q", "-m", "start", "--allow-empty"}} {
		ts.Check(ts.Exec("git", args...))
	}
}

// flip FILE OFFSET changes one byte of a file.
func flip(ts *testscript.TestScript, _ bool, args []string) {
	path := ts.MkAbs(args[0])
	content, err := os.ReadFile(path)
	ts.Check(err)
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	content[at] ^= 1
	ts.Check(os.Chmod(path, 0o600))
	ts.Check(os.WriteFile(path, content, 0o600))
}

// serve FOLDER serves it over HTTP until the script ends; URL is where.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: serve FOLDER")
	}
	s := httptest.NewServer(http.FileServer(http.Dir(ts.MkAbs(args[0]))))
	ts.Defer(s.Close)
	ts.Setenv("URL", s.URL)
}
