package python

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lineage-audit/lineage/hashing"
)

// Digests that are none of anything.
var (
	sumA   = strings.Repeat("a", 64)
	sumB   = strings.Repeat("b", 64)
	commit = strings.Repeat("c", 40)
	hashA  = Hash{"sha256", sumA}
	hashB  = Hash{"sha256", sumB}
)

func TestClassifyLock(t *testing.T) {
	for name, want := range map[string]LockFormat{
		"requirements.txt": FormatRequirements, "dev-requirements.txt": FormatRequirements, "requirements-dev.txt": FormatRequirements, "requirements.lock": FormatRequirements,
		"requirements_gpu.txt": FormatRequirements, "requirements/base.txt": FormatRequirements, "a/requirements/base.txt": FormatRequirements, "constraints.txt": FormatRequirements,
		"pylock.toml": FormatPylock, "pylock.dev.toml": FormatPylock, "uv.lock": FormatUV, "sub/poetry.lock": FormatPoetry, "Pipfile.lock": FormatPipfile, "pdm.lock": FormatPDM, "pdm.prod.lock": FormatPDM,
		"conda-lock.yml": FormatCondaLock, "gpu.conda-lock.yml": FormatCondaLock, "conda-linux-64.lock": FormatCondaExplicit, "explicit.txt": FormatCondaExplicit,
		"environment.yml": FormatCondaEnvironment, "environment-dev.yaml": FormatCondaEnvironment, "pixi.lock": FormatPixi,
		"requirements.in": "", "notes.txt": "", "pylock.a.b.toml": "", "uv.lock.bak": "", "pyproject.toml": "", "": "", "Pipfile": "", "yarn.lock": "", "requirements/notes.md": "",
	} {
		if got, ok := ClassifyLock(name); got != want || ok != (want != "") {
			t.Errorf("%q: got %q, %v", name, got, ok)
		}
	}
}

