package lockfile_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/package-url/packageurl-go"

	"github.com/lineage-audit/lineage/capture/lockfile"
	"github.com/lineage-audit/lineage/capture/redact"
)

// Digests that are none of anything.
var (
	sum    = strings.Repeat("a", 64)
	sha512 = "sha512-" + strings.Repeat("A", 86) + "=="
	h1     = "h1:" + strings.Repeat("A", 43) + "="
	commit = strings.Repeat("c", 40)
	uuid   = "7876af07-990d-54b4-ab0e-23690620f79a"
)

func TestClassify(t *testing.T) {
	for name, want := range map[string]lockfile.Format{
		"renv.lock": lockfile.Renv, "Manifest.toml": lockfile.Julia, "JuliaManifest.toml": lockfile.Julia, "Manifest-v1.11.toml": lockfile.Julia,
		"package-lock.json": lockfile.NPM, "npm-shrinkwrap.json": lockfile.NPM, "a/yarn.lock": lockfile.Yarn, "pnpm-lock.yaml": lockfile.PNPM,
		"bun.lock": lockfile.Bun, "bun.lockb": lockfile.BunBinary, "go.mod": lockfile.GoMod, "go.sum": lockfile.GoSum, "go.work.sum": lockfile.GoSum,
		`rust\Cargo.lock`: lockfile.Cargo,
		"Cargo.toml":      "", "Project.toml": "", "package.json": "", "uv.lock": "", "manifest.toml": "", "Manifest-vX.toml": "", "go.work": "", "": "", ".": "",
	} {
		if got, ok := lockfile.Classify(name); got != want || ok != (want != "") {
			t.Errorf("%q: got %q, %v", name, got, ok)
		}
	}
}

// parsed is what a lock should say: a package URL with a "+" in front has a digest.
type parsed struct {
	name, text string
	want       []string
	problems   int
}

