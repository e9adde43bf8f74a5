//go:build unix

package python

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const pyenvShim = `#!/usr/bin/env bash
set -e
program="${0##*/}"
export PYENV_ROOT="ROOT/pyenv"
exec "ROOT/pyenv/libexec/pyenv" exec "$program" "$@"
`

// workshop is a folder with interpreters, environments and scripts of many kinds.
func workshop(t testing.TB) string {
	root := tempDir(t)
	usr := install(t, root+"/usr", "3.11.2")
	for _, v := range []string{"3.10.13", "3.11.7", "3.11.10"} {
		install(t, root+"/pyenv/versions/"+v, v)
	}
	virtual(t, root+"/venv", usr, "version = 3.11.2\n")
	virtual(t, root+"/proj/.venv", usr, "version_info = 3.11.2.final.0\n")
	virtual(t, root+"/proj/named", usr, "")
	for _, env := range []string{"/conda", "/conda/envs/ml", "/proj/.pixi/envs/default"} {
		install(t, root+env, "3.11.5")
		write(t, root+env, map[string]string{"conda-meta/history": ""})
	}
	shim := strings.ReplaceAll(pyenvShim, "ROOT", root)
	write(t, root, map[string]string{
		"pyenv/shims/python":     shim,
		"pyenv/shims/python3":    shim,
		"pyenv/version":          "3.11.7\n",
		"local/.python-version":  "# mine\n3.10\n",
		"system/.python-version": "system\n",
		"proj/pyproject.toml":    "[project]\nname = 'Proj'\n",
		"proj/.pdm-python":       root + "/venv/bin/python\n",
		"proj/sub/train.py":      "import this\n",
		"proj/inline.py":         "# /// script\n# dependencies = ['x']\n# ///\n",
		"pip/Pipfile":            "",
		"pip/.venv":              root + "/proj/named\n",
		"poetry/pyproject.toml":  "[tool.poetry]\nname = 'My Proj'\n",
		"bin/env":                "\x00",
		"bin/sh":                 "\x00",
		"bin/true":               "\x00",
		"bin/test":               "\x00",
		"bin/tool":               "#!" + root + "/venv/bin/python\n",
		"bin/envtool":            "#!/usr/bin/env python3\n",
		"bin/stool":              "#!/usr/bin/env -S python3 -u\n",
		"bin/long":               "#!/bin/sh\n'''exec' \"" + root + "/venv/bin/python\" \"$0\" \"$@\"\n' '''\n",
		"bin/uvtool":             "#!/bin/sh\n'''exec' '" + root + "/venv/bin/python' \"$0\" \"$@\"\n' '''\n",
		"venv/bin/near":          "#!/bin/sh\n'''exec' \"$(dirname -- \"$(realpath -- \"$0\")\")\"/'python' \"$0\" \"$@\"\n' '''\n",
		"bin/loop":               "#!" + root + "/bin/loop\n",
		"bin/train.sh":           "#!/bin/sh\nset -e\ncd proj # there\nexport X=1 Y='a b'\ntrue && python3 sub/train.py\n",
		"bin/calls-itself.sh":    strings.Repeat(". x; bash "+root+"/bin/calls-itself.sh\n", 50),
		"bin/activating.sh":      "#!/bin/sh\nDIR=" + root + "\nsource \"$DIR/venv/bin/activate\"\nif test -f x; then\n  python -m train\nfi\n",
		"bin/plain":              "#!/bin/sh\necho hello\n",
		"bin/python3.9":          "",
		"bin/data":               "\x00python",
		"bin/linked":             "-> " + root + "/usr/bin/python3",
	})
	kept := poetryName(root+"/poetry") + "-py3.11"
	virtual(t, filepath.Join(root, "kept", kept), usr, "")
	return root
}

