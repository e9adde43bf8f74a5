//go:build unix

package capture_test

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/capture"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
)

// The digest of an input is the one that sha256sum prints, that of a folder the
// one of all that it prints of its files.
func TestInputDigests(t *testing.T) {
	t.Parallel()
	p := newRepo(t, files{"data/b": "2\n", "data/a": "1\n", "data/deep/c": "", "one.csv": "x\n"})
	r := p.trained("true", capture.Declared{Inputs: []string{"data"}, Preprocessing: []string{"one.csv"}})
	data, one := r.Dependencies(record.RoleData)[0], r.Dependencies(record.RolePreprocessing)[0]
	want := p.shell("cd data && find . -type f -printf '%P\n' | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -c-64")
	if got := data.Digest.Tree.String(); got != want || data.Annotations.Tree.Files != 3 || data.Annotations.Tree.Bytes != 4 {
		t.Errorf("got %s of %+v, want %s", got, data.Annotations.Tree, want)
	}
	want = p.shell("sha256sum one.csv | cut -c-64")
	if got := one.Digest.SHA256.String(); got != want || one.Annotations.File.Bytes != 2 {
		t.Errorf("got %s of %+v, want %s", got, one.Annotations.File, want)
	}
	wantGaps(t, r, nil, nil)
}

// What a path leads to is found however it is written, and named from its root.
func TestInputPaths(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before string
		from   string
		path   string // DIR is the folder of the place
		want   string
	}{
		"relative":                     {path: "data/a", want: "repo:data/a"},
		"absolute":                     {path: "DIR/data/a", want: "repo:data/a"},
		"not clean":                    {path: "./sub//../data/./a", want: "repo:data/a"},
		"a slash at the end":           {path: "data/", want: "repo:data"},
		"from a subfolder":             {from: "sub", path: "../data/a", want: "repo:data/a"},
		"the folder itself":            {from: "data", path: ".", want: "repo:data"},
		"the root":                     {path: ".", want: "repo:."},
		"in the home":                  {before: "echo 1 >../home/x", path: "../home/x", want: "home:x"},
		"elsewhere":                    {before: "echo 1 >../x", path: "../x", want: "abs:DIR/../x"},
		"a folder reached by a link":   {before: "ln -s sub/deep link", from: "link", path: "../../data/a", want: "repo:data/a"},
		"behind a link":                {before: "ln -s ../home/deep link; mkdir ../home/deep; echo 1 >../home/x", path: "link/../x", want: "home:x"},
		"through a link from outside":  {before: "ln -s work ../link", path: "../link/data/a", want: "repo:data/a"},
		"through a link that leads on": {before: "ln -s ../home/deep link; mkdir ../home/deep; echo 1 >../home/deep/x", path: "link/x", want: "repo:link/x"},
		"named none":                   {before: "echo 1 >none", path: "./none", want: "repo:none"},
		"with a dash":                  {before: "echo 1 >-x", path: "-x", want: "repo:-x"},
		"with odd bytes":               {before: `printf 1 >"$(printf 'a\nb\377%%\033')"`, path: "a\nb\xff%\x1b", want: "repo:a%0Ab%FF%25%1B"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newRepo(t, files{"data/a": "1", "sub/deep/x": "1"})
			p.shell(c.before)
			from := filepath.Join(p.dir, c.from)
			o := p.options(c.from, "true", inputs(strings.ReplaceAll(c.path, "DIR", p.dir)))
			r := p.run(o).Record
			want := strings.ReplaceAll(c.want, "DIR/..", filepath.Dir(p.dir))
			if diff := cmp.Diff([]string{want}, names(r.Dependencies(record.RoleData))); diff != "" {
				t.Errorf("from %q: %s%+v", from, diff, r.Gaps())
			}
			wantGaps(t, r, nil, nil)
		})
	}
}

// An absent input, and one that cannot be data, stop the run before it starts, and
// nothing blocks.
func TestInputsThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ before, path, why string }{
		"absent":                  {"", "nowhere", "nowhere"},
		"empty":                   {"", "", "empty input path"},
		"a link to nothing":       {"ln -s nowhere x", "x", "x"},
		"a link to itself":        {"ln -s x x", "x", "too many"},
		"a link to nothing in it": {"mkdir d; ln -s nowhere d/x", "d", `"nowhere"`},
		"a cycle":                 {"mkdir -p d/e; ln -s .. d/e/up", "d", "back to a folder"},
		"a device":                {"", "/dev/zero", "device"},
		"a link to a device":      {"ln -s /dev/zero x", "x", "device"},
		"a FIFO":                  {"mkfifo x", "x", "FIFO"},
		"a FIFO in it":            {"mkdir d; mkfifo d/x", "d", "FIFO"},
		"the store":               {"mkdir .lineage", ".lineage", "store"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newRepo(t, nil)
			p.shell(c.before)
			p.refused(inputs(c.path), c.why)
			p.refused(capture.Declared{Preprocessing: []string{c.path}}, strings.Replace(c.why, "input", "preprocessing", 1))
		})
	}
	t.Run("a socket", func(t *testing.T) {
		dir, err := os.MkdirTemp("", "s") // the name of a socket is short
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		socket, err := net.Listen("unix", filepath.Join(dir, "s"))
		if err != nil {
			t.Fatal(err)
		}
		defer socket.Close()
		newRepo(t, nil).refused(inputs(filepath.Join(dir, "s")), "socket")
	})
	t.Run("none and a path", func(t *testing.T) {
		p := newRepo(t, files{"none": "1"})
		p.refused(inputs("none", "train.py"), "none")
		p.refused(inputs("none", "./none"), "none")
	})
}

