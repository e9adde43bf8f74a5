//go:build unix

package capture_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lineage-audit/lineage/capture"
	"github.com/lineage-audit/lineage/record"
)

// left is what a run may leave at a declared place.
var left = map[string]struct {
	before string
	script string
	output string
	want   string // names of outputs, without repo:
	gaps   string // "kind what", likewise
}{
	"a file":                      {script: "echo 1 >m", output: "m", want: "m"},
	"an empty file":               {script: ": >m", output: "m", want: "m"},
	"a file in a new folder":      {script: "mkdir -p a/b; echo 1 >a/b/m", output: "a/b/m", want: "a/b/m"},
	"a folder":                    {script: "mkdir -p m/n; echo 1 >m/a; echo 2 >m/n/b", output: "m", want: "m m/a m/n/b"},
	"outside the repository":      {script: "echo 1 >../m", output: "../m", want: "abs:DIR/m"},
	"nothing":                     {script: ":", output: "m", gaps: "output-missing m"},
	"nothing in its folder":       {before: "mkdir d", script: "rmdir d", output: "d/m", gaps: "output-missing d/m"},
	"an empty folder":             {script: "mkdir m", output: "m", gaps: "output-missing m"},
	"removed by the run":          {before: "echo 1 >m", script: "rm m", output: "m", gaps: "output-missing m"},
	"untouched":                   {before: "echo 1 >m", script: ":", output: "m", gaps: "output-untouched m"},
	"read only":                   {before: "echo 1 >m", script: "cat m", output: "m", gaps: "output-untouched m"},
	"written once more":           {before: "echo 1 >m", script: "echo 1 >m", output: "m", want: "m"},
	"written, times restored":     {before: "echo 1 >m", script: "touch -r m ../r; echo 2 >m; touch -r ../r m", output: "m", want: "m"},
	"moved there":                 {before: "echo 1 >m", script: "cp m n; mv n m", output: "m", want: "m"},
	"one file is stale":           {before: "mkdir m; echo 1 >m/old", script: "echo 2 >m/new", output: "m", want: "m/new", gaps: "output-untouched m/old"},
	"a file for a folder":         {before: "mkdir m; echo 1 >m/old", script: "rm -r m; echo 2 >m", output: "m", want: "m"},
	"a folder for a file":         {before: "echo 1 >m", script: "rm m; mkdir m; echo 1 >m/a", output: "m", want: "m m/a"},
	"a link":                      {script: "echo 1 >n; ln -s n m", output: "m", want: "m"},
	"a link out of the tree":      {before: "mkdir ../far; ln -s ../far m", script: "echo 1 >m/a", output: "m", want: "m m/a"},
	"stale behind a link":         {before: "mkdir ../far; echo 1 >../far/a; ln -s ../far m", script: ":", output: "m", gaps: "output-untouched m/a"},
	"a link that led to nothing":  {before: "ln -s ../far m", script: "echo 1 >../far", output: "m", want: "m"},
	"a link that leads nowhere":   {script: "ln -s ../far m", output: "m", gaps: "output-missing m"},
	"a link to nothing in it":     {script: "mkdir m; echo 1 >m/a; ln -s none m/b", output: "m", gaps: "output-not-hashed m"},
	"a cycle":                     {script: "mkdir m; echo 1 >m/a; ln -s ../m m/b", output: "m", gaps: "output-not-hashed m"},
	"a FIFO":                      {script: "mkfifo m", output: "m", gaps: "output-not-hashed m"},
	"a FIFO in it":                {script: "mkdir m; mkfifo m/a", output: "m", gaps: "output-not-hashed m"},
	"a link to endless bytes":     {script: "ln -s /dev/random m", output: "m", gaps: "output-not-hashed m"},
	"a file named dash":           {script: "mkdir m; echo 1 >m/-", output: "m", gaps: "output-not-hashed m"},
	"an input in it":              {before: "mkdir m; echo 1 >m/in", script: "echo 2 >m/new", output: "m", want: "m m/in m/new"},
	"its parent is not made":      {script: ":", output: "a/b/m", gaps: "output-missing a/b/m"},
	"the parent is a file now":    {script: "echo 1 >a", output: "a/m", gaps: "output-not-hashed a/m"},
	"code is written over":        {script: "echo 1 >>train.py", output: "train.py", want: "train.py"},
	"the whole tree":              {before: "rm -r * .git", script: "echo 1 >m", output: ".", want: ". m"},
	"an empty file stood there":   {before: "mkdir m; : >m/.gitkeep", script: "echo 2 >m/new", output: "m", want: "m m/.gitkeep m/new"},
	"many stale files":            {before: "mkdir m; for i in $(seq 150); do echo 1 >m/$i; done", script: ":", output: "m"},
	"a sidecar stands beside it":  {before: "echo 1 >m.lineage.intoto.json", script: "echo 1 >m", output: "m", want: "m"},
	"a tracker writes beside it":  {before: "echo 1 >mlflow.db", script: "echo 1 >>mlflow.db; mkdir -p mlruns; echo 1 >mlruns/a; echo 1 >m", output: "m", want: "m"},
	"more files than are named":   {script: "mkdir m; cd m; seq 1001 | split -l 1 -a 3", output: "m", want: "m"},
	"more, and one is stale":      {before: "mkdir m; echo 1 >m/old", script: "cd m; seq 1001 | split -l 1 -a 3", output: "m", gaps: "output-not-hashed m"},
	"named after what no tree is": {script: "mkdir .git/m; echo 1 >.git/m/a", output: ".git/m", want: ".git/m .git/m/a"},
}