func TestResolve(t *testing.T) {
	root := workshop(t)
	usual := []string{"PATH=" + root + "/bin:" + root + "/usr/bin", "HOME=" + root + "/home"}
	shims := []string{"PATH=" + root + "/pyenv/shims:" + root + "/bin:" + root + "/usr/bin", "HOME=" + root + "/home"}
	for name, c := range map[string]struct {
		args string
		dir  string
		env  []string
		want string // below root; empty for none
	}{
		"by name":                    {"python3 train.py", "", usual, "usr/bin/python3"},
		"by path":                    {"./venv/bin/python -u train.py", "", usual, "venv/bin/python"},
		"nowhere on PATH":            {"python3.8 x", "", usual, ""},
		"not executable":             {"python3.9 x", "", usual, ""},
		"no PATH":                    {"python3 x", "", nil, ""},
		"relative PATH":              {"python x", "", []string{"PATH=venv/bin"}, "venv/bin/python"},
		"link of another name":       {"linked x", "", usual, "bin/linked"},
		"no Python":                  {"true", "", usual, ""},
		"a binary":                   {"data", "", usual, ""},
		"empty command":              {"", "", usual, ""},
		"shebang":                    {"tool x", "", usual, "venv/bin/python"},
		"shebang with env":           {"envtool", "", usual, "usr/bin/python3"},
		"shebang with env -S":        {"stool", "", usual, "usr/bin/python3"},
		"shebang too long":           {"long", "", usual, "venv/bin/python"},
		"shebang of uv":              {"uvtool", "", usual, "venv/bin/python"},
		"shebang that moves":         {"venv/bin/near", "", usual, "venv/bin/python"},
		"shebang of itself":          {"loop", "", usual, ""},
		"shell script":               {"train.sh", "", usual, "usr/bin/python3"},
		"shell with a script":        {"bash -eu bin/train.sh", "", usual, "usr/bin/python3"},
		"script that calls itself":   {"bash bin/calls-itself.sh", "", usual, ""},
		"script that activates":      {"sh bin/activating.sh", "", usual, "venv/bin/python"},
		"script without Python":      {"plain", "", usual, ""},
		"sh -c":                      {"sh -c|cd proj && A=b exec python3 train.py", "", usual, "usr/bin/python3"},
		"bash -lc":                   {"bash -lc|. ../venv/bin/activate; python x", "proj", usual, "venv/bin/python"},
		"sh -c with a variable":      {"sh -c|P=" + root + "/venv; \"$P/bin/python\" x", "", usual, "venv/bin/python"},
		"sh -c with a substitution":  {"sh -c|$(which python) x", "", usual, ""},
		"env":                        {"env -u X A=b PATH=" + root + "/venv/bin python x", "", usual, "venv/bin/python"},
		"env -i":                     {"env -i python3 x", "", usual, ""},
		"env -C":                     {"env -C proj .venv/bin/python x", "", usual, "proj/.venv/bin/python"},
		"nested prefixes":            {"nohup nice -n 5 timeout -k 3 10m time -v python3 x", "", usual, "usr/bin/python3"},
		"prefix without a command":   {"nice -n 5", "", usual, ""},
		"mpirun":                     {"mpirun -np 4 --host test python3 x", "", usual, "usr/bin/python3"},
		"srun, nothing":              {"srun -n 2 true", "", usual, ""},
		"nested lineage":             {"lineage run --input x -- tool", "", usual, "venv/bin/python"},
		"pyenv, global":              {"python x", "", shims, "pyenv/versions/3.11.7/bin/python"},
		"pyenv, local prefix":        {"python3 x", "local", shims, "pyenv/versions/3.10.13/bin/python3"},
		"pyenv, variable":            {"python x", "local", append(slices.Clone(shims), "PYENV_VERSION=3.11.10"), "pyenv/versions/3.11.10/bin/python"},
		"pyenv, newest of a minor":   {"python x", "", append(slices.Clone(shims), "PYENV_VERSION=3.11"), "pyenv/versions/3.11.10/bin/python"},
		"pyenv, system":              {"python x", "system", shims, "usr/bin/python"},
		"pyenv, not installed":       {"python x", "", append(slices.Clone(shims), "PYENV_VERSION=2.7.18"), ""},
		"pyenv by a shebang":         {"envtool", "", shims, "pyenv/versions/3.11.7/bin/python3"},
		"uv run":                     {"uv run --frozen --extra x train.py", "proj/sub", usual, "proj/.venv/bin/python"},
		"uv run, a module":           {"uv run -m train", "proj", usual, "proj/.venv/bin/python"},
		"uv run, a command":          {"uv --quiet run -- python -c x", "proj", usual, "proj/.venv/bin/python"},
		"uv run in another project":  {"uv run --project proj python x", "", usual, "proj/.venv/bin/python"},
		"uv run, environment named":  {"uv run python x", "proj", append(slices.Clone(usual), "UV_PROJECT_ENVIRONMENT=named"), "proj/named/bin/python"},
		"uv run, active":             {"uv run --active python x", "proj", append(slices.Clone(usual), "VIRTUAL_ENV="+root+"/venv"), "venv/bin/python"},
		"uv run, no project":         {"uv run python x", "", append(slices.Clone(usual), "VIRTUAL_ENV="+root+"/venv"), "venv/bin/python"},
		"uv run, own dependencies":   {"uv run inline.py", "proj", usual, ""},
		"uv run --with":              {"uv run --with rich python x", "proj", usual, ""},
		"uv pip":                     {"uv pip install x", "proj", usual, ""},
		"conda run -n":               {"conda run -n ml --no-capture-output python x", "", append(slices.Clone(usual), "CONDA_EXE="+root+"/conda/bin/conda"), "conda/envs/ml/bin/python"},
		"conda run -p":               {"conda run -p conda/envs/ml python x", "", usual, "conda/envs/ml/bin/python"},
		"mamba run, base":            {"mamba run -n base python3 x", "", append(slices.Clone(usual), "MAMBA_ROOT_PREFIX="+root+"/conda"), "conda/bin/python3"},
		"conda run, unknown":         {"conda run -n nowhere python x", "", append(slices.Clone(usual), "CONDA_EXE="+root+"/conda/bin/conda"), ""},
		"conda activate":             {"bash -c|conda activate ml; python x", "", append(slices.Clone(usual), "CONDA_EXE="+root+"/conda/bin/conda"), "conda/envs/ml/bin/python"},
		"poetry run, kept":           {"poetry run python x", "poetry", append(slices.Clone(usual), "POETRY_VIRTUALENVS_PATH="+root+"/kept"), "kept/NAME/bin/python"},
		"poetry run, in the project": {"poetry run python x", "proj", usual, "proj/.venv/bin/python"},
		"pipenv run":                 {"pipenv run python x", "pip", usual, "proj/named/bin/python"},
		"pdm run":                    {"pdm run python x", "proj", usual, "venv/bin/python"},
		"pixi run":                   {"pixi run python x", "proj", usual, "proj/.pixi/envs/default/bin/python"},
		"pixi run, a task":           {"pixi run train", "proj", usual, ""},
	} {
		t.Run(name, func(t *testing.T) {
			words, script, hasScript := strings.Cut(c.args, "|")
			args := strings.Fields(words)
			if hasScript {
				args = append(args, script)
			}
			in, ok, err := Resolve(context.Background(), Command{args, filepath.Join(root, c.dir), c.env})
			if err != nil {
				t.Fatal(err)
			}
			want := strings.Replace(c.want, "NAME", poetryName(root+"/poetry")+"-py3.11", 1)
			if got, _ := filepath.Rel(root, in.Path); ok != (want != "") || ok && got != want {
				t.Errorf("got %q, %v (%s), want %q", got, ok, in.How, want)
			}
			if ok && (in.Version == "" || in.Digest.IsZero() || len(in.Sites) == 0 || in.How == "" || in.Observed) {
				t.Errorf("got %+v", in)
			}
		})
	}
}

