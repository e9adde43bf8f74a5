package git

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// misleading variables: with each of them plain git sees something else, or fails.
var misleading = []string{
	"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
	"GIT_NAMESPACE", "GIT_CEILING_DIRECTORIES", "GIT_CONFIG", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_PARAMETERS",
	"GIT_CONFIG_COUNT", "GIT_DEFAULT_HASH", "GIT_SHALLOW_FILE", "GIT_GRAFT_FILE", "GIT_REPLACE_REF_BASE", "GIT_PREFIX", "GIT_ATTR_SOURCE",
	"GIT_EXEC_PATH", "GIT_TRACE", "GIT_TRACE2", "GIT_TRACE_SETUP", "GIT_LITERAL_PATHSPECS", "GIT_GLOB_PATHSPECS", "GIT_ICASE_PATHSPECS",
	"GIT_INTERNAL_SUPER_PREFIX", "GIT_QUARANTINE_PATH", "GIT_IMPLICIT_WORK_TREE", "GIT_DISCOVERY_ACROSS_FILESYSTEM", "GIT_TEST_FSMONITOR", "GIT_FLUSH",
}

func TestEnvironmentIsScrubbed(t *testing.T) {
	f := newFixture(t)
	want, _ := f.judge()
	state := f.state()
	for _, value := range []string{"/nowhere", "1"} {
		f.environ = nil
		for _, name := range misleading {
			f.environ = append(f.environ, name+"="+value)
		}
		got, _ := f.judge()
		if d := cmp.Diff(string(want.Patch().Bytes()), string(got.Patch().Bytes())); d != "" || got.State != Clean {
			t.Errorf("state %q (-want +got):\n%s", got.State, d)
		}
		if d := cmp.Diff(state, f.state(), sameTime); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
		if r, err := f.source(f.root).Reachable(t.Context(), f.head(), nil); err != nil || !r.Reachable {
			t.Errorf("%+v %v", r, err)
		}
	}
}

// TestNothingElseIsPassedOn: of the user's environment a repository is read with
// what git needs to start, and nothing more.
func TestNothingElseIsPassedOn(t *testing.T) {
	f := newFixture(t)
	o := f.options()
	o.Env = append(o.Env, "TOKEN=secret", "git_dir=/x", "LD_PRELOAD=/nowhere.so", "PAGER=x")
	git, err := o.local(f.path(".git"), f.root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range git.env {
		if strings.Contains(e, "secret") || strings.Contains(e, f.home) && !strings.HasPrefix(e, "PATH=") || strings.HasPrefix(e, "LD_PRELOAD") || strings.HasPrefix(e, "PAGER") {
			t.Errorf("passed on: %q", e)
		}
	}
	fetch, err := o.remote(f.path(".git"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range fetch.env {
		if strings.HasPrefix(e, "GIT_AUTHOR") || strings.HasPrefix(e, "git_dir") {
			t.Errorf("passed on for a fetch: %q", e)
		}
	}
	if v, _ := lookup(fetch.env, "TOKEN"); v != "secret" {
		t.Error("the user's own set-up does not reach a fetch")
	}
}

func TestMessagesAreHarmless(t *testing.T) {
	said := &tail{max: 60}
	for range 3 {
		said.Write([]byte("\x1b[31mremote:\x07 no\r\nhttps://u:p@h/x\xff \u0085end\n"))
	}
	got := redact(said.String())
	if strings.ContainsAny(got, "\x1b\x07\r\n\u0085") || strings.Contains(got, "u:p") || !strings.Contains(got, "https://h/x") {
		t.Errorf("%q", got)
	}
}