// What the run wrote at a declared place is its output; whatever else stands there
// afterwards is named, and never blocks.
func TestOutputs(t *testing.T) {
	t.Parallel()
	for name, c := range left {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newRepo(t, nil)
			p.shell(c.before)
			d := outputs(c.output)
			if name == "an input in it" {
				d.Inputs = []string{"m/in"}
			}
			r := p.trained(c.script, d)
			if diff := cmp.Diff(p.located(c.want), names(r.Outputs()), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("outputs (-want +got):\n%s", diff)
			}
			if name == "many stale files" {
				checkMany(t, r)
				return
			}
			var gaps, perhaps []string
			if kind, what, found := strings.Cut(c.gaps, " "); found {
				gaps = []string{kind + " " + p.located(what)[0]}
			}
			switch name {
			case "the whole tree":
				perhaps = []string{"code-not-captured code"}
			case "more, and one is stale":
				perhaps = []string{"output-untouched repo:m/old"}
			case "code is written over":
				perhaps = []string{"code-changed repo:train.py"}
			}
			wantGaps(t, r, gaps, perhaps)
		})
	}
}

// Up to record.MaxParts files stand beside their folder.
func TestOutputOfManyFiles(t *testing.T) {
	t.Parallel()
	p := newRepo(t, nil)
	if got := p.trained("mkdir m; cd m; seq 1000 | split -l 1 -a 3", outputs("m")).Outputs(); len(got) != 1001 {
		t.Errorf("%d outputs, want the folder and its 1000 files", len(got))
	}
}

// located are the names of places in the repository, or in DIR, the folder around it.
func (p *place) located(places string) (all []string) {
	for _, at := range strings.Fields(places) {
		if outside, found := strings.CutPrefix(at, "abs:DIR"); found {
			all = append(all, "abs:"+filepath.Dir(p.dir)+outside)
		} else {
			all = append(all, "repo:"+at)
		}
	}
	return all
}

// checkMany: of many gaps of one kind a hundred are named, and the rest is counted.
func checkMany(t *testing.T, r *record.Record) {
	t.Helper()
	gaps := r.Gaps()
	if len(gaps) != 101 || gaps[100] != (record.Gap{Kind: record.GapOutputStale, What: "more", Why: "50 more of this kind"}) {
		t.Errorf("got %d gaps, the last %+v", len(gaps), gaps[len(gaps)-1])
	}
}

// Outputs that cannot be told apart, or not be written, stop the run before it starts.
func TestOutputsThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before string
		paths  []string
		why    string
	}{
		"within another":           {paths: []string{"a", "a/b"}, why: "within output"},
		"within another, by links": {before: "mkdir a; ln -s a l", paths: []string{"a", "l/b"}, why: "within output"},
		"in a file":                {before: "echo 1 >a", paths: []string{"a/b"}, why: "not a"},
		"a device":                 {paths: []string{"/dev/null"}, why: "device"},
		"a FIFO":                   {before: "mkfifo a", paths: []string{"a"}, why: "FIFO"},
		"a link to nothing in it":  {before: "mkdir a; echo 1 >a/old; ln -s none a/b", paths: []string{"a"}, why: `"none"`},
		"the store":                {before: "mkdir .lineage", paths: []string{".lineage"}, why: "store"},
		"none and a path":          {paths: []string{"none", "a"}, why: "none"},
		"empty":                    {paths: []string{""}, why: "empty output path"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newRepo(t, nil)
			p.shell(c.before)
			p.refused(outputs(c.paths...), c.why)
		})
	}
}