var locks = map[string]parsed{
	"renv": {"renv.lock", `{"R": {"Version": "4.3.1", "Repositories": [{"Name": "CRAN", "URL": "https://cloud.r-project.org"}, {"Name": "Corp", "URL": "https://u:p@r.example.org/corp"}]},
		"Packages": {
			"dplyr": {"Package": "dplyr", "Version": "1.1.4", "Source": "Repository", "Repository": "RSPM", "Hash": "fedd9d00c2944ff00a0e2696ccf048ec"},
			"secret": {"Package": "secret", "Version": "0.1", "Source": "Repository", "Repository": "Corp"},
			"Biobase": {"Package": "Biobase", "Version": "2.60.0", "Source": "Bioconductor"},
			"tool": {"Package": "tool", "Version": "0.2.0", "Source": "GitHub", "RemoteType": "github", "RemoteHost": "api.github.com", "RemoteUsername": "ada", "RemoteRepo": "tool", "RemoteSha": "` + commit + `"},
			"lab": {"Package": "lab", "Version": "1", "Source": "GitLab", "RemoteType": "gitlab", "RemoteHost": "gitlab.example.org", "RemoteUsername": "ada", "RemoteRepo": "lab", "RemoteSha": "` + commit + `"},
			"mine": {"Package": "mine", "Version": "0.0.1", "Source": "Local", "RemoteType": "local"},
			"odd": {"Package": "odd"}, "odder": 7}}`,
		[]string{"pkg:cran/Biobase@2.60.0?repository_url=https:%2F%2Fbioconductor.org", "pkg:cran/dplyr@1.1.4",
			"pkg:cran/lab@1?vcs_url=git%2Bhttps:%2F%2Fgitlab.example.org%2Fada%2Flab%40" + commit,
			"pkg:cran/secret@0.1?repository_url=https:%2F%2Fr.example.org%2Fcorp",
			"pkg:cran/tool@0.2.0?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Fada%2Ftool%40" + commit}, 2},
	"julia, format 2": {"Manifest.toml", "julia_version = \"1.10.2\"\nmanifest_format = \"2.0\"\nproject_hash = \"da39\"\n" +
		"[[deps.Example]]\ngit-tree-sha1 = \"46e4\"\nuuid = \"" + uuid + "\"\nversion = \"0.5.3\"\n" +
		"[[deps.Dates]]\ndeps = [\"Printf\"]\nuuid = \"ade2ca70-3891-5945-98fb-dc099432e06a\"\n" +
		"[[deps.Fork]]\nuuid = \"" + uuid + "\"\nversion = \"1.0.0\"\nrepo-url = \"https://u:p@g.example.org/Fork.jl\"\nrepo-rev = \"main\"\n" +
		"[[deps.Mine]]\npath = \"../Mine\"\nuuid = \"" + uuid + "\"\nversion = \"0.1.0\"\n[[deps.Odd]]\nversion = \"1\"\n",
		[]string{"pkg:julia/Dates?uuid=ade2ca70-3891-5945-98fb-dc099432e06a", "pkg:julia/Example@0.5.3?uuid=" + uuid,
			"pkg:julia/Fork@1.0.0?uuid=" + uuid + "&vcs_url=git%2Bhttps:%2F%2Fg.example.org%2FFork.jl"}, 1},
	"julia, format 1": {"Manifest-v1.6.toml", "[[Example]]\nuuid = \"" + uuid + "\"\nversion = \"0.5.3\"\n", []string{"pkg:julia/Example@0.5.3?uuid=" + uuid}, 0},
	"npm, version 3": {"package-lock.json", `{"lockfileVersion": 3, "packages": {"": {"name": "x"}, "packages/own": {"version": "1.0.0"}, "node_modules/own": {"resolved": "packages/own", "link": true},
		"node_modules/left-pad": {"version": "1.3.0", "resolved": "https://registry.npmjs.org/left-pad/-/left-pad-1.3.0.tgz", "integrity": "` + sha512 + `", "dependencies": {"a": "^1"}},
		"node_modules/a/node_modules/left-pad": {"version": "1.3.0", "integrity": "` + sha512 + `"},
		"node_modules/@s/n": {"version": "1.0.0", "resolved": "https://token@npm.example.org/@s/n/-/n-1.0.0.tgz", "integrity": "sha1-AAAA"},
		"node_modules/alias": {"name": "real", "version": "2.0.0", "integrity": "sha1-AAAA ` + sha512 + `"},
		"node_modules/git": {"version": "0.1.0", "resolved": "git+ssh://git@github.com/ada/git.git#` + commit + `"},
		"node_modules/odd": {}}}`,
		[]string{"pkg:npm/%40s/n@1.0.0?repository_url=https:%2F%2Fnpm.example.org", "pkg:npm/git@0.1.0?vcs_url=git%2Bssh:%2F%2Fgit%40github.com%2Fada%2Fgit.git%40" + commit,
			"+pkg:npm/left-pad@1.3.0", "+pkg:npm/real@2.0.0"}, 1},
	"npm, version 1": {"npm-shrinkwrap.json", `{"lockfileVersion": 1, "dependencies": {"a": {"version": "1.0.0", "integrity": "` + sha512 + `", "requires": {"b": "^1"},
		"dependencies": {"b": {"version": "npm:c@2.0.0"}}}, "f": {"version": "file:../f"}, "g": {"version": "github:ada/g#` + commit + `"}}}`,
		[]string{"+pkg:npm/a@1.0.0", "pkg:npm/c@2.0.0", "pkg:npm/g?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Fada%2Fg%40" + commit}, 0},
	"yarn 1": {"yarn.lock", "# THIS IS AN AUTOGENERATED FILE.\n# yarn lockfile v1\n\n\n\"@s/n@^1.0.0\", \"@s/n@^1.1.0\":\n  version \"1.1.0\"\n  resolved \"https://registry.yarnpkg.com/@s/n/-/n-1.1.0.tgz#abc\"\n  integrity " + sha512 +
		"\n  dependencies:\n    version \"^9\"\n\r\nalias@npm:real@^2:\n  version \"2.0.0\"\n  resolved \"https://registry.yarnpkg.com/real/-/real-2.0.0.tgz#abc\"\n\ng@ada/g:\n  version \"0.1.0\"\n  resolved \"https://codeload.github.com/ada/g/tar.gz/" + commit + "\"\n",
		[]string{"+pkg:npm/%40s/n@1.1.0", "pkg:npm/g@0.1.0?download_url=https:%2F%2Fcodeload.github.com%2Fada%2Fg%2Ftar.gz%2F" + commit, "pkg:npm/real@2.0.0"}, 0},
	"yarn 4": {"yarn.lock", "# This file\n\n__metadata:\n  version: 8\n  cacheKey: 10c0\n\n\"@s/n@npm:^1.0.0\":\n  version: 1.10\n  resolution: \"@s/n@npm:1.10\"\n  checksum: 10c0/" + strings.Repeat("ab", 64) + "\n  languageName: node\n  linkType: hard\n\n" +
		"\"x@workspace:.\":\n  version: 0.0.0-use.local\n  resolution: \"x@workspace:.\"\n\n\"g@https://github.com/ada/g.git\":\n  version: 0.1.0\n  resolution: \"g@https://github.com/ada/g.git#commit=" + commit + "\"\n\n\"odd\":\n  version: 1\n",
		[]string{"+pkg:npm/%40s/n@1.10", "pkg:npm/g@0.1.0?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Fada%2Fg.git%40" + commit}, 1},
	"pnpm 9": {"pnpm-lock.yaml", "lockfileVersion: '9.0'\npackages:\n  '@s/n@1.0.0':\n    resolution: {integrity: " + sha512 + "}\n  left-pad@1.3.0(react@18.0.0):\n    resolution: {integrity: sha1-AAAA}\n" +
		"  'g@https://codeload.github.com/ada/g/tar.gz/" + commit + "':\n    resolution: {tarball: https://codeload.github.com/ada/g/tar.gz/" + commit + "}\n    version: 0.1.0\n  own@file:own:\n    resolution: {directory: own, type: directory}\n",
		[]string{"+pkg:npm/%40s/n@1.0.0", "pkg:npm/g@0.1.0?download_url=https:%2F%2Fcodeload.github.com%2Fada%2Fg%2Ftar.gz%2F" + commit, "pkg:npm/left-pad@1.3.0"}, 0},
	"pnpm 5": {"pnpm-lock.yaml", "lockfileVersion: 5.4\npackages:\n  /@s/n/1.0.0_react@18.0.0:\n    resolution: {integrity: " + sha512 + "}\n  github.com/ada/g/" + commit + ":\n    resolution: {type: git, repo: 'https://github.com/ada/g', commit: " + commit + "}\n    name: g\n    version: 0.1.0\n",
		[]string{"+pkg:npm/%40s/n@1.0.0", "pkg:npm/g@0.1.0?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Fada%2Fg%40" + commit}, 0},
	"bun": {"bun.lock", "{\n  // a comment\n  \"lockfileVersion\": 1, /* another */\n  \"packages\": {\n    \"@s/n\": [\"@s/n@1.0.0\", \"\", { \"bin\": { \"n\": \"a,]\" } }, \"" + sha512 + "\"],\n    \"x\": [\"x@workspace:packages/x\"],\n" +
		"    \"g\": [\"g@github:ada/g#abc\", {}, \"ada-g-abc\"],\n    \"odd\": [],\n  },\n}\n",
		[]string{"+pkg:npm/%40s/n@1.0.0", "pkg:npm/g?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Fada%2Fg%40abc"}, 1},
	"go.sum": {"go.sum", "github.com/Ada/lib v1.2.3 " + h1 + "\ngithub.com/Ada/lib v1.2.3/go.mod " + h1 + "\nexample.org/unused v1.0.0/go.mod " + h1 + "\nrsc.io/quote v1.5.2 h1:short\n\nbroken\n",
		[]string{"+pkg:golang/github.com/ada/lib@v1.2.3", "pkg:golang/rsc.io/quote@v1.5.2"}, 1},
	"go.mod": {"go.mod", "module example.org/x // import\n\ngo 1.26\n\nrequire rsc.io/quote v1.5.2\nrequire (\n\t\"example.org/a\" v1.0.0 // indirect\n\texample.org/b v1.0.0\n\texample.org/c v1.0.0\n\tbad\n)\nreplace example.org/b => ../b\nreplace (\n\texample.org/c v1.0.0 => example.org/d v2.0.0\n\texample.org/c v9.0.0 => ../c\n)\nexclude example.org/e v1.0.0\n",
		[]string{"pkg:golang/example.org/a@v1.0.0", "pkg:golang/example.org/d@v2.0.0", "pkg:golang/rsc.io/quote@v1.5.2"}, 1},
	"cargo": {"Cargo.lock", "version = 4\n[[package]]\nname = \"own\"\nversion = \"0.1.0\"\n[[package]]\nname = \"Serde\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\nchecksum = \"" + sum + "\"\n" +
		"[[package]]\nname = \"corp\"\nversion = \"1.0.0\"\nsource = \"sparse+https://u:p@crates.example.org/index/\"\n[[package]]\nname = \"g\"\nversion = \"0.2.0\"\nsource = \"git+https://github.com/ada/g?branch=main#" + commit + "\"\n[[package]]\nname = \"odd\"\nsource = \"x\"\n",
		[]string{"+pkg:cargo/Serde@1.0.0", "pkg:cargo/corp@1.0.0?repository_url=https:%2F%2Fcrates.example.org%2Findex%2F", "pkg:cargo/g@0.2.0?vcs_url=git%2Bhttps:%2F%2Fgithub.com%2Fada%2Fg%40" + commit}, 1},
	"cargo, version 1": {"Cargo.lock", "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+https://github.com/rust-lang/crates.io-index\"\n[metadata]\n\"checksum a 1.0.0 (registry+https://github.com/rust-lang/crates.io-index)\" = \"" + sum + "\"\n",
		[]string{"+pkg:cargo/a@1.0.0"}, 0},
	"byte order mark": {"go.sum", "\xef\xbb\xbfrsc.io/quote v1.5.2 " + h1 + "\r\n", []string{"+pkg:golang/rsc.io/quote@v1.5.2"}, 0},
	"empty go.sum":    {"go.sum", "", nil, 0},
}

