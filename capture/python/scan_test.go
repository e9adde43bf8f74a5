//go:build unix

package python

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lineage-audit/lineage/hashing"
)

// scan describes the interpreter at a path below root and lists its packages.
func scan(t *testing.T, root, python string, o ScanOptions, env ...string) Inventory {
	t.Helper()
	in, ok, err := Resolve(context.Background(), Command{[]string{filepath.Join(root, python), "x"}, root, env})
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	inv, err := Scan(context.Background(), in, o)
	check(t, err)
	return inv
}

// names are what distributions are called, with their versions.
func names(list []Distribution) (all []string) {
	for _, d := range list {
		all = append(all, d.Name+" "+d.Version)
	}
	return all
}

// below makes paths of problems and stray files relative.
func below(root string, problems []Problem) (all []string) {
	for _, p := range problems {
		rel, _ := filepath.Rel(root, p.Path)
		all = append(all, rel+": "+p.What)
	}
	return all
}

func merge(sets ...map[string]string) map[string]string {
	all := map[string]string{}
	for _, s := range sets {
		maps.Copy(all, s)
	}
	return all
}

func TestScan(t *testing.T) {
	root := tempDir(t)
	usr := install(t, root+"/usr", "3.11.2")
	virtual(t, root+"/venv", usr, "include-system-site-packages = false\n")
	site := root + "/venv/lib/python3.11/site-packages"
	record := "Foo_Bar/__init__.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\nFoo_Bar/__pycache__/__init__.cpython-311.pyc,,\nFoo_Bar-1.0.dist-info/RECORD,,\n../../../bin/foo,,\n"
	write(t, site, merge(
		distInfo("Foo_Bar", "1.0", map[string]string{
			"RECORD": record, "INSTALLER": "pip\n", "REQUESTED": "", "WHEEL": "Wheel-Version: 1.0\nGenerator: flit 3.9\nRoot-Is-Purelib: true\nTag: py2-none-any\nTag: py3-none-any\n",
		}),
		distInfo("git.ted", "2.0+local", map[string]string{
			"direct_url.json": `{"url":"https://u:p@h.org/r.git","subdirectory":"s","vcs_info":{"vcs":"git","commit_id":"abc","requested_revision":"main"}}`,
		}),
		distInfo("archived", "3", map[string]string{
			"direct_url.json": `{"url":"file:///w/a.whl","archive_info":{"hash":"sha256=AB","hashes":{"sha256":"AB"}}}`,
		}),
		distInfo("remote", "4", map[string]string{
			"direct_url.json": `{"url":"https://h.org/r.whl","archive_info":{}}`,
		}),
		map[string]string{
			"Foo_Bar/__init__.py":              "",
			"old-0.1-py3.11.egg-info/PKG-INFO": "Name: Old\nVersion: 0.1\n",
			"single-0.2.egg-info":              "Name: single\nVersion: 0.2\n",
			"loose.py":                         "", "stray/a.py": "", "stray/b/c.py": "", "sitecustomize.py": "",
			"runs.pth": "import os\n", "quiet.pth": "# nothing\n", "__pycache__/loose.cpython-311.pyc": "",
		},
	))
	inv := scan(t, root, "venv/bin/python", ScanOptions{})
	want := []Distribution{
		{Name: "archived", Project: "archived", Version: "3", PURL: "pkg:pypi/archived@3", Format: DistInfo,
			Origin: &Origin{URL: "file:///w/a.whl", Hashes: []Hash{{"sha256", "ab"}}}},
		{Name: "foo-bar", Project: "Foo_Bar", Version: "1.0", PURL: "pkg:pypi/foo-bar@1.0", Format: DistInfo, Installer: "pip", Requested: true,
			Tags: []string{"py2-none-any", "py3-none-any"}, Generator: "flit 3.9", Record: hashing.Bytes([]byte(record))},
		{Name: "git-ted", Project: "git.ted", Version: "2.0+local", PURL: "pkg:pypi/git-ted@2.0%2Blocal?vcs_url=git%2Bhttps:%2F%2Fh.org%2Fr.git%40abc", Format: DistInfo,
			Origin: &Origin{URL: "https://h.org/r.git", Subdirectory: "s", VCS: "git", Commit: "abc", Requested: "main"}},
		{Name: "old", Project: "Old", Version: "0.1", PURL: "pkg:pypi/old@0.1", Format: EggInfo},
		{Name: "remote", Project: "remote", Version: "4", PURL: "pkg:pypi/remote@4?download_url=https:%2F%2Fh.org%2Fr.whl", Format: DistInfo, Origin: &Origin{URL: "https://h.org/r.whl"}},
		{Name: "single", Project: "single", Version: "0.2", PURL: "pkg:pypi/single@0.2", Format: EggInfo},
	}
	if diff := cmp.Diff(want, inv.Distributions, cmpopts.IgnoreUnexported(Distribution{}), cmpopts.IgnoreFields(Distribution{}, "Metadata", "Site")); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	loose := []Loose{{site + "/loose.py", 1, false}, {site + "/quiet.pth", 1, false}, {site + "/runs.pth", 1, true}, {site + "/sitecustomize.py", 1, true}, {site + "/stray", 2, false}}
	if diff := cmp.Diff(loose, inv.Loose); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if len(inv.Problems)+len(inv.Shadowed) > 0 {
		t.Errorf("got %+v, %+v", inv.Problems, inv.Shadowed)
	}
	o := NewOwners(&inv)
	for path, name := range map[string]string{
		site + "/Foo_Bar/__init__.py": "foo-bar", site + "/Foo_Bar/__pycache__/__init__.cpython-311.opt-1.pyc": "foo-bar",
		root + "/venv/bin/foo": "foo-bar", site + "/single-0.2.egg-info": "single", site + "/loose.py": "", site + "/git.ted-2.0+local.dist-info/METADATA": "git-ted",
	} {
		if i, ok := o.Find(path); ok != (name != "") || ok && inv.Distributions[i].Name != name {
			t.Errorf("%s is owned by %d, %v", path, i, ok)
		}
	}
}

