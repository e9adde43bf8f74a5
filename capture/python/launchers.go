package python

import (
	"crypto/sha256"
	"encoding/base64"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/capture/lockfile"
)

// launcher answers the command that it starts, and the place that it starts it in:
// mostly a PATH that begins with the environment's programs. ok is false if it does
// something else, or makes an environment for this command alone.
type launcher func(args []string, p place) (rest []string, changed place, ok bool)

var launchers = map[string]launcher{
	"uv": uvRun, "rye": uvRun,
	"conda": condaRun, "mamba": condaRun, "micromamba": condaRun,
	"poetry": poetryRun, "pipenv": pipenvRun, "pdm": pdmRun, "pixi": pixiRun,
}

// afterRun reads the options before and after the word run. Those in valued have
// their value in the next argument or after "=".
func afterRun(args []string, valued string) (values map[string]string, flags map[string]bool, rest []string, ok bool) {
	values, flags = map[string]string{}, map[string]bool{}
	takes := strings.Fields(valued)
	ran := false
	for i := 1; i < len(args); i++ {
		name, value, assigned := strings.Cut(args[i], "=")
		switch {
		case args[i] == "--" && ran:
			return values, flags, args[i+1:], true
		case !strings.HasPrefix(args[i], "-"):
			if ran {
				return values, flags, args[i:], true
			}
			if args[i] != "run" {
				return nil, nil, nil, false
			}
			ran = true
		case assigned:
			values[name] = value
		case slices.Contains(takes, name) && i+1 < len(args):
			i++
			values[name] = args[i]
		default:
			flags[name] = true
		}
	}
	return values, flags, nil, ran
}

// firstOf is the value of the first of the options that is set.
func firstOf(values map[string]string, names ...string) string {
	for _, n := range names {
		if v := values[n]; v != "" {
			return v
		}
	}
	return ""
}

// inVenv is the place with a virtual environment active.
func (p place) inVenv(dir string) place { return p.inPrefix(dir, "VIRTUAL_ENV") }

func (p place) inPrefix(dir, variable string) place {
	bin := filepath.Join(dir, "bin")
	if runtime.GOOS == "windows" {
		bin = filepath.Join(dir, "Scripts") + string(filepath.ListSeparator) + dir
	}
	path := bin + string(filepath.ListSeparator) + p.env["PATH"]
	return place{p.dir, p.env.with("PATH", path).with(variable, dir).without("PYTHONHOME")}
}

// above is the first folder, from dir upwards, that has name.
func above(dir, name string) (string, bool) {
	for {
		if exists(filepath.Join(dir, name)) {
			return dir, true
		}
		if dir == filepath.Dir(dir) {
			return "", false
		}
		dir = filepath.Dir(dir)
	}
}

const uvValued = `--directory --project --config-file --cache-dir --color --allow-insecure-host --extra --no-extra --group
	--only-group --no-group --env-file --with --with-editable --with-requirements -w -p --python --index --default-index
	--index-url -i --extra-index-url --find-links -f --upgrade-package -P --reinstall-package --index-strategy
	--keyring-provider --resolution --prerelease --config-setting -C --no-build-isolation-package --exclude-newer
	--link-mode --no-build-package --no-binary-package --refresh-package --package --python-platform --fork-strategy`

var inlineMetadata = regexp.MustCompile(`(?m)^# /// script\r?$`)

// uvRun is uv run, and rye run: the command finds the project's .venv first. With
// --with, --isolated, and for a script that names its own dependencies, uv makes an
// environment that nobody can know beforehand.
func uvRun(args []string, p place) ([]string, place, bool) {
	values, flags, rest, ok := afterRun(args, uvValued)
	if !ok || flags["--isolated"] || firstOf(values, "--with", "-w", "--with-editable", "--with-requirements") != "" {
		return nil, p, false
	}
	if d := values["--directory"]; d != "" {
		p.dir = p.abs(d)
	}
	switch {
	case len(rest) == 0:
		return nil, p, false
	case flags["-m"] || flags["--module"]:
		rest = append([]string{"python", "-m"}, rest...)
	case flags["-s"] || flags["--script"]:
		return nil, p, false
	case strings.HasSuffix(rest[0], ".py"):
		if text, _ := readFile(p.abs(rest[0])); inlineMetadata.Match(text) {
			return nil, p, false
		}
		rest = append([]string{"python"}, rest...)
	}
	start := p.dir
	if d := values["--project"]; d != "" {
		start = p.abs(d)
	}
	project, inProject := above(start, "pyproject.toml")
	active := p.env["VIRTUAL_ENV"]
	if active != "" && (flags["--active"] || flags["--no-project"] || !inProject) {
		return rest, p.inVenv(active), true
	}
	if named := p.env["UV_PROJECT_ENVIRONMENT"]; named != "" && inProject {
		return rest, p.inVenv(place{dir: project}.abs(named)), true
	}
	if dir, found := above(start, ".venv"); found {
		return rest, p.inVenv(filepath.Join(dir, ".venv")), true
	}
	return nil, p, false
}