func TestParse(t *testing.T) {
	for name, c := range locks {
		t.Run(name, func(t *testing.T) {
			l, err := lockfile.Parse(c.name, []byte(c.text), nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, p := range l.Packages {
				if p.Hashed {
					p.PURL = "+" + p.PURL
				}
				got = append(got, p.PURL)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
			if len(l.Problems) != c.problems {
				t.Errorf("problems: %+v, want %d", l.Problems, c.problems)
			}
		})
	}
}

// The same package in two places is hashed only if it is in both.
func TestHashedEverywhere(t *testing.T) {
	entry := func(integrity string) string { return `{"version": "1.0.0", "integrity": "` + integrity + `"}` }
	for _, order := range [][2]string{{"", sha512}, {sha512, ""}} {
		text := fmt.Sprintf(`{"packages": {"node_modules/a": %s, "node_modules/b/node_modules/a": %s}}`, entry(order[0]), entry(order[1]))
		l, err := lockfile.Parse("package-lock.json", []byte(text), nil)
		if err != nil || len(l.Packages) != 1 || l.Packages[0].Hashed {
			t.Errorf("got %+v, %v", l, err)
		}
	}
}

func TestNoLock(t *testing.T) {
	deep := strings.Repeat("[", 30_000_000)
	bomb := "lockfileVersion: '9.0'\na: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n" +
		"f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\ng: &g [*f,*f,*f,*f,*f,*f,*f,*f,*f,*f]\npackages: [*g,*g,*g,*g,*g,*g,*g,*g,*g,*g]\n"
	for name, c := range map[string]struct {
		file, text string
		want       error
	}{
		"unknown name":        {"notes.txt", "x", lockfile.ErrNotLock},
		"another's manifest":  {"Manifest.toml", "[package]\nname = 'x'\n[[bin]]\nname = 'y'\n", lockfile.ErrNotLock},
		"empty manifest":      {"Manifest.toml", "", lockfile.ErrNotLock},
		"bun's binary":        {"bun.lockb", "#!/usr/bin/env bun\nbun-lockfile-format-v0\n\x00", lockfile.ErrLock},
		"NUL":                 {"go.sum", "\x00", lockfile.ErrLock},
		"not JSON":            {"renv.lock", "{", lockfile.ErrLock},
		"another JSON":        {"renv.lock", `{"a": 1}`, lockfile.ErrLock},
		"a package.json":      {"package-lock.json", `{"name": "x", "dependencies": {"a": "^1"}}`, lockfile.ErrLock},
		"deep JSON":           {"package-lock.json", deep, lockfile.ErrLock},
		"deep npm":            {"package-lock.json", `{"lockfileVersion":1,"dependencies":` + strings.Repeat(`{"a":{"dependencies":`, 20_000), lockfile.ErrLock},
		"deep bun":            {"bun.lock", deep, lockfile.ErrLock},
		"deep TOML":           {"Cargo.lock", "a = " + deep[:4_000_000], lockfile.ErrLock},
		"deep TOML, in parts": {"Cargo.lock", "a = " + strings.Repeat("[ # ]\n '''x''', ", 2000), lockfile.ErrLock},
		"long TOML":           {"Manifest.toml", strings.Repeat("#", lockfile.MaxTOML+1), lockfile.ErrLock},
		"TOML of nothing":     {"Cargo.lock", "a = 1", lockfile.ErrLock},
		"deep YAML":           {"pnpm-lock.yaml", deep[:1_000_000], lockfile.ErrLock},
		"YAML bomb":           {"pnpm-lock.yaml", bomb, lockfile.ErrLock},
		"long YAML":           {"pnpm-lock.yaml", strings.Repeat("#", lockfile.MaxYAML+1), lockfile.ErrLock},
		"YAML of nothing":     {"pnpm-lock.yaml", "a: 1", lockfile.ErrLock},
		"no yarn":             {"yarn.lock", "a:\n  version \"1\"\n", lockfile.ErrLock},
		"yarn, no entry":      {"yarn.lock", "# yarn lockfile v1\nbroken\n", lockfile.ErrLock},
		"go.mod of nothing":   {"go.mod", "go 1.26\n", lockfile.ErrLock},
		"too long":            {"go.sum", strings.Repeat("\n", lockfile.MaxBytes+1), lockfile.ErrLock},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := lockfile.Parse(c.file, []byte(c.text), nil)
			if !errors.Is(err, c.want) || len(l.Packages) > 0 {
				t.Errorf("got %v, want %v", err, c.want)
			}
			if hashed := !l.Digest.IsZero(); hashed != errors.Is(err, lockfile.ErrLock) {
				t.Errorf("it is hashed: %v", hashed)
			}
		})
	}
}

