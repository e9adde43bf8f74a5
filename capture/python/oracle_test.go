//go:build unix

package python

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
)

// hermetic is an environment in which nothing of the machine's own settings
// counts, and nothing is fetched.
func hermetic(home string) []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "PIP_CONFIG_FILE=/dev/null", "PIP_NO_INDEX=1", "PIP_DISABLE_PIP_VERSION_CHECK=1",
		"PIP_NO_INPUT=1", "PYENV_ROOT=" + os.Getenv("PYENV_ROOT"), "LC_ALL=C.UTF-8", "TMPDIR=" + os.TempDir()}
}

// run executes a program and answers what it writes to its standard output.
func run(t testing.TB, dir string, env []string, program string, args ...string) string {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Env = dir, env
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s%s", program, args, err, out, stderr.String())
	}
	return string(out)
}

// wheel writes an archive that pip installs.
func wheel(t testing.TB, dir, name, version string) string {
	t.Helper()
	path := filepath.Join(dir, fmt.Sprintf("%s-%s-py3-none-any.whl", name, version))
	f, err := os.Create(path)
	check(t, err)
	defer f.Close()
	w := zip.NewWriter(f)
	info := name + "-" + version + ".dist-info/"
	files := [][2]string{
		{name + "/__init__.py", "__version__ = '" + version + "'\n"},
		{info + "METADATA", "Metadata-Version: 2.1\nName: " + strings.ReplaceAll(name, "_", ".") + "\nVersion: " + version + "\n\nText\n"},
		{info + "WHEEL", "Wheel-Version: 1.0\nGenerator: by-hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n"},
		{info + "entry_points.txt", "[console_scripts]\n" + name + "-tool = " + name + ":__version__\n"},
	}
	record := info + "RECORD,,\n"
	for _, file := range files {
		if name != "unhashed" {
			record += line(file[0], "sha256", file[1])
		}
	}
	for _, file := range append(files, [2]string{info + "RECORD", record}) {
		entry, err := w.Create(file[0])
		check(t, err)
		_, err = entry.Write([]byte(file[1]))
		check(t, err)
	}
	check(t, w.Close())
	return path
}

// oracle is what Python's own library says of its distributions and sys.path.
const oracle = `import importlib.metadata as m, json, platform, sys
seen, found = set(), []
for d in m.distributions():
    name = d.metadata["Name"]
    key = __import__("re").sub("[-_.]+", "-", name).lower()
    if key in seen: continue
    seen.add(key)
    found.append([key, d.version, (d.read_text("INSTALLER") or "").strip(), d.read_text("direct_url.json")])
print(json.dumps({"found": sorted(found), "path": sys.path, "prefix": sys.prefix, "base": sys.base_prefix,
    "executable": sys.executable, "version": platform.python_version()}))`

type oracleAnswer struct {
	Found                             [][4]*string
	Path                              []string
	Prefix, Base, Executable, Version string
}

// A real virtual environment, in which pip has installed wheels by their names and
// a local archive, is listed as Python's own library lists it.
func TestAgainstPython(t *testing.T) {
	t.Parallel()
	root := tempDir(t)
	env := hermetic(root)
	run(t, root, env, "python3", "-m", "venv", "--system-site-packages", "--symlinks", "venv")
	write(t, root, map[string]string{"index/": "", "local/": "", "added/extra-7.dist-info/METADATA": "Name: extra\nVersion: 7\n"})
	wheel(t, root+"/index", "named_project", "1.2.3")
	wheel(t, root+"/index", "upgraded", "1.0")
	wheel(t, root+"/index", "upgraded", "2.0rc1")
	wheel(t, root+"/index", "unhashed", "1")
	python := root + "/venv/bin/python"
	pip := []string{"-m", "pip", "install", "--quiet", "--find-links", root + "/index"}
	run(t, root, env, python, append(pip, "named.project", "upgraded==2.0rc1", "unhashed", wheel(t, root+"/local", "archived", "0.5"))...)
	site, err := filepath.Glob(root + "/venv/lib/python*/site-packages")
	if err != nil || len(site) != 1 {
		t.Fatal(site, err)
	}
	write(t, site[0], map[string]string{"more.pth": root + "/added\n"})
	write(t, root, map[string]string{"oracle.py": oracle})

	in, ok, err := Resolve(context.Background(), Command{[]string{"venv/bin/python", "oracle.py"}, root, env})
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	inv, err := Scan(context.Background(), in, ScanOptions{})
	check(t, err)
	var want oracleAnswer
	check(t, json.Unmarshal([]byte(run(t, root, env, "venv/bin/python", "oracle.py")), &want))
	compareWithOracle(t, inv, want)
	for _, d := range inv.Distributions {
		if d.Name != "archived" {
			continue
		}
		digest, err := hashing.HashFile(context.Background(), root+"/local/archived-0.5-py3-none-any.whl", hashing.Options{})
		check(t, err)
		// Before 23.1 pip did not record the hash.
		if d.Origin == nil || d.Origin.URL != "file://"+root+"/local/archived-0.5-py3-none-any.whl" || d.Origin.Dir != "" ||
			len(d.Origin.Hashes) > 0 && d.Origin.Hashes[0] != (Hash{"sha256", digest.Digest.String()}) {
			t.Errorf("got %+v", d.Origin)
		}
	}
	checkInstalled(t, inv, site[0])
}