// Links that leave the tree are followed and named, as a file and in a folder.
func TestLinksThatLeaveTheTree(t *testing.T) {
	t.Parallel()
	p := newRepo(t, nil)
	p.shell("mkdir ../blobs data; echo weights >../blobs/1; ln -s ../../blobs/1 data/model; ln -s model data/same; ln -s ../../blobs data/all; ln -s ../blobs/1 one")
	r := p.trained("true", inputs("data", "one"))
	data, one := r.Dependencies(record.RoleData)[0], r.Dependencies(record.RoleData)[1]
	want := []record.Link{{Path: "all", Target: "../../blobs", Outside: true}, {Path: "model", Target: "../../blobs/1", Outside: true}, {Path: "same", Target: "model", Outside: true}}
	if diff := cmp.Diff(want, data.Annotations.Tree.Links); diff != "" {
		t.Error(diff)
	}
	if data.Annotations.Tree.Files != 3 {
		t.Errorf("got %d files: model, same and all/1 are wanted", data.Annotations.Tree.Files)
	}
	if got := one.Annotations.File.Link; got != "../blobs/1" {
		t.Errorf("the link leads to %q", got)
	}
	wantGaps(t, r, nil, nil)
}

// `none` says that there is none; saying nothing is noted.
func TestNone(t *testing.T) {
	t.Parallel()
	p := newRepo(t, nil)
	none := []string{capture.None}
	r := p.trained("true", capture.Declared{Inputs: none, Preprocessing: none, Outputs: none})
	if d := r.Parameters(); !d.Inputs.None || !d.Preprocessing.None || !d.Outputs.None || len(r.Notes()) != 0 {
		t.Errorf("got %+v, %+v", d, r.Notes())
	}
	r = p.trained("true", capture.Declared{})
	want := []string{"nothing-declared input", "nothing-declared output", "nothing-declared preprocessing"}
	if diff := cmp.Diff(want, kinds(r.Notes())); diff != "" {
		t.Error(diff)
	}
}

// An input that changes while the run goes on is named, whatever the change looks
// like. Its digest is that of the start, or it has none.
func TestInputsThatChange(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script string
		want   string
	}{
		"edited":                 {"echo 2 >>d/a", "repo:d/a"},
		"emptied":                {": >d/a", "repo:d/a"},
		"edited, times restored": {"touch -r d/a ../ref; printf 9 >d/a; touch -r ../ref d/a", "repo:d/a"},
		"touched":                {"touch d/a", "repo:d/a"},
		"replaced":               {"printf 1 >new; mv new d/a", "repo:d/a"},
		"removed":                {"rm d/a", "repo:d/a"},
		"added":                  {"printf 3 >d/c", "repo:d/c"},
		"renamed":                {"mv d/a d/z", "repo:d/a repo:d/z"},
		"edited behind a link":   {"echo 2 >>../far", "repo:d/far"},
		"another link":           {"ln -sf b d/far", "repo:d/far"},
		"all removed":            {"rm -r d", "repo:d"},
		"a FIFO now":             {"rm d/a; mkfifo d/a", "repo:d"},
		"a cycle now":            {"ln -s ../d d/up", "repo:d"},
		"a file now":             {"rm -r d; echo 1 >d", "repo:d repo:d/a repo:d/b repo:d/far"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newFolder(t, files{"d/a": "1", "d/b": "2", "../far": "3"})
			p.shell("ln -s ../../far d/far; git init -q; git add train.py; git commit -q -m start")
			r := p.trained(c.script, inputs("d"))
			var want []string
			for _, at := range strings.Fields(c.want) {
				want = append(want, record.GapInputChanged+" "+at)
			}
			wantGaps(t, r, want, []string{record.GapInput + " repo:d"})
			for _, d := range r.Dependencies(record.RoleData) {
				if d.Annotations.Tree.Files != 3 || d.Annotations.Tree.Bytes != 3 {
					t.Errorf("it was not hashed as it was at the start: %+v", d.Annotations.Tree)
				}
			}
		})
	}
}