func TestParseRequirements(t *testing.T) {
	for name, c := range map[string]struct {
		text     string
		want     []Locked
		follows  []string
		problems int
	}{
		"exact":               {"numpy==1.26.4", []Locked{{Name: "numpy", Version: "1.26.4"}}, nil, 0},
		"not exact":           {"numpy>=1.20\nb~=1.2\nc==1.*\nd\ne<2,>=1", []Locked{{Name: "numpy"}, {Name: "b"}, {Name: "c"}, {Name: "d"}, {Name: "e"}}, nil, 0},
		"exact among others":  {"a>=1,==1.2,!=1.3", []Locked{{Name: "a", Version: "1.2"}}, nil, 0},
		"arbitrary equality":  {"a===1.2-odd", []Locked{{Name: "a", Version: "1.2-odd"}}, nil, 0},
		"two versions":        {"a==1,==2\nb==1,==1.0", []Locked{{Name: "a"}, {Name: "b", Version: "1.0"}}, nil, 1},
		"parentheses, spaces": {"  A.B_c [x, y] ( == 1.0 )  ", []Locked{{Name: "a-b-c", Version: "1.0"}}, nil, 0},
		"marker":              {"a==1 ; python_version < '3.8' and sys_platform == 'win32'", []Locked{{Name: "a", Version: "1", Marker: "python_version < '3.8' and sys_platform == 'win32'"}}, nil, 0},
		"hashes, continued":   {"a==1 \\\n    --hash=sha256:" + sumA + " \\\n    --hash sha256:" + sumB + "\nb==2", []Locked{{Name: "a", Version: "1", Hashes: []Hash{hashA, hashB}}, {Name: "b", Version: "2"}}, nil, 0},
		"hash, upper case":    {"a==1 --hash=SHA256:" + strings.ToUpper(sumA), []Locked{{Name: "a", Version: "1", Hashes: []Hash{hashA}}}, nil, 0},
		"broken algorithm":    {"a==1 --hash=md5:" + sumA[:32], []Locked{{Name: "a", Version: "1"}}, nil, 0},
		"short hash":          {"a==1 --hash=sha256:abc --hash=sha256", []Locked{{Name: "a", Version: "1"}}, nil, 2},
		"comment":             {"# a==0\na==1 # --hash=sha256:" + sumA + "\n\n", []Locked{{Name: "a", Version: "1"}}, nil, 0},
		"comment ends it":     {"a==1 \\\n  # why\n    --hash=sha256:" + sumA, []Locked{{Name: "a", Version: "1"}}, nil, 0},
		"hash of nothing":     {"--hash=sha256:" + sumA, nil, nil, 0},
		"ends continued":      {"a==1 \\", []Locked{{Name: "a", Version: "1"}}, nil, 0},
		"windows":             {"a==1 \\\r\n  --hash=sha256:" + sumA + "\r\nb==2\r\n", []Locked{{Name: "a", Version: "1", Hashes: []Hash{hashA}}, {Name: "b", Version: "2"}}, nil, 0},
		"includes":            {"-r base.txt\n-c c.txt\n--requirement=x.txt\n-rglued.txt\n--constraint 'a b.txt'", nil, []string{"base.txt", "x.txt", "glued.txt", "c.txt", "a b.txt"}, 0},
		"global options":      {"--index-url https://u:p@h/simple\n--no-binary :all:\n--require-hashes\n-f dir\n--pre", nil, nil, 0},
		"editable folder":     {"-e .\n-e ./lib/my_pkg\n--editable=../x[extra]", []Locked{{Name: "unknown", Local: true}, {Name: "my-pkg", Local: true}, {Name: "x", Local: true}}, nil, 1},
		"editable repository": {"-e git+https://u:p@h/r.git@" + commit + "#egg=My_Pkg[x]&subdirectory=s", []Locked{{Name: "my-pkg", Commit: commit, URL: "git+https://h/r.git@" + commit}}, nil, 0},
		"repository by name":  {"pkg @ git+ssh://git@h/r@" + strings.ToUpper(commit) + " ; os_name=='x'", []Locked{{Name: "pkg", Commit: commit, Marker: "os_name=='x'", URL: "git+ssh://git@h/r@" + strings.ToUpper(commit)}}, nil, 0},
		"repository, branch":  {"pkg @ git+https://h/r@main", []Locked{{Name: "pkg", URL: "git+https://h/r@main"}}, nil, 0},
		"archive by name":     {"pkg@https://h/pkg-1.2-py3-none-any.whl#sha256=" + sumA, []Locked{{Name: "pkg", Version: "1.2", URL: "https://h/pkg-1.2-py3-none-any.whl", Hashes: []Hash{hashA}}}, nil, 0},
		"archive alone":       {"https://u:p@h/My_Pkg-1.2%2Bcu118-py3-none-any.whl --hash=sha256:" + sumA, []Locked{{Name: "my-pkg", Version: "1.2+cu118", URL: "https://h/My_Pkg-1.2%2Bcu118-py3-none-any.whl", Hashes: []Hash{hashA}}}, nil, 0},
		"archive on disk":     {"./wheels/pkg-1.0.tar.gz\npkg2-2.0.zip", []Locked{{Name: "pkg", Version: "1.0"}, {Name: "pkg2", Version: "2.0"}}, nil, 0},
		"folder":              {"./lib\nlib/inner\n", []Locked{{Name: "lib", Local: true}, {Name: "inner", Local: true}}, nil, 0},
		"file URL":            {"x @ file:///src/x", []Locked{{Name: "x", Local: true, URL: "file:///src/x"}}, nil, 0},
		"nonsense":            {"==1.0\n???\na 1.0\n${X}==1", []Locked{{Name: "a"}}, nil, 4},
		"several of one":      {"a==1 ; os_name=='nt'\na==2 ; os_name!='nt'", []Locked{{Name: "a", Version: "1", Marker: "os_name=='nt'"}, {Name: "a", Version: "2", Marker: "os_name!='nt'"}}, nil, 0},
		"byte order mark":     {"\xef\xbb\xbfa==1", []Locked{{Name: "a", Version: "1"}}, nil, 0},
		"PowerShell's":        {utf16Text("a==1\r\nb==2\r\n"), []Locked{{Name: "a", Version: "1"}, {Name: "b", Version: "2"}}, nil, 0},
		"empty":               {"", nil, nil, 0},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := ParseLock("requirements.txt", []byte(c.text))
			check(t, err)
			if diff := cmp.Diff(c.want, l.Packages, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if diff := cmp.Diff(c.follows, l.NotFollowed, cmpopts.EquateEmpty(), cmpopts.SortSlices(func(a, b string) bool { return a < b })); diff != "" {
				t.Errorf("included (-want +got)\n%s", diff)
			}
			if len(l.Problems) != c.problems {
				t.Errorf("got the problems %+v", l.Problems)
			}
			if l.Digest != hashing.Bytes([]byte(c.text)) || l.Format != FormatRequirements {
				t.Errorf("got %+v", l)
			}
		})
	}
}