func TestResolveDescribes(t *testing.T) {
	root := workshop(t)
	in, ok, err := Resolve(context.Background(), Command{[]string{"env", "python", "x"}, root, []string{"PATH=" + root + "/venv/bin:" + root + "/bin"}})
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	want := Interpreter{
		Path: root + "/venv/bin/python", RealPath: root + "/usr/bin/python3.11", Version: "3.11.2", Implementation: "cpython",
		Prefix: root + "/venv", BasePrefix: root + "/usr", Kind: KindVenv, BaseKind: KindOther, How: "env",
	}
	if in.Path != want.Path || in.RealPath != want.RealPath || in.Version != want.Version || in.Implementation != want.Implementation ||
		in.Prefix != want.Prefix || in.BasePrefix != want.BasePrefix || in.Kind != want.Kind || in.BaseKind != want.BaseKind || in.How != want.How || len(in.Problems) > 0 {
		t.Errorf("got %+v\nwant %+v", in, want)
	}
	for path, kind := range map[string]Kind{"pyenv/versions/3.11.7": KindPyenv, "conda/envs/ml": KindConda, "usr": KindOther} {
		in, _, err := Resolve(context.Background(), Command{[]string{root + "/" + path + "/bin/python"}, root, nil})
		if err != nil || in.Kind != kind || in.Prefix != filepath.Join(root, path) {
			t.Errorf("%s: got %+v, %v", path, in, err)
		}
	}
}