// A lock of 20,000 packages is listed whole; of a file that is all problems, a
// hundred are named.
func TestManyPackages(t *testing.T) {
	packages := map[string]any{}
	for i := range 20_000 {
		packages[fmt.Sprintf("node_modules/p%d", i)] = map[string]string{"version": "1.0.0", "integrity": sha512}
	}
	text, err := json.Marshal(map[string]any{"packages": packages})
	if err != nil {
		t.Fatal(err)
	}
	if l, err := lockfile.Parse("package-lock.json", text, nil); err != nil || len(l.Packages) != 20_000 {
		t.Errorf("got %d, %v", len(l.Packages), err)
	}
	if l, err := lockfile.Parse("go.sum", []byte(strings.Repeat("x\n", 20_000)), nil); err != nil || len(l.Problems) != 100 {
		t.Errorf("got %d problems, %v", len(l.Problems), err)
	}
}

// A token that the environment knows is found wherever it stands.
func TestKnownSecret(t *testing.T) {
	rules := redact.New([]string{"NPM_TOKEN=sesame-1234"})
	text := `{"packages": {"node_modules/a": {"version": "1", "resolved": "https://npm.example.org/sesame-1234/a/-/a-1.tgz"}}}`
	l, err := lockfile.Parse("package-lock.json", []byte(text), rules)
	if err != nil || len(l.Packages) != 1 || strings.Contains(l.Packages[0].PURL, "sesame") {
		t.Errorf("got %+v, %v", l, err)
	}
}

// fuzzed is a name of each format.
var fuzzed = []string{"renv.lock", "Manifest.toml", "package-lock.json", "yarn.lock", "pnpm-lock.yaml", "bun.lock", "bun.lockb", "go.mod", "go.sum", "Cargo.lock"}

func FuzzParse(f *testing.F) {
	for _, c := range locks {
		for i, name := range fuzzed {
			of, _ := lockfile.Classify(c.name)
			if format, _ := lockfile.Classify(name); format == of {
				f.Add(uint8(i), []byte(c.text))
			}
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, text []byte) {
		name := fuzzed[int(which)%len(fuzzed)]
		l, err := lockfile.Parse(name, text, nil)
		if err != nil && !errors.Is(err, lockfile.ErrLock) && !errors.Is(err, lockfile.ErrNotLock) {
			t.Fatalf("an error of no kind: %v", err)
		}
		for i, p := range l.Packages {
			if _, err := packageurl.FromString(p.PURL); err != nil {
				t.Errorf("%q is no package URL: %v", p.PURL, err)
			}
			if i > 0 && l.Packages[i-1].PURL >= p.PURL {
				t.Errorf("%q stands before %q", l.Packages[i-1].PURL, p.PURL)
			}
		}
	})
}