func utf16Text(s string) string {
	b := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

func TestParseLock(t *testing.T) {
	for name, c := range map[string]struct {
		file, text string
		want       []Locked
		problems   int
	}{
		"pylock": {"pylock.toml", `lock-version = "1.0"
[[packages]]
name = "A_b"
version = "1"
marker = "os_name == 'nt'"
sdist = {name = "x", hashes = {sha256 = "` + sumA + `"}}
wheels = [{name = "y", url = "https://h/y", hashes = {sha256 = "` + sumB + `", md5 = "ab"}}]
[[packages]]
name = "vcs"
vcs = {type = "git", url = "https://u:p@h/r", commit-id = "` + commit + `"}
[[packages]]
name = "dir"
directory = {path = ".", editable = true}
[[packages]]
name = "archive"
archive = {url = "https://h/a.zip", hashes = {sha256 = "` + sumA + `"}}
[[packages]]
version = "1"
`, []Locked{{Name: "a-b", Version: "1", Marker: "os_name == 'nt'", Hashes: []Hash{hashA, hashB}}, {Name: "vcs", Commit: commit, URL: "https://h/r"},
			{Name: "dir", Local: true}, {Name: "archive", URL: "https://h/a.zip", Hashes: []Hash{hashA}}}, 1},
		"uv": {"uv.lock", `version = 1
revision = 3
[[package]]
name = "root"
version = "0.1.0"
source = { editable = "." }
[[package]]
name = "a"
version = "1"
source = { registry = "https://pypi.org/simple" }
resolution-markers = ["x", "y"]
sdist = { url = "https://h/a", hash = "sha256:` + sumA + `", size = 1 }
wheels = [{ url = "https://h/b", hash = "sha256:` + sumB + `" }, { url = "https://h/c", hash = "sha256:short" }]
[[package]]
name = "g"
version = "2"
source = { git = "https://h/r?rev=main#` + commit + `" }
[[package]]
name = "local-wheel"
source = { path = "w.whl" }
wheels = [{ filename = "w.whl", hash = "sha256:` + sumA + `" }]
`, []Locked{{Name: "root", Version: "0.1.0", Local: true}, {Name: "a", Version: "1", Marker: "x or y", Hashes: []Hash{hashA, hashB}},
			{Name: "g", Version: "2", Commit: commit, URL: "https://h/r?rev=main"}, {Name: "local-wheel", Hashes: []Hash{hashA}}}, 1},
		"poetry": {"poetry.lock", `[[package]]
name = "a"
version = "1"
optional = false
markers = "os_name == 'nt'"
files = [{file = "a.whl", hash = "sha256:` + sumA + `"}]
[package.source]
type = "legacy"
url = "https://u:p@h/simple"
[[package]]
name = "g"
version = "2"
files = []
develop = false
[package.source]
type = "git"
url = "https://h/r.git"
reference = "main"
resolved_reference = "` + commit + `"
[[package]]
name = "d"
version = "3"
[package.source]
type = "directory"
url = "lib/d"
[metadata]
lock-version = "2.1"
`, []Locked{{Name: "a", Version: "1", Marker: "os_name == 'nt'", Hashes: []Hash{hashA}}, {Name: "g", Version: "2", Commit: commit, URL: "https://h/r.git"}, {Name: "d", Version: "3", Local: true, URL: "lib/d"}}, 0},
		"poetry 1": {"poetry.lock", `[[package]]
name = "a"
version = "1"
[metadata]
lock-version = "1.1"
[metadata.files]
a = [{file = "a.whl", hash = "sha256:` + sumA + `"}]
`, []Locked{{Name: "a", Version: "1", Hashes: []Hash{hashA}}}, 0},
		"pdm": {"pdm.lock", `[metadata]
lock_version = "4.5.0"
[[metadata.targets]]
requires_python = ">=3.9"
[[package]]
name = "a"
version = "1"
marker = "m"
files = [{url = "https://h/a", hash = "sha256:` + sumA + `"}]
[[package]]
name = "g"
version = "2"
git = "https://h/r"
revision = "` + commit + `"
[[package]]
name = "d"
version = "3"
path = "./d"
editable = true
`, []Locked{{Name: "a", Version: "1", Marker: "m", Hashes: []Hash{hashA}}, {Name: "g", Version: "2", URL: "https://h/r", Commit: commit}, {Name: "d", Version: "3", Local: true}}, 0},
		"pdm 2": {"pdm.lock", "[metadata]\n[metadata.files]\n\"a 1\" = [{file = \"x\", hash = \"sha256:" + sumA + "\"}]\n[[package]]\nname = \"a\"\nversion = \"1\"\n",
			[]Locked{{Name: "a", Version: "1", Hashes: []Hash{hashA}}}, 0},
		"pipfile": {"Pipfile.lock", `{"_meta":{"hash":{"sha256":"x"},"sources":[]},"default":{"A":{"version":"==1.0","hashes":["sha256:` + sumA + `"],"markers":"m"},
			"any":{"version":"*"},"g":{"git":"https://h/r","ref":"` + commit + `"},"e":{"editable":true,"path":"."}},"develop":{"a":{"version":"==2"}}}`,
			[]Locked{{Name: "a", Version: "1.0", Marker: "m", Hashes: []Hash{hashA}}, {Name: "any"}, {Name: "e", Local: true}, {Name: "g", Commit: commit, URL: "https://h/r"}, {Name: "a", Version: "2"}}, 1},
		"conda-lock": {"conda-lock.yml", `version: 1
metadata: {content_hash: {linux-64: x}}
package:
- {name: numpy, version: 1.26.4, manager: conda, platform: linux-64, url: "https://conda.anaconda.org/t/tk-01234567-89ab-cdef-0123-456789abcdef/numpy-1.conda", hash: {md5: ab, sha256: ` + sumA + `}}
- {name: rich, version: "13.0", manager: pip, platform: linux-64, url: "https://h/r.whl", hash: {sha256: ` + sumB + `}}
`, []Locked{{Name: "numpy", Version: "1.26.4", Conda: true, Marker: "linux-64", Hashes: []Hash{hashA}}, {Name: "rich", Version: "13.0", Marker: "linux-64", URL: "https://h/r.whl", Hashes: []Hash{hashB}}}, 0},
		"pixi 6": {"pixi.lock", `version: 6
environments: {default: {channels: [], packages: {linux-64: [{conda: x}]}}}
packages:
- conda: https://conda.anaconda.org/conda-forge/linux-64/my-lib-1.2-h5_0.conda
  sha256: ` + sumA + `
  md5: ab
- pypi: https://files.pythonhosted.org/x/rich-13-py3-none-any.whl
  name: rich
  version: '13'
  sha256: ` + sumB + `
- pypi: ./
  name: mine
  version: 0.1
  sha256: ` + sumB + `
  editable: true
- pypi: git+https://h/r?rev=x#` + commit + `
  name: g
  version: '1'
`, []Locked{{Name: "my-lib", Version: "1.2", Conda: true, URL: "https://conda.anaconda.org/conda-forge/linux-64/my-lib-1.2-h5_0.conda", Hashes: []Hash{hashA}},
			{Name: "rich", Version: "13", URL: "https://files.pythonhosted.org/x/rich-13-py3-none-any.whl", Hashes: []Hash{hashB}},
			{Name: "mine", Version: "0.1", Local: true, Hashes: []Hash{hashB}}, {Name: "g", Version: "1", Commit: commit, URL: "git+https://h/r?rev=x#" + commit}}, 0},
		"pixi 4": {"pixi.lock", "version: 4\npackages:\n- {kind: conda, name: a, version: '1', build: x, subdir: linux-64, url: https://h/a-1-x.conda, sha256: " + sumA + "}\n- {kind: pypi, name: b, version: '2', url: https://h/b.whl, sha256: " + sumB + "}\n",
			[]Locked{{Name: "a", Version: "1", Conda: true, Marker: "linux-64", URL: "https://h/a-1-x.conda", Hashes: []Hash{hashA}}, {Name: "b", Version: "2", URL: "https://h/b.whl", Hashes: []Hash{hashB}}}, 0},
		"conda explicit": {"requirements.txt", "# platform: linux-64\n@EXPLICIT\nhttps://h/linux-64/lib-gcc-ng-13.2-h1_0.tar.bz2#0123456789abcdef0123456789abcdef\nhttps://h/noarch/rich-13-py_0.conda#sha256:" + sumA + "\n",
			[]Locked{{Name: "lib-gcc-ng", Version: "13.2", Conda: true, Marker: "linux-64", URL: "https://h/linux-64/lib-gcc-ng-13.2-h1_0.tar.bz2"},
				{Name: "rich", Version: "13", Conda: true, Marker: "noarch", URL: "https://h/noarch/rich-13-py_0.conda", Hashes: []Hash{hashA}}}, 0},
		"environment": {"environment.yml", "name: x\nchannels: [conda-forge]\ndependencies:\n- python=3.11\n- conda-forge::numpy==1.26.4\n- scipy=1.11=py311_0\n- pandas>=2\n- pip\n- pip:\n  - rich==13\n  - -r more.txt\n- [odd]\n",
			[]Locked{{Name: "python", Conda: true}, {Name: "numpy", Version: "1.26.4", Conda: true}, {Name: "scipy", Version: "1.11", Conda: true}, {Name: "pandas", Conda: true}, {Name: "pip", Conda: true}, {Name: "rich", Version: "13"}}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := ParseLock(c.file, []byte(c.text))
			check(t, err)
			options := []cmp.Option{cmpopts.EquateEmpty()}
			if name == "conda-lock" { // its URL has a token
				options = append(options, cmpopts.IgnoreFields(Locked{}, "URL"))
			}
			if diff := cmp.Diff(c.want, l.Packages, options...); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if len(l.Problems) != c.problems {
				t.Errorf("got the problems %+v", l.Problems)
			}
			for _, p := range l.Packages {
				if strings.Contains(p.URL, "u:p") || strings.Contains(p.URL, "456789abcdef") && name == "conda-lock" {
					t.Errorf("a credential stands in %q", p.URL)
				}
			}
		})
	}
}