func compareWithOracle(t *testing.T, inv Inventory, want oracleAnswer) {
	t.Helper()
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	var expected, got []string
	for _, f := range want.Found {
		expected = append(expected, fmt.Sprint(text(f[0]), " ", text(f[1]), " ", text(f[2]), " ", f[3] != nil))
	}
	for _, d := range inv.Distributions {
		got = append(got, fmt.Sprint(d.Name, " ", d.Version, " ", d.Installer, " ", d.Origin != nil))
	}
	if diff := cmp.Diff(expected, got); diff != "" {
		t.Errorf("distributions (-python +ours)\n%s", diff)
	}
	in := inv.Interpreter
	if in.Prefix != want.Prefix || followed(in.BasePrefix) != followed(want.Base) || in.Path != want.Executable || in.Version != want.Version {
		t.Errorf("got %s, %s, %s, %s\nwant %s, %s, %s, %s", in.Prefix, in.BasePrefix, in.Path, in.Version, want.Prefix, want.Base, want.Executable, want.Version)
	}
	// All that Python searches beside the standard library, in its order.
	library := regexp.MustCompile(`python[0-9.]+(t?)(\.zip|/lib-dynload)?$|python[0-9]+\.zip$|plat-|lib-tk`)
	var paths, sites []string
	for _, p := range want.Path {
		if !library.MatchString(p) {
			paths = append(paths, followed(p))
		}
	}
	for _, s := range in.Sites {
		sites = append(sites, followed(s.Path))
	}
	if diff := cmp.Diff(paths, sites); diff != "" {
		t.Errorf("sys.path (-python +ours)\n%s", diff)
	}
}

// checkInstalled changes what was installed, and sees it.
func checkInstalled(t *testing.T, inv Inventory, site string) {
	t.Helper()
	own := func(d Distribution) bool { return d.Site == site }
	checks, err := Check(context.Background(), &inv, CheckOptions{})
	check(t, err)
	for i, c := range checks {
		// What a wheel lists without a hash, pip records without one.
		if hashed := inv.Distributions[i].Name != "unhashed"; own(inv.Distributions[i]) && (c.Intact() != hashed || len(c.Extra) > 0 || c.Weak) {
			t.Errorf("%s: got %+v", inv.Distributions[i].Name, c)
		}
	}
	check(t, os.WriteFile(site+"/named_project/__init__.py", []byte("__version__ = '6.6.6'\n"), 0o644))
	check(t, os.Remove(site+"/archived/__init__.py"))
	write(t, site, map[string]string{"upgraded/injected.py": "", "stray.py": ""})
	checks, err = Check(context.Background(), &inv, CheckOptions{})
	check(t, err)
	for i, d := range inv.Distributions {
		c := checks[i]
		changed := len(c.Changed) == 1 && c.Changed[0] == site+"/named_project/__init__.py"
		missing := len(c.Missing) == 1 && c.Missing[0] == site+"/archived/__init__.py"
		extra := len(c.Extra) == 1 && c.Extra[0] == site+"/upgraded/injected.py"
		if own(d) && (changed != (d.Name == "named-project") || missing != (d.Name == "archived") || extra != (d.Name == "upgraded")) {
			t.Errorf("%s: got %+v", d.Name, c)
		}
	}
}

// The interpreter that PATH leads to is described as it describes itself, whatever
// stands on PATH: a link, a shim, a wrapper.
func TestAgainstPythonOnPath(t *testing.T) {
	t.Parallel()
	root := tempDir(t)
	env := hermetic(root)
	write(t, root, map[string]string{"oracle.py": oracle})
	in, ok, err := Resolve(context.Background(), Command{[]string{"python3", "-s", "oracle.py"}, root, env})
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	inv, err := Scan(context.Background(), in, ScanOptions{})
	check(t, err)
	var want oracleAnswer
	check(t, json.Unmarshal([]byte(run(t, root, env, "python3", "-s", "oracle.py")), &want))
	compareWithOracle(t, inv, want)
}
