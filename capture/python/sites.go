package python

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// sites collects entries of sys.path.
type sites struct {
	list  []Site
	known map[string]bool
}

// add appends an entry unless it is there already, and tells whether it was.
func (s *sites) add(path string, origin SiteOrigin, from string) bool {
	path = filepath.Clean(path)
	key := path
	if runtime.GOOS == "windows" {
		key = strings.ToLower(path)
	}
	if s.known[key] {
		return false
	}
	s.known[key] = true
	s.list = append(s.list, Site{path, origin, from})
	return true
}

// findSites computes the part of sys.path that can hold distributions, as
// CPython's site.py does: the script's folder, PYTHONPATH, the virtual environment, the
// user's site, the base interpreter's, each followed by what its .pth files add. The
// standard library is left out.
func (in *Interpreter) findSites(l launch, o options, cfg venv, base installation) {
	s := &sites{known: map[string]bool{}}
	if !o.noEnv && l.env["PYTHONSAFEPATH"] != "" {
		o.safe = true
	}
	if dir := scriptDir(l, o); dir != "" {
		s.add(dir, SiteScript, "")
	}
	if list := l.env["PYTHONPATH"]; list != "" && !o.noEnv {
		for _, dir := range strings.Split(list, string(filepath.ListSeparator)) {
			if path := l.abs(dir); exists(path) {
				s.add(path, SitePath, "")
			}
		}
	}
	if o.noSite {
		in.Sites = s.list
		return
	}
	if cfg.path != "" {
		in.addPackages(s, in.Prefix, base, SitePackages, true)
		if cfg.systemSite {
			in.addUser(s, l, o, base)
			in.addPackages(s, base.prefix, base, SiteBase, false)
		}
	} else {
		in.addUser(s, l, o, base)
		in.addPackages(s, base.prefix, base, SitePackages, false)
	}
	in.Sites = s.list
}

// scriptDir is what Python puts first: the folder of the script, its links
// followed, or the current one; empty for -P and for a script that is a folder or
// archive of its own.
func scriptDir(l launch, o options) string {
	if o.safe {
		return ""
	}
	if o.cwd {
		return l.dir
	}
	script := followed(l.abs(o.script))
	if isDir(script) {
		return script
	}
	if exists(script) {
		return filepath.Dir(script)
	}
	return ""
}

// addPackages adds the site-packages of a prefix, and on Debian its
// dist-packages. Debian's own site.py, and no other, names these; a Python built by hand
// under /usr/local must not be given what stands there for the system's.
func (in *Interpreter) addPackages(s *sites, prefix string, base installation, origin SiteOrigin, inVenv bool) {
	var dirs []string
	text, _ := readFile(filepath.Join(base.dir, "site.py"))
	debian := strings.Contains(string(text), `"dist-packages"`)
	switch {
	case runtime.GOOS == "windows":
		dirs = []string{prefix, filepath.Join(prefix, "Lib", "site-packages")}
	case debian:
		if inVenv || in.Prefix != in.BasePrefix {
			dirs = append(dirs, filepath.Join(prefix, "lib", base.lib, "site-packages"))
		}
		dirs = append(dirs, filepath.Join(prefix, "local/lib", base.lib, "dist-packages"),
			filepath.Join(prefix, "lib/python3/dist-packages"), filepath.Join(prefix, "lib", base.lib, "dist-packages"))
	default:
		if strings.HasPrefix(base.dir, filepath.Join(base.prefix, "lib64")) {
			dirs = append(dirs, filepath.Join(prefix, "lib64", base.lib, "site-packages"))
		}
		dirs = append(dirs, filepath.Join(prefix, "lib", base.lib, "site-packages"))
	}
	for _, d := range dirs {
		in.addSiteDir(s, d, origin)
	}
}

func (in *Interpreter) addUser(s *sites, l launch, o options, base installation) {
	if o.noUser || !o.noEnv && l.env["PYTHONNOUSERSITE"] != "" {
		return
	}
	user := l.env["PYTHONUSERBASE"]
	if o.noEnv || user == "" {
		if l.env.home() == "" {
			return
		}
		user = filepath.Join(l.env.home(), ".local")
	}
	dir := filepath.Join(l.abs(user), "lib", base.lib, "site-packages")
	switch {
	case runtime.GOOS == "windows":
		v := strings.ReplaceAll(wantedVersionOf(in.Version), ".", "")
		dir = filepath.Join(l.env.under("APPDATA", "AppData", "Roaming"), "Python", "Python"+v, "site-packages")
	case runtime.GOOS == "darwin" && strings.Contains(base.prefix, "Python.framework"):
		dir = filepath.Join(l.env.home(), "Library/Python", base.version(), "lib/python/site-packages")
	}
	in.addSiteDir(s, dir, SiteUser)
}

func wantedVersionOf(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return strings.Join(parts[:min(2, len(parts))], ".")
}

// addSiteDir adds a folder and what its .pth files name.
func (in *Interpreter) addSiteDir(s *sites, dir string, origin SiteOrigin) {
	if !isDir(dir) || !s.add(dir, origin, "") {
		return
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		in.problem(dir, reason(err))
		return
	}
	for _, e := range entries { // in the order of their names, as Python takes them
		if !strings.HasSuffix(e.Name(), ".pth") || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		path := filepath.Join(dir, e.Name())
		text, err := readFile(path)
		if err != nil {
			in.problem(path, reason(err))
			continue
		}
		for _, added := range pthPaths(string(text)) {
			if p := join(dir, added); exists(p) {
				s.add(p, SitePth, path)
			}
		}
	}
}

// pthPaths are the lines of a .pth file that name paths. Those that import are
// programs, which we do not run.
func pthPaths(text string) []string {
	var paths []string
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		if strings.HasPrefix(line, "#") || pthRuns(line) || strings.TrimSpace(line) == "" || strings.Contains(line, "\x00") {
			continue
		}
		paths = append(paths, strings.TrimRight(line, " \t\r\n\v\f"))
	}
	return paths
}

// pthRuns tells whether Python executes a line of a .pth file.
func pthRuns(line string) bool {
	return strings.HasPrefix(line, "import ") || strings.HasPrefix(line, "import\t")
}

// join is path, taken from dir if it is relative.
func join(dir, path string) string { return place{dir: dir}.abs(path) }

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// scans are the sites in which a script's own folder does not hide that it is
// only code: those whose stray files are worth naming.
func (s Site) installs() bool {
	return slices.Contains([]SiteOrigin{SitePackages, SiteUser, SiteBase}, s.Origin)
}