// What is not of the format is an error, and never an empty lock.
func TestParseLockRefuses(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"uv.lock", ""}, {"uv.lock", "x = 1"}, {"uv.lock", "version = 1\n[["}, {"uv.lock", "version = 1\npackage = 3"}, {"poetry.lock", "# nothing"}, {"pdm.lock", ""},
		{"pylock.toml", "[[packages]]\nname = 'a'"}, {"Pipfile.lock", "{}"}, {"Pipfile.lock", "[]"}, {"Pipfile.lock", `{"_meta":{},"default":[]}`}, {"Pipfile.lock", ""},
		{"conda-lock.yml", ""}, {"conda-lock.yml", "version: 1"}, {"conda-lock.yml", "a: [b"}, {"pixi.lock", "[]"}, {"pixi.lock", "packages: []"}, {"environment.yml", "name: x"},
		{"explicit.txt", "https://h/a-1-0.conda"}, {"requirements.txt", "a==1\x00"}, {"requirements.txt", "\x7fELF\x00\x00"},
	} {
		l, err := ParseLock(c.name, []byte(c.text))
		if !errors.Is(err, ErrLock) || len(l.Packages) > 0 || l.Name != c.name {
			t.Errorf("%s %q: got %+v, %v", c.name, c.text, l, err)
		}
	}
	if _, err := ParseLock("notes.txt", nil); !errors.Is(err, ErrNotLock) {
		t.Errorf("got %v", err)
	}
}