// What hides what is decided by sys.path.
func TestSites(t *testing.T) {
	root := tempDir(t)
	usr := install(t, root+"/usr", "3.11.2")
	virtual(t, root+"/venv", usr, "include-system-site-packages = true\n")
	virtual(t, root+"/alone", usr, "include-system-site-packages = False\n")
	user := root + "/home/.local/lib/python3.11/site-packages"
	write(t, root+"/added", distInfo("same", "1", nil))
	write(t, root+"/path", distInfo("same", "2", nil))
	write(t, root+"/venv/lib/python3.11/site-packages", merge(distInfo("same", "3", nil), map[string]string{
		"b.pth": root + "/added\n", "a.pth": "\ufeff# x\n../../../../late\nnowhere\nimport sys; sys.path.append('no')\n", ".hidden.pth": root + "/path\n",
	}))
	write(t, root+"/late", distInfo("same", "4", nil))
	write(t, user, distInfo("same", "5", nil))
	write(t, usr+"/lib/python3.11/site-packages", distInfo("same", "6", nil))
	write(t, root, distInfo("same", "0", nil))
	write(t, root, map[string]string{"x": "", "zip.zip": "PK"})
	home := "HOME=" + root + "/home"
	for name, c := range map[string]struct {
		python string
		args   []string
		env    []string
		want   string // the versions of the project, in the order in which they are found
	}{
		"venv that lets the system in": {"venv", []string{"x"}, []string{home}, "0 3 4 1 5 6"},
		"venv alone":                   {"alone", []string{"x"}, []string{home}, "0"},
		"system":                       {"usr", []string{"x"}, []string{home}, "0 5 6"},
		"PYTHONPATH":                   {"venv", []string{"x"}, []string{home, "PYTHONPATH=path:nowhere:zip.zip"}, "0 2 3 4 1 5 6"},
		"-E":                           {"venv", []string{"-E", "x"}, []string{home, "PYTHONPATH=path"}, "0 3 4 1 5 6"},
		"-s":                           {"usr", []string{"-s", "x"}, []string{home}, "0 6"},
		"PYTHONNOUSERSITE":             {"usr", []string{"x"}, []string{home, "PYTHONNOUSERSITE=1"}, "0 6"},
		"PYTHONUSERBASE":               {"usr", []string{"x"}, []string{"PYTHONUSERBASE=home/.local"}, "0 5 6"},
		"-I":                           {"usr", []string{"-I", "x"}, []string{home, "PYTHONPATH=path"}, "6"},
		"-S":                           {"usr", []string{"-S", "x"}, []string{home, "PYTHONPATH=path"}, "0 2"},
		"-P":                           {"usr", []string{"-P", "x"}, nil, "6"},
		"PYTHONSAFEPATH":               {"usr", []string{"x"}, []string{"PYTHONSAFEPATH=1"}, "6"},
		"-m":                           {"usr", []string{"-m", "mod"}, nil, "0 6"},
		"script elsewhere":             {"usr", []string{"late/y"}, nil, "6"},
		"script that is a folder":      {"usr", []string{"late"}, nil, "4 6"},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{root + "/" + c.python + "/bin/python"}, c.args...)
			in, ok, err := Resolve(context.Background(), Command{args, root, c.env})
			if err != nil || !ok {
				t.Fatal(ok, err)
			}
			inv, err := Scan(context.Background(), in, ScanOptions{})
			check(t, err)
			var got []string
			for _, d := range append(inv.Distributions, inv.Shadowed...) {
				got = append(got, d.Version)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			for _, d := range inv.Shadowed {
				if d.ShadowedBy != inv.Distributions[0].Metadata {
					t.Errorf("%s is hidden by %q", d.Metadata, d.ShadowedBy)
				}
			}
		})
	}
}