// The same output twice is one.
func TestOutputTwice(t *testing.T) {
	t.Parallel()
	p := newRepo(t, nil)
	r := p.trained("echo 1 >m", outputs("m", "./m", p.dir+"/m"))
	if got := names(r.Outputs()); len(got) != 1 {
		t.Errorf("got %q", got)
	}
}

// A run that did not end with 0 has no outputs that a verifier could take for a
// model's; its record still says what it left.
func TestOutputsOfFailures(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]record.Outcome{
		"exit 3":        {Status: record.Failed, ExitCode: new(int64(3))},
		"exit 137":      {Status: record.Failed, ExitCode: new(int64(137))},
		"kill -KILL $$": {Status: record.Killed, Signal: "SIGKILL"},
		"kill -TERM $$": {Status: record.Interrupted, Signal: "SIGTERM"},
		"kill -SEGV $$": {Status: record.Killed, Signal: "SIGSEGV"},
		"kill -USR1 $$": {Status: record.Killed, Signal: "SIGUSR1"},
	} {
		t.Run(script, func(t *testing.T) {
			t.Parallel()
			p := newRepo(t, nil)
			r := p.run(p.options(".", "mkdir m; echo 1 >m/a; "+script, outputs("m"))).Record
			if diff := cmp.Diff(want, r.Metadata().Outcome); diff != "" {
				t.Error(diff)
			}
			if subjects := r.Statement().Subject; len(subjects) != 1 {
				t.Errorf("the subjects are %q", names(subjects))
			}
			if diff := cmp.Diff([]string{"repo:m", "repo:m/a"}, names(r.Byproducts(record.RoleOutput))); diff != "" {
				t.Error(diff)
			}
			wantGaps(t, r, nil, nil)
		})
	}
}

// Parameters of the command line change and add to those of lineage.yaml; what it
// says of a kind replaces what the file says.
func TestConfig(t *testing.T) {
	t.Parallel()
	p := newRepo(t, files{
		"lineage.yaml": "version: 1\ninputs: [data]\npreprocessing: none\noutputs: [m]\nparameters: {a: 1, b: 2}\n",
		"data":         "1", "other": "2", "sub/x": "",
	})
	o := p.options("sub", "echo 1 >../m", capture.Declared{Parameters: []capture.Parameter{{Name: "b", Value: "3"}, {Name: "c", Value: ""}}})
	d := p.run(o).Record.Parameters()
	at := func(path string) []record.Location { return []record.Location{{Root: record.RootRepo, Path: path}} }
	if diff := cmp.Diff([]record.Declared{{Paths: at("data")}, {None: true}, {Paths: at("m")}}, []record.Declared{d.Inputs, d.Preprocessing, d.Outputs}); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]record.NameValue{{Name: "a", Value: "1"}, {Name: "b", Value: "3"}, {Name: "c"}}, d.Parameters); diff != "" {
		t.Error(diff)
	}
	o = p.options("sub", "echo 1 >n", capture.Declared{Inputs: []string{"../other"}, Preprocessing: []string{"x"}, Outputs: []string{"n"}})
	d = p.run(o).Record.Parameters()
	if diff := cmp.Diff([]record.Declared{{Paths: at("other")}, {Paths: at("sub/x")}, {Paths: at("sub/n")}}, []record.Declared{d.Inputs, d.Preprocessing, d.Outputs}); diff != "" {
		t.Error(diff)
	}
}

// A lineage.yaml that is written over was another one at the start.
func TestConfigThatChanges(t *testing.T) {
	t.Parallel()
	for name, script := range map[string]string{"edited": "echo 'inputs: none' >>lineage.yaml", "removed": "rm lineage.yaml", "a FIFO": "rm lineage.yaml; mkfifo lineage.yaml"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newRepo(t, files{"lineage.yaml": "version: 1\ncode: [train.py]\n"})
			wantGaps(t, p.trained(script, capture.Declared{}), []string{"config-changed repo:lineage.yaml"}, nil)
		})
	}
}

// A lineage.yaml that cannot be read is an error, and never blocks.
func TestConfigThatIsNoFile(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]string{
		"a FIFO": "mkfifo lineage.yaml", "a folder": "mkdir lineage.yaml", "endless": "ln -s /dev/zero lineage.yaml",
		"large": "head -c 1100000 /dev/zero | tr '\\0' '#' >lineage.yaml",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newFolder(t, nil)
			p.shell(before)
			if err := p.place(); err == nil || !strings.Contains(err.Error(), "lineage.yaml") {
				t.Errorf("got %v", err)
			}
		})
	}
}