func TestCovers(t *testing.T) {
	lock := Lock{Format: FormatUV, Packages: []Locked{
		{Name: "same", Version: "1.0", Hashes: []Hash{hashA}},
		{Name: "spelling", Version: "1.0.0RC1", Hashes: []Hash{hashA}},
		{Name: "bare", Version: "1"},
		{Name: "ranged"},
		{Name: "both", Version: "1", Marker: "nt", Hashes: []Hash{hashA}}, {Name: "both", Version: "2", Hashes: []Hash{hashB}},
		{Name: "half", Version: "1", Hashes: []Hash{hashA}}, {Name: "half", Version: "2"},
		{Name: "vcs", Version: "1", Commit: commit},
		{Name: "url", Version: "1", URL: "https://h/x.whl", Hashes: []Hash{hashA}},
		{Name: "here", Version: "0", Local: true},
		{Name: "empty", Version: ""},
		{Name: "shared", Version: "1", Conda: true, Hashes: []Hash{hashA}},
		{Name: "pytorch", Version: "2", Conda: true, Hashes: []Hash{hashB}},
	}}
	archive := func(h Hash) *Origin { return &Origin{URL: "https://h/x.whl", Hashes: []Hash{h}} }
	for _, c := range []struct {
		d    Distribution
		want Status
	}{
		{Distribution{Name: "same", Version: "1.0"}, Covered},
		{Distribution{Name: "same", Version: "1"}, Covered},
		{Distribution{Name: "same", Version: "1.0.1"}, Other},
		{Distribution{Name: "same", Version: "1.0+cu118"}, Other},
		{Distribution{Name: "spelling", Version: "1rc1"}, Covered},
		{Distribution{Name: "bare", Version: "1"}, Unhashed},
		{Distribution{Name: "ranged", Version: "1.20"}, Unpinned},
		{Distribution{Name: "both", Version: "2"}, Covered},
		{Distribution{Name: "both", Version: "3"}, Other},
		{Distribution{Name: "half", Version: "2"}, Unhashed},
		{Distribution{Name: "pip", Version: "23"}, Absent},
		{Distribution{Name: "empty", Version: ""}, Unpinned},
		{Distribution{Name: "vcs", Version: "1", Origin: &Origin{VCS: "git", Commit: commit}}, Covered},
		{Distribution{Name: "vcs", Version: "1", Origin: &Origin{VCS: "git", Commit: sumA[:40]}}, Other},
		{Distribution{Name: "vcs", Version: "1", Origin: &Origin{VCS: "git"}}, Other},
		{Distribution{Name: "same", Version: "1.0", Origin: &Origin{VCS: "git", Commit: commit}}, Other},
		{Distribution{Name: "here", Version: "0.1.dev7", Origin: &Origin{Dir: "/src", Editable: true}}, Local},
		{Distribution{Name: "same", Version: "1.0", Origin: &Origin{Dir: "/src", Editable: true}}, Other},
		{Distribution{Name: "away", Version: "1.0", Origin: &Origin{Dir: "/src", Editable: true}}, Absent},
		{Distribution{Name: "same", Version: "1.0", Origin: archive(hashA)}, Covered},
		{Distribution{Name: "same", Version: "1.0", Origin: archive(hashB)}, Other},
		{Distribution{Name: "bare", Version: "1", Origin: archive(hashB)}, Unhashed},
		{Distribution{Name: "same", Version: "1.0", Origin: &Origin{URL: "https://h/x.whl"}}, Other},
		{Distribution{Name: "url", Version: "1", Origin: &Origin{URL: "https://h/x.whl"}}, Covered},
		{Distribution{Name: "shared", Version: "1"}, Absent}, // installed by pip, locked by conda
		{Distribution{Name: "shared", Version: "1", Conda: &CondaPackage{Name: "shared", Version: "1", SHA256: sumA}}, Covered},
		{Distribution{Name: "shared", Version: "1", Conda: &CondaPackage{Name: "shared", Version: "1", SHA256: sumB}}, Other},
		{Distribution{Name: "torch", Version: "2", Conda: &CondaPackage{Name: "pytorch", Version: "2"}}, Covered},
		{Distribution{Name: "same", Version: "1.0", Conda: &CondaPackage{Name: "python-same", Version: "9"}}, Covered},
		{Distribution{Name: "gone", Version: "1", Conda: &CondaPackage{Name: "gone", Version: "1"}}, Absent},
	} {
		got := Covers(lock, []Distribution{c.d})[0]
		if got.Status != c.want || got.Name != c.d.Name || got.Version != c.d.Version || got.Status == Covered && c.d.Origin == nil && len(got.Hashes) == 0 {
			t.Errorf("%+v: got %+v, want %s", c.d, got, c.want)
		}
	}
	lock.Format = FormatRequirements // where == leaves the local part of a version open
	if got := Covers(lock, []Distribution{{Name: "same", Version: "1.0+cu118"}})[0]; got.Status != Covered {
		t.Errorf("got %+v", got)
	}
	packages := CoversConda(lock, []CondaPackage{{Name: "pytorch", Version: "2"}, {Name: "same", Version: "1.0"}})
	if packages[0].Status != Covered || packages[1].Status != Absent {
		t.Errorf("got %+v", packages)
	}
	if got := Covers(Lock{}, nil); len(got) != 0 {
		t.Errorf("got %+v", got)
	}
}