// Debian's interpreter has folders of its own; one built by hand under /usr/local
// has not, though Debian's stand there too.
func TestDebianSites(t *testing.T) {
	root := tempDir(t)
	for _, prefix := range []string{"/usr", "/usr/local"} {
		install(t, root+prefix, "3.11.2")
	}
	write(t, root+"/usr/lib/python3.11", map[string]string{"site.py2": ""})
	check(t, os.WriteFile(root+"/usr/lib/python3.11/site.py", []byte(`x = ["lib", "dist-packages"]`), 0o644))
	write(t, root+"/usr/lib/python3/dist-packages", merge(distInfo("numpy", "1.24.2", nil), map[string]string{
		"six-1.16.0.egg-info/PKG-INFO": "Name: six\nVersion: 1.16.0\n", "six.py": "x", "foreign.py": "", "mine.py": "",
	}))
	write(t, root+"/usr/local/lib/python3.11/dist-packages", distInfo("local", "1", nil))
	write(t, root+"/usr/lib/python3.11/site-packages", distInfo("never", "1", nil))
	site := "/usr/lib/python3/dist-packages/"
	write(t, root, map[string]string{
		"etc/os-release":                           "ID=debian\n",
		"var/lib/dpkg/info/python3-six.list":       "/.\n/usr\n" + site + "six.py\n" + site + "six-1.16.0.egg-info\n" + site + "six-1.16.0.egg-info/PKG-INFO\n",
		"var/lib/dpkg/info/python3-six.md5sums":    "9dd4e461268c8034f5c8564e155c67a6  usr/lib/python3/dist-packages/six.py\n3106b1726b0ae0ebd1ffc50eb9548c89  usr/lib/python3/dist-packages/six-1.16.0.egg-info/PKG-INFO\n",
		"var/lib/dpkg/info/python3-other:arm.list": site + "foreign.py\n",
		"var/lib/dpkg/status":                      "Package: python3-six\nVersion: 1.16.0-4\n\nPackage: x\n",
	})
	inv := scan(t, root, "usr/bin/python3", ScanOptions{Root: root})
	if diff := cmp.Diff([]string{"local 1", "numpy 1.24.2", "six 1.16.0"}, names(inv.Distributions)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	want := &SystemPackage{"dpkg", "python3-six", "1.16.0-4", "pkg:deb/debian/python3-six@1.16.0-4"}
	if diff := cmp.Diff(want, inv.Distributions[2].System); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if diff := cmp.Diff([]Loose{{root + site + "mine.py", 1, false}}, inv.Loose); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	checks, err := Check(context.Background(), &inv, CheckOptions{})
	check(t, err)
	if c := checks[2]; !c.Intact() || !c.Weak || c.Against != "md5sums" || c.Matching != 2 {
		t.Errorf("got %+v", c)
	}
	other := scan(t, root, "usr/local/bin/python3", ScanOptions{Root: root})
	if len(other.Distributions) != 0 {
		t.Errorf("got %q", names(other.Distributions))
	}
}

func TestConda(t *testing.T) {
	root := tempDir(t)
	prefix := install(t, root+"/env", "3.11.5")
	site := "lib/python3.11/site-packages/"
	empty := hashing.EmptyFile.String()
	write(t, prefix+"/"+site, merge(distInfo("torch", "2.1.0", map[string]string{"INSTALLER": "conda", "RECORD": "torch/__init__.py,sha256=AAAA,1\n"}),
		distInfo("fromPip", "1", map[string]string{"INSTALLER": "pip"}), map[string]string{"torch/__init__.py": "", "helper.py": "", "x.py": ""}))
	write(t, prefix, map[string]string{
		"bin/prog": "prefix put in",
		"conda-meta/pytorch-2.1.0-py311_0.json": `{"name":"pytorch","version":"2.1.0","build":"py311_0","channel":"https://conda.anaconda.org/conda-forge/linux-64",
			"subdir":"linux-64","url":"https://u:p@conda.anaconda.org/conda-forge/linux-64/pytorch-2.1.0-py311_0.conda","sha256":"` + strings.Repeat("A", 64) + `","md5":"b",
			"files":["ignored"],"paths_data":{"paths":[{"_path":"` + site + `torch/__init__.py","sha256":"00","sha256_in_prefix":"` + empty + `","path_type":"hardlink"},
			{"_path":"` + site + `torch-2.1.0.dist-info/METADATA","path_type":"hardlink"},{"_path":"bin/prog","sha256":"00","sha256_in_prefix":"11"}]}}`,
		"conda-meta/mkl-2023-0.json": `{"name":"mkl","version":"2023","build":"0","channel":"defaults","files":["` + site + `helper.py"]}`,
		"conda-meta/broken.json":     `{"name":`,
		"conda-meta/nameless.json":   `{}`,
		"conda-meta/history":         "",
	})
	inv := scan(t, root, "env/bin/python", ScanOptions{})
	if diff := cmp.Diff([]string{"frompip 1", "torch 2.1.0"}, names(inv.Distributions)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	want := []CondaPackage{
		{Name: "mkl", Version: "2023", Build: "0", Channel: "defaults", PURL: "pkg:conda/mkl@2023?build=0&channel=defaults", Metadata: prefix + "/conda-meta/mkl-2023-0.json"},
		{Name: "pytorch", Version: "2.1.0", Build: "py311_0", Channel: "https://conda.anaconda.org/conda-forge/linux-64", Subdir: "linux-64", MD5: "b", SHA256: strings.Repeat("a", 64),
			URL:  "https://conda.anaconda.org/conda-forge/linux-64/pytorch-2.1.0-py311_0.conda",
			PURL: "pkg:conda/pytorch@2.1.0?build=py311_0&channel=conda-forge&subdir=linux-64", Metadata: prefix + "/conda-meta/pytorch-2.1.0-py311_0.json"},
	}
	if diff := cmp.Diff(want, inv.Conda, cmpopts.IgnoreUnexported(CondaPackage{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if d := inv.Distributions[1]; d.Conda == nil || d.Conda.Name != "pytorch" || inv.Distributions[0].Conda != nil {
		t.Errorf("got %+v", d)
	}
	if diff := cmp.Diff([]Loose{{prefix + "/" + site + "x.py", 1, false}}, inv.Loose); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := below(prefix, inv.Problems); len(got) != 2 || !strings.HasPrefix(got[0], "conda-meta/broken.json") || got[1] != "conda-meta/nameless.json: has no name or no version" {
		t.Errorf("got %q", got)
	}
	checks, err := Check(context.Background(), &inv, CheckOptions{})
	check(t, err)
	if c := checks[1]; c.Against != "conda-meta" || c.Matching != 1 || len(c.Changed) != 1 || c.Changed[0] != prefix+"/bin/prog" {
		t.Errorf("got %+v", c)
	}
}

// stub answers for one folder, and fails for another.
type stub struct{ asked []string }

func (s *stub) Checkout(_ context.Context, dir string) (*Checkout, error) {
	s.asked = append(s.asked, dir)
	switch filepath.Base(dir) {
	case "good":
		return &Checkout{Root: dir, Commit: "abc", State: "dirty"}, nil
	case "bad":
		return nil, errors.New("no git")
	}
	return nil, nil
}

func TestEditable(t *testing.T) {
	root := tempDir(t)
	usr := install(t, root+"/usr", "3.11.2")
	site := usr + "/lib/python3.11/site-packages"
	editable := func(dir string) map[string]string {
		return map[string]string{"direct_url.json": `{"url":"file://` + root + "/" + dir + `","dir_info":{"editable":true}}`, "RECORD": "__editable__.x.pth,,\n"}
	}
	write(t, site, merge(distInfo("good", "1", editable("good")), distInfo("bad", "1", editable("bad")), distInfo("none", "1", editable("none%20such")),
		distInfo("copied", "1", map[string]string{"direct_url.json": `{"url":"file:///somewhere","dir_info":{}}`}),
		map[string]string{"legacy.egg-link": root + "/legacy\n.", "easy-install.pth": root + "/legacy\n./zipped.egg\n./folder.egg\n", "gone.egg-link": "/gone\n", "__editable__.x.pth": root + "/good\n",
			"folder.egg/EGG-INFO/PKG-INFO": "Name: in-egg\nVersion: 4\n", "zipped.egg": zipped(t, "EGG-INFO/PKG-INFO", "Name: in-zip\nVersion: 5\n")}))
	write(t, root+"/legacy", map[string]string{"legacy.egg-info/PKG-INFO": "Name: legacy\nVersion: 2\n"})
	s := &stub{}
	inv := scan(t, root, "usr/bin/python3", ScanOptions{Checkouts: s})
	if diff := cmp.Diff([]string{"bad 1", "copied 1", "good 1", "in-egg 4", "in-zip 5", "legacy 2", "none 1"}, names(inv.Distributions)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	origins := map[string]*Origin{}
	for _, d := range inv.Distributions {
		origins[d.Name] = d.Origin
	}
	want := map[string]*Origin{
		"good":   {URL: "file://" + root + "/good", Editable: true, Dir: root + "/good", Checkout: &Checkout{Root: root + "/good", Commit: "abc", State: "dirty"}},
		"bad":    {URL: "file://" + root + "/bad", Editable: true, Dir: root + "/bad"},
		"none":   {URL: "file://" + root + "/none%20such", Editable: true, Dir: root + "/none such"},
		"copied": {URL: "file:///somewhere", Dir: "/somewhere"},
		"legacy": {URL: "file://" + root + "/legacy", Editable: true, Dir: root + "/legacy"},
		"in-egg": nil, "in-zip": nil,
	}
	if diff := cmp.Diff(want, origins); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if len(s.asked) != 4 {
		t.Errorf("asked for %q", s.asked)
	}
	problems := []string{"usr/lib/python3.11/site-packages/gone.egg-link: links \"gone\" to \"/gone\", which is not imported from there", "bad: its checkout cannot be described: no git"}
	if diff := cmp.Diff(problems, below(root, inv.Problems)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if i, ok := NewOwners(&inv).Find(root + "/good/src/m.py"); !ok || inv.Distributions[i].Name != "good" {
		t.Errorf("got %d, %v", i, ok)
	}
	if len(inv.Loose) != 1 || filepath.Base(inv.Loose[0].Path) != "easy-install.pth" {
		t.Errorf("got %+v", inv.Loose)
	}
}

// Broken metadata is named, and what can be known without it is kept.
func TestBrokenMetadata(t *testing.T) {
	root := tempDir(t)
	usr := install(t, root+"/usr", "3.11.2")
	site := usr + "/lib/python3.11/site-packages"
	write(t, site, merge(
		distInfo("twice", "1", nil), distInfo("twice", "2", nil),
		distInfo("badurl", "1", map[string]string{"direct_url.json": "{"}),
		distInfo("nourl", "1", map[string]string{"direct_url.json": "{}"}),
		distInfo("badrecord", "1", map[string]string{"RECORD": "a,b,c,d\n\"x\n,,\na.py,sha256=!!,1\nfine.py,,\n\x00,,\n"}),
		map[string]string{
			"missing-1.dist-info/": "", "empty-2.dist-info/METADATA": "", "renamed-3.dist-info/METADATA": "Name: other\nVersion: 3\n",
			"noname.dist-info/METADATA": "\xff\xfe\x00", "folder-4.dist-info/METADATA/": "", "file-5.dist-info": "a file", "dangling-6.dist-info": "-> nowhere",
			"loop-7.dist-info/METADATA": "-> METADATA", "~ip-23.dist-info/METADATA": "Name: pip\nVersion: 23\n", "-.egg-info": "",
			"broken.egg": "no zip", "x.pth": "./broken.egg\n",
		}))
	check(t, os.MkdirAll(site+"/fifo-8.dist-info", 0o755))
	for _, name := range []string{"METADATA", "RECORD", "INSTALLER", "direct_url.json"} {
		check(t, syscall.Mkfifo(site+"/fifo-8.dist-info/"+name, 0o644))
	}
	check(t, syscall.Mkfifo(site+"/p.pth", 0o644))
	done := make(chan Inventory, 1)
	go func() { done <- scan(t, root, "usr/bin/python3", ScanOptions{}) }()
	select {
	case inv := <-done:
		want := []string{" ", "badrecord 1", "badurl 1", "broken ", "dangling 6", "empty 2", "fifo 8", "file 5", "folder 4", "loop 7", "missing 1", "noname ", "nourl 1", "other 3", "twice 1"}
		got := names(inv.Distributions)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		problems := strings.Join(below(site, append(inv.Problems, inv.Interpreter.Problems...)), "\n")
		for _, part := range []string{"missing-1.dist-info/METADATA", "empty-2.dist-info/METADATA: has no Name", "renamed-3.dist-info/METADATA: is that of \"other\"", "noname.dist-info",
			"folder-4.dist-info/METADATA", "file-5.dist-info", "dangling-6.dist-info", "loop-7.dist-info", "~ip-23.dist-info: is left of", "fifo-8.dist-info/METADATA", "fifo-8.dist-info/RECORD",
			"badurl-1.dist-info/direct_url.json", "nourl-1.dist-info/direct_url.json", "badrecord-1.dist-info/RECORD: line 1", "RECORD: line 2", "RECORD: line 3", "RECORD: line 4", "RECORD: line 6",
			"twice-2.dist-info: describes version 2", "broken.egg", "p.pth"} {
			if !strings.Contains(problems, part) {
				t.Errorf("%q is not among the problems:\n%s", part, problems)
			}
		}
	case <-time.After(time.Minute):
		t.Fatal("a named pipe blocks")
	}
}

func TestScanEnded(t *testing.T) {
	root := tempDir(t)
	install(t, root+"/usr", "3.11.2")
	inv := scan(t, root, "usr/bin/python3", ScanOptions{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Scan(ctx, inv.Interpreter, ScanOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := Check(ctx, &inv, CheckOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestNormalizeName(t *testing.T) {
	for in, want := range map[string]string{"Foo": "foo", "foo_bar.baz--qux": "foo-bar-baz-qux", "": "", "-": "-"} {
		if got := NormalizeName(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func FuzzMetadata(f *testing.F) {
	f.Add([]byte("Name: x\nVersion: 1\n continued\n\nrest"))
	f.Add([]byte("a.py,sha256=47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,0\n\"q,\",,\n"))
	f.Add([]byte(`{"url":"git+ssh://x","vcs_info":{"vcs":"git","commit_id":"a"}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		headers(text)
		files, _ := parseRecord("/site", text)
		for _, file := range files {
			if !filepath.IsAbs(file.path) || file.algorithm == "" && file.digest != "" {
				t.Errorf("got %+v", file)
			}
		}
		parseInstalledFiles("/site/x.egg-info", text)
		topLevel("/site", text)
		if o, err := parseDirectURL(text, nil); err == nil && o.URL == "" {
			t.Error("an origin without a URL")
		}
		findVersion(text, "3.11")
		nameFromEntry(string(text))
	})
}
