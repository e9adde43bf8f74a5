package python

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
)

// launch is one start of an interpreter.
type launch struct {
	place
	path string   // sys.executable
	args []string // what follows it on the command line
}

// isInterpreter matches the names of interpreters' programs.
var isInterpreter = regexp.MustCompile(`^(python|pypy)(w|\d+(\.\d+)*t?)?(-intel64|-dbg|-debug)?(\.exe)?$`).MatchString

// describe finds out what there is to know about the interpreter that is
// launched. An error means that it cannot be read at all, or that ctx ended.
func describe(ctx context.Context, l launch, how string) (Interpreter, error) {
	in := Interpreter{Path: filepath.Clean(l.path), How: how, Implementation: "cpython"}
	in.RealPath = followed(in.Path)
	cfg, _ := readVenv(in.Path)
	o := parseOptions(l.args)
	base := in.findBase(cfg, l, o)
	if strings.Contains(filepath.Base(in.RealPath), "pypy") || strings.HasPrefix(base.lib, "pypy") {
		in.Implementation = "pypy"
	}
	found, err := fingerprint(ctx, in.RealPath, base)
	if err != nil {
		return Interpreter{}, fmt.Errorf("reading interpreter %q: %w", in.Path, err)
	}
	in.Digest = found.digest
	in.Version = found.version
	if in.Version == "" {
		in.Version = cfg.version() // of when the environment was made
	}
	if in.Version == "" {
		in.Version = base.version()
		in.problem(in.RealPath, "its exact version was not found")
	}
	in.Kind = kindOf(in.Prefix, in.Path, cfg.path != "")
	in.BaseKind = in.Kind
	if in.Kind == KindVenv {
		in.BaseKind = kindOf(in.BasePrefix, in.RealPath, false)
	}
	in.findSites(l, o, cfg, base)
	return in, nil
}

func (in *Interpreter) problem(path, what string) {
	in.Problems = append(in.Problems, Problem{path, what})
}

// installation is where an interpreter's standard library is.
type installation struct {
	prefix string
	dir    string // the standard library
	lib    string // its name: python3.11, python3.13t, pypy3.10; empty on Windows
}

// version is major and minor, from the library's name.
func (i installation) version() string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(i.lib, "pypy"), "python"), "t")
}

// findBase finds prefix and base prefix, as CPython's getpath does: from
// PYTHONHOME, from the home that pyvenv.cfg names, else upwards from the program.
func (in *Interpreter) findBase(cfg venv, l launch, o options) installation {
	from := filepath.Dir(in.RealPath)
	if home := l.env["PYTHONHOME"]; home != "" && !o.noEnv {
		from, _, _ = strings.Cut(l.abs(home), string(filepath.ListSeparator))
	} else if cfg.home != "" {
		from = cfg.home
	}
	base, ok := searchUp(from, filepath.Base(in.RealPath), cfg)
	if !ok && cfg.home != "" { // a virtual environment that was carried elsewhere
		in.problem(cfg.path, fmt.Sprintf("names %q as its home, where no Python is", cfg.home))
		base, ok = searchUp(filepath.Dir(in.RealPath), filepath.Base(in.RealPath), cfg)
	}
	if !ok {
		in.problem(in.RealPath, "no standard library was found beside it")
		base.prefix = filepath.Dir(filepath.Dir(in.RealPath))
	}
	in.Prefix, in.BasePrefix = base.prefix, base.prefix
	if cfg.path != "" {
		in.Prefix = filepath.Dir(filepath.Dir(in.Path))
	}
	return base
}

// searchUp looks in dir and above it for a standard library that fits the
// program's name. Links are followed first: where /bin is a link, /lib is no prefix.
func searchUp(dir, program string, cfg venv) (installation, bool) {
	for _, start := range []string{followed(dir), dir} {
		// The root itself is no prefix: where /lib is a link, it would always be found.
		for d := start; d != filepath.Dir(d); d = filepath.Dir(d) {
			if i, ok := libraryIn(d, program, cfg); ok {
				return i, true
			}
		}
	}
	return installation{}, false
}

func libraryIn(prefix, program string, cfg venv) (installation, bool) {
	if runtime.GOOS == "windows" {
		dir := filepath.Join(prefix, "Lib")
		return installation{prefix: prefix, dir: dir}, isFile(filepath.Join(dir, "os.py"))
	}
	wanted := wantedVersion(program, cfg)
	var found []installation
	for _, libdir := range []string{"lib", "lib64"} {
		landmarks, _ := filepath.Glob(filepath.Join(globEscape(prefix), libdir, "p*", "os.py"))
		for _, l := range landmarks {
			i := installation{prefix, filepath.Dir(l), filepath.Base(filepath.Dir(l))}
			if isVersion(i.version()) && (wanted == "" || i.version() == wanted) {
				found = append(found, i)
			}
		}
	}
	for _, i := range found { // a free-threaded one has a library of its own
		if strings.HasSuffix(i.lib, "t") == strings.HasSuffix(program, "t") {
			return i, true
		}
	}
	if len(found) > 0 {
		return found[0], true
	}
	return installation{prefix: prefix}, false
}

var (
	isVersion    = regexp.MustCompile(`^\d+\.\d+$`).MatchString
	programMinor = regexp.MustCompile(`^(?:python|pypy)(\d+\.\d+)`)
)

// wantedVersion is the major and minor version that the program's name or the
// virtual environment tell; empty if neither does.
func wantedVersion(program string, cfg venv) string {
	if m := programMinor.FindStringSubmatch(program); m != nil {
		return m[1]
	}
	parts := strings.SplitN(cfg.version(), ".", 3)
	if len(parts) < 2 {
		return ""
	}
	return parts[0] + "." + parts[1]
}

func globEscape(path string) string {
	return strings.NewReplacer(`*`, `\*`, `?`, `\?`, `[`, `\[`, `\`, `\\`).Replace(path)
}

// kindOf tells how an environment is kept by what stands in it.
func kindOf(prefix, path string, hasConfig bool) Kind {
	slashed := filepath.ToSlash(followed(prefix)) + "/"
	switch {
	case hasConfig:
		return KindVenv
	case isDir(filepath.Join(prefix, "conda-meta")):
		return KindConda
	case uvFolder.MatchString(slashed):
		return KindUV
	case pyenvFolder.MatchString(slashed):
		return KindPyenv
	}
	for _, dir := range []string{"/usr/bin/", "/bin/", "/usr/libexec/", "/System/", "/Library/Developer/", "/Applications/Xcode.app/"} {
		if strings.HasPrefix(filepath.ToSlash(path), dir) {
			return KindSystem
		}
	}
	return KindOther
}

var (
	uvFolder    = regexp.MustCompile(`/(cpython|pypy|graalpy)-\d+\.\d+[^/]*-(linux|macos|windows)[^/]*/$`)
	pyenvFolder = regexp.MustCompile(`/\.?pyenv[^/]*/versions/[^/]+/`)
)