func TestSameVersion(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"1", "1.0.0", true}, {"1.0", "1.0.1", false}, {"v1.2", "1.2", true}, {"1!1.0", "1.0", false}, {"0!1.0", "1.0", true}, {"01.02", "1.2", true},
		{"1.0a1", "1.0-alpha.1", true}, {"1.0rc1", "1.0c1", true}, {"1.0rc1", "1.0", false}, {"1.0.post1", "1.0-1", true}, {"1.0.rev2", "1.0.post2", true},
		{"1.0.dev0", "1.0dev", true}, {"1.0.dev1", "1.0", false}, {"1.0+A.B", "1.0+a-b", true}, {"1.0+001", "1.0+1", true}, {"1.0+a", "1.0", false},
		{"odd", "ODD", true}, {"odd", "even", false}, {"2004d", "2004d", true}, {"", "", true}, {"", "0", false}, {"10", "1", false}, {"1.10", "1.1", false},
	} {
		if got := sameVersion(c.a, c.b, false); got != c.want {
			t.Errorf("%q and %q: got %v", c.a, c.b, got)
		}
	}
	if !sameVersion("2.1", "2.1+cu118", true) || sameVersion("2.1+cpu", "2.1+cu118", true) || sameVersion("2.1+cpu", "2.1", true) {
		t.Error("a local part is not compared as PEP 440 says")
	}
}