// condaRun is conda run, and its like.
func condaRun(args []string, p place) ([]string, place, bool) {
	values, _, rest, ok := afterRun(args, "-n --name -p --prefix -r --root-prefix --cwd -e --env -a --attach --label")
	if !ok || len(rest) == 0 {
		return nil, p, false
	}
	if d := values["--cwd"]; d != "" {
		p.dir = p.abs(d)
	}
	if dir := firstOf(values, "-p", "--prefix"); dir != "" {
		return rest, p.inPrefix(p.abs(dir), "CONDA_PREFIX"), true
	}
	name := firstOf(values, "-n", "--name")
	if name == "" && p.env["CONDA_PREFIX"] != "" {
		return rest, p.inPrefix(p.env["CONDA_PREFIX"], "CONDA_PREFIX"), true
	}
	prefix, found := p.condaPrefix(name, firstOf(values, "-r", "--root-prefix"))
	return rest, p.inPrefix(prefix, "CONDA_PREFIX"), found
}

// condaPrefix finds an environment by its name, among those of each root that
// variables, PATH and custom suggest.
func (p place) condaPrefix(name, root string) (string, bool) {
	if strings.ContainsAny(name, `/\`) {
		return p.abs(name), isDir(p.abs(name))
	}
	roots := []string{root, p.env["MAMBA_ROOT_PREFIX"], p.env["CONDA_ROOT"]}
	for _, exe := range []string{p.env["CONDA_EXE"], p.env["MAMBA_EXE"]} {
		if exe != "" {
			roots = append(roots, filepath.Dir(filepath.Dir(exe)))
		}
	}
	if found, ok := p.find("conda"); ok {
		roots = append(roots, filepath.Dir(filepath.Dir(followed(found))))
	}
	for _, custom := range []string{"miniconda3", "miniforge3", "mambaforge", "anaconda3", "micromamba", ".conda"} {
		roots = append(roots, filepath.Join(p.env.home(), custom))
	}
	roots = append(roots, "/opt/conda")
	var dirs []string
	for _, variable := range []string{"CONDA_ENVS_PATH", "CONDA_ENVS_DIRS"} {
		dirs = append(dirs, filepath.SplitList(p.env[variable])...)
	}
	for _, r := range roots {
		if r == "" {
			continue
		}
		if (name == "" || name == "base") && isDir(filepath.Join(r, "conda-meta")) {
			return r, true
		}
		dirs = append(dirs, filepath.Join(r, "envs"))
	}
	for _, d := range dirs {
		if prefix := filepath.Join(d, name); name != "" && isDir(filepath.Join(prefix, "conda-meta")) {
			return prefix, true
		}
	}
	return "", false
}

// poetryRun is poetry run: an active environment, the project's .venv, or one of
// those that Poetry keeps under a name made of the project's and a digest of its path.
func poetryRun(args []string, p place) ([]string, place, bool) {
	values, _, rest, ok := afterRun(args, "-C --directory -P --project")
	if !ok || len(rest) == 0 {
		return nil, p, false
	}
	start := p.dir
	if d := firstOf(values, "-C", "--directory", "-P", "--project"); d != "" {
		start = p.abs(d)
	}
	if active := p.env["VIRTUAL_ENV"]; active != "" {
		return rest, p.inVenv(active), true
	}
	project, found := above(start, "pyproject.toml")
	if !found {
		return nil, p, false
	}
	if dir := filepath.Join(project, ".venv"); isDir(dir) {
		return rest, p.inVenv(dir), true
	}
	kept := p.env["POETRY_VIRTUALENVS_PATH"]
	if kept == "" {
		kept = filepath.Join(p.env.under("POETRY_CACHE_DIR", cacheFolder("pypoetry")), "virtualenvs")
	}
	matches, _ := filepath.Glob(filepath.Join(globEscape(kept), globEscape(poetryName(project))+"-py*"))
	if len(matches) != 1 {
		return nil, p, false
	}
	return rest, p.inVenv(matches[0]), true
}

// cacheFolder is where programs keep caches, below the home folder.
func cacheFolder(program string) string {
	if runtime.GOOS == "darwin" {
		return filepath.Join("Library/Caches", program)
	}
	return filepath.Join(".cache", program)
}

var poetryUnsafe = regexp.MustCompile("[ $`!*@\"\\\\\r\n\t]")

// poetryName is EnvManager.generate_env_name of Poetry.
func poetryName(project string) string {
	var file struct {
		Project struct{ Name string }
		Tool    struct{ Poetry struct{ Name string } }
	}
	text, _ := readFile(filepath.Join(project, "pyproject.toml"))
	if _, err := lockfile.DecodeTOML(text, &file, maxLock); err != nil {
		return ""
	}
	name := file.Project.Name
	if name == "" {
		name = file.Tool.Poetry.Name
	}
	name = poetryUnsafe.ReplaceAllString(NormalizeName(name), "_")
	sum := sha256.Sum256([]byte(followed(project)))
	return name[:min(len(name), 42)] + "-" + base64.URLEncoding.EncodeToString(sum[:])[:8]
}

// pipenvRun is pipenv run: an active environment, the project's .venv (a folder,
// or a file that names one), or one that Pipenv keeps.
func pipenvRun(args []string, p place) ([]string, place, bool) {
	_, _, rest, ok := afterRun(args, "--python --pypi-mirror")
	if !ok || len(rest) == 0 {
		return nil, p, false
	}
	if active := p.env["VIRTUAL_ENV"]; active != "" && p.env["PIPENV_IGNORE_VIRTUALENVS"] == "" {
		return rest, p.inVenv(active), true
	}
	project, found := above(p.dir, "Pipfile")
	if !found {
		return nil, p, false
	}
	kept := p.env["WORKON_HOME"]
	if kept == "" {
		kept = p.env.under("XDG_DATA_HOME", ".local", "share")
		kept = filepath.Join(kept, "virtualenvs")
	}
	dir := filepath.Join(project, ".venv")
	if isDir(dir) {
		return rest, p.inVenv(dir), true
	}
	if text, err := os.ReadFile(dir); err == nil && isFile(dir) {
		dir = strings.TrimSpace(string(text))
		if !strings.ContainsAny(dir, `/\`) {
			dir = filepath.Join(kept, dir)
		}
		return rest, p.inVenv(place{dir: project}.abs(dir)), true
	}
	sum := sha256.Sum256([]byte(filepath.Join(project, "Pipfile")))
	name := poetryUnsafe.ReplaceAllString(filepath.Base(project), "_")
	dir = filepath.Join(kept, name[:min(len(name), 42)]+"-"+base64.URLEncoding.EncodeToString(sum[:6]))
	return rest, p.inVenv(dir), isDir(dir)
}

// pdmRun is pdm run: the interpreter that .pdm-python names, or the .venv.
func pdmRun(args []string, p place) ([]string, place, bool) {
	values, _, rest, ok := afterRun(args, "-p --project -c --config -s --site-packages")
	if !ok || len(rest) == 0 {
		return nil, p, false
	}
	start := p.dir
	if d := firstOf(values, "-p", "--project"); d != "" {
		start = p.abs(d)
	}
	project, found := above(start, "pyproject.toml")
	if !found {
		return nil, p, false
	}
	if text, err := readFile(filepath.Join(project, ".pdm-python")); err == nil {
		python := strings.TrimSpace(string(text))
		return rest, p.inVenv(filepath.Dir(filepath.Dir(python))), filepath.IsAbs(python)
	}
	dir := filepath.Join(project, ".venv")
	return rest, p.inVenv(dir), isDir(dir)
}

// pixiRun is pixi run with a command; a task of its own is not looked up.
func pixiRun(args []string, p place) ([]string, place, bool) {
	values, _, rest, ok := afterRun(args, "-e --environment --manifest-path --color")
	if !ok || len(rest) == 0 {
		return nil, p, false
	}
	start := p.dir
	if m := values["--manifest-path"]; m != "" {
		start = p.abs(m)
	}
	root, found := above(start, ".pixi")
	name := firstOf(values, "-e", "--environment")
	if name == "" {
		name = "default"
	}
	return rest, p.inPrefix(filepath.Join(root, ".pixi", "envs", name), "CONDA_PREFIX"), found
}