func TestResolveEnded(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	root := workshop(t)
	_, ok, err := Resolve(ctx, Command{[]string{root + "/venv/bin/python"}, root, nil})
	if ok || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, %v", ok, err)
	}
}

// An interpreter that is carried elsewhere, or has lost its library, is described
// as far as it goes.
func TestBrokenInstallations(t *testing.T) {
	root := tempDir(t)
	install(t, root+"/usr", "3.11.2")
	virtual(t, root+"/moved", root+"/usr", "")
	write(t, root, map[string]string{
		"moved/pyvenv.cfg2":  "",
		"bare/bin/python3":   "\x00nothing",
		"stale/pyvenv.cfg":   "home = /nowhere/at/all\nversion = 3.11.0\n",
		"stale/bin/python":   "-> " + root + "/usr/bin/python3",
		"empty/pyvenv.cfg":   "",
		"empty/bin/python":   "-> " + root + "/usr/bin/python3",
		"header/bin/python3": "\x00stub", "header/lib/python3.12/os.py": "",
		"header/include/python3.12/patchlevel.h": "#define PY_VERSION      \t\"3.12.4+\"\n",
		"free/bin/python3":                       "\x00\x003.13.1\x00", "free/lib/python3.13t/os.py": "",
		"pypy/bin/pypy3": "\x00\x003.10.14\x00", "pypy/lib/pypy3.10/os.py": "",
		"shared/bin/python3": "\x00stub", "shared/lib/python3.12/os.py": "",
		"shared/lib/libpython3.12.so.1.0": "\x00x\x003.12.9\x00",
	})
	for path, want := range map[string]struct {
		version  string
		problems int
	}{
		"bare/bin/python3":   {"", 2},
		"stale/bin/python":   {"3.11.2", 1},
		"empty/bin/python":   {"3.11.2", 0},
		"header/bin/python3": {"3.12.4", 0},
		"shared/bin/python3": {"3.12.9", 0},
		"free/bin/python3":   {"3.13.1", 0},
		"pypy/bin/pypy3":     {"3.10.14", 0},
	} {
		in, ok, err := Resolve(context.Background(), Command{[]string{filepath.Join(root, path)}, root, nil})
		if err != nil || !ok || in.Version != want.version || len(in.Problems) != want.problems {
			t.Errorf("%s: got %+v, %v, %v", path, in, ok, err)
		}
	}
}

func TestParseOptions(t *testing.T) {
	for args, want := range map[string]options{
		"":                                    {cwd: true},
		"train.py -s -E":                      {script: "train.py"},
		"-u -W ignore x.py":                   {script: "x.py"},
		"-Wignore -Xdev x.py":                 {script: "x.py"},
		"-sE -m mod -S":                       {noUser: true, noEnv: true, cwd: true},
		"-I x.py":                             {noEnv: true, noUser: true, safe: true, script: "x.py"},
		"-bbSc pass":                          {noSite: true, cwd: true},
		"-P -":                                {safe: true, cwd: true},
		"--check-hash-based-pycs always x.py": {script: "x.py"},
		"-X importtime":                       {cwd: true},
	} {
		if got := parseOptions(strings.Fields(args)); got != want {
			t.Errorf("%q: got %+v, want %+v", args, got, want)
		}
	}
}

func FuzzShell(f *testing.F) {
	f.Add("cd x && A='b c' python \"$D/y.py\" # no\n")
	f.Add("'\"`\\\n$${${x}$")
	f.Fuzz(func(t *testing.T, script string) {
		budget := maxCommands
		step{place{"/nowhere", environ{"D": "x"}}, nil, &budget}.commands(script)
		parseVenv(script)
		pthPaths(script)
	})
}