// What is input and output at once was changed by the run itself.
func TestUpdateInPlace(t *testing.T) {
	t.Parallel()
	for name, d := range map[string]capture.Declared{
		"the same file":            {Inputs: []string{"m/model"}, Outputs: []string{"m/model"}},
		"an output around it":      {Inputs: []string{"m/model"}, Outputs: []string{"m"}},
		"an output in it":          {Inputs: []string{"m"}, Outputs: []string{"m/model"}},
		"the same folder":          {Inputs: []string{"m"}, Outputs: []string{"m"}},
		"the output by a link":     {Inputs: []string{"m/model"}, Outputs: []string{"link"}},
		"the input by a link":      {Inputs: []string{"link"}, Outputs: []string{"m"}},
		"by a link from elsewhere": {Inputs: []string{"../link/m"}, Outputs: []string{"m"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newFolder(t, files{"m/model": "1"})
			p.shell("ln -s m link; ln -s work ../link; git init -q; git add train.py; git commit -q -m start")
			r := p.trained("echo 2 >>m/model", d)
			at := record.Location{Root: record.RootRepo, Path: d.Inputs[0]}
			if strings.HasPrefix(at.Path, "../") {
				at.Path = "m"
			}
			var want []string
			if name == "an output around it" || name == "the output by a link" { // who wrote it is not known
				want = []string{record.GapInputChanged + " repo:m/model"}
			}
			wantGaps(t, r, want, []string{record.GapInput + " " + at.String()})
			if len(r.Outputs()) == 0 {
				t.Error("there is no output")
			}
		})
	}
}

// The store does not belong to the folder that it stands in, however that is named.
func TestStoreInAnInput(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ dir, path string }{
		"in the root":       {".lineage", "."},
		"through a link":    {".lineage", "../link"},
		"elsewhere":         {"data/store", "data"},
		"elsewhere, linked": {"data/store", "../link/data"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newRepo(t, files{"data/a": "1"})
			p.shell("ln -s work ../link")
			dir := filepath.Join(p.dir, c.dir)
			p.backend = store.NewDir(dir)
			var digests []string
			for range 2 {
				o := p.options(".", "true", inputs(c.path))
				o.StoreDir = dir
				r := p.run(o).Record
				wantGaps(t, r, nil, nil)
				digests = append(digests, r.Dependencies(record.RoleData)[0].Digest.Tree.String())
			}
			if digests[0] != digests[1] {
				t.Error("the second run has another digest")
			}
		})
	}
}

// An output that holds the store holds it as little.
func TestStoreInAnOutput(t *testing.T) {
	t.Parallel()
	p := newFolder(t, nil)
	p.backend = store.NewDir(filepath.Join(p.dir, "out", capture.StoreFolder))
	o := p.options(".", "mkdir -p out; echo m >out/model", outputs("out"))
	o.StoreDir = filepath.Join(p.dir, "out", capture.StoreFolder)
	if diff := cmp.Diff([]string{"repo:out", "repo:out/model"}, names(p.run(o).Record.Outputs())); diff != "" {
		t.Error(diff)
	}
}

// Names that a terminal or a checksum file could trip over are kept as they are.
func TestOddNames(t *testing.T) {
	t.Parallel()
	p := newRepo(t, nil)
	odd := files{}
	for _, name := range []string{"new\nline", "bad\xff", "100%", "%41", "-dash", "--", "sp ace", "back\\slash", "\x1b[31mred", "deep/-", "\u202eltr", "none", `q"uote`, "..dots", "tab\t", "*"} {
		odd["in/"+name], odd["made/"+name] = name, name
	}
	p.write(odd)
	r := p.trained("cp -r made out", capture.Declared{Inputs: []string{"in"}, Outputs: []string{"out"}})
	wantGaps(t, r, nil, nil)
	if in, out := r.Dependencies(record.RoleData)[0], r.Outputs()[0]; *in.Digest.Tree != *out.Digest.Tree || in.Annotations.Tree.Files != 16 {
		t.Errorf("got %v and %v", in, out)
	}
}

// A file named "-" at the top is none that sha256sum could check: a gap by name.
func TestDash(t *testing.T) {
	t.Parallel()
	p := newRepo(t, nil)
	p.shell("mkdir in; echo 1 >in/-; echo 1 >in/a")
	r := p.trained("cp -r in out", capture.Declared{Inputs: []string{"in"}, Outputs: []string{"out"}})
	wantGaps(t, r, []string{record.GapInput + " repo:in", record.GapOutput + " repo:out"}, nil)
	if len(r.Dependencies(record.RoleData))+len(r.Outputs()) != 0 {
		t.Error("it was taken in all the same")
	}
	for _, g := range r.Gaps() {
		if !strings.Contains(g.Why, `"-"`) {
			t.Errorf("the gap does not name the file: %+v", g)
		}
	}
}

// Inputs that are empty are inputs, and have the digest of nothing.
func TestEmptyInputs(t *testing.T) {
	t.Parallel()
	p := newRepo(t, files{"file": ""})
	if err := os.Mkdir(filepath.Join(p.dir, "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	r := p.trained("true", inputs("file", "folder"))
	wantGaps(t, r, nil, nil)
	data := r.Dependencies(record.RoleData)
	if len(data) != 2 || !data[0].Digest.SHA256.IsEmpty() || !data[1].Digest.Tree.IsEmpty() {
		t.Errorf("got %+v", data)
	}
}