func TestLockFiles(t *testing.T) {
	root := tempDir(t)
	write(t, root, map[string]string{
		"requirements.txt": "a==1\n", "requirements/dev.txt": "b==1\n", "uv.lock": "broken", "other/uv.lock": "", "sub/poetry.lock/": "", "sub/deep/pylock.toml": "lock-version = '1.0'\n",
		"sub/requirements.txt": "-> ../requirements.txt", "sub/Pipfile.lock": "-> nowhere", "notes.txt": "",
	})
	files, err := LockFiles(context.Background(), root, root+"/sub/deep")
	check(t, err)
	var got []string
	for _, f := range files {
		state := "good"
		if f.Err != nil {
			state = "bad"
		}
		if rel, _ := filepath.Rel(root, f.Path); filepath.ToSlash(rel) != f.Lock.Name || f.Lock.Format == "" {
			t.Errorf("got %+v", f)
		}
		got = append(got, f.Lock.Name+" "+state)
	}
	want := []string{"requirements/dev.txt good", "requirements.txt good", "uv.lock bad", "sub/Pipfile.lock bad", "sub/requirements.txt good", "sub/deep/pylock.toml good"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if _, err := LockFiles(context.Background(), root+"/sub", root); err == nil {
		t.Error("a folder above the root is looked at")
	}
	if _, err := LockFiles(context.Background(), root+"/su", root+"/sub"); err == nil {
		t.Error("a folder beside the root is looked at")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := LockFiles(ctx, root, root); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func FuzzParseLock(f *testing.F) {
	names := []string{"requirements.txt", "pylock.toml", "uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock", "conda-lock.yml", "conda-x.lock", "environment.yml", "pixi.lock"}
	for i, text := range []string{
		"a[b]==1 ; x \\\n --hash=sha256:" + sumA + "\n-e git+https://h/r@x#egg=y\n", "lock-version='1'\n[[packages]]\nname='a'", "version=1\n[[package]]\nname='a'\nsource={git='x#y'}",
		"[[package]]\nname='a'\n[metadata.files]\na=[{hash='sha256:x'}]", `{"_meta":{},"default":{"a":{"version":"==1"}}}`, "[metadata]\n[[package]]\nname='a'\npath='.'",
		"version: 1\npackage: [{name: a, hash: {sha256: x}}]", "@EXPLICIT\nhttps://h/a-1-2.conda#x", "dependencies: [a=1=2, {pip: [b==1]}]", "version: 6\npackages: [{conda: https://h/a-1-2.conda}]",
	} {
		f.Add(uint8(i), []byte(text))
	}
	f.Fuzz(func(t *testing.T, format uint8, content []byte) {
		name := names[int(format)%len(names)]
		l, err := ParseLock(name, content)
		if err != nil && (!errors.Is(err, ErrLock) || len(l.Packages) > 0) {
			t.Errorf("got %+v, %v", l, err)
		}
		for _, p := range l.Packages {
			if p.Name == "" || p.Name != NormalizeName(p.Name) {
				t.Errorf("got the name %q", p.Name)
			}
			for _, h := range p.Hashes {
				if len(h.Value) != soundLengths[h.Algorithm] || !hexadecimal.MatchString(h.Value) {
					t.Errorf("got the hash %+v", h)
				}
			}
			canonicalVersion(p.Version)
		}
	})
}
