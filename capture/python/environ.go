package python

import (
	"maps"
	"path/filepath"
	"runtime"
	"strings"
)

// environ is an environment by name. It is copied before it is changed.
type environ map[string]string

func parseEnviron(env []string) environ {
	m := make(environ, len(env))
	for _, e := range env {
		name, value, found := strings.Cut(e, "=")
		if runtime.GOOS == "windows" {
			name = strings.ToUpper(name)
		}
		if _, twice := m[name]; found && !twice {
			m[name] = value
		}
	}
	return m
}

func (e environ) with(name, value string) environ {
	m := maps.Clone(e)
	if m == nil {
		m = environ{}
	}
	m[name] = value
	return m
}

func (e environ) without(name string) environ {
	m := maps.Clone(e)
	delete(m, name)
	return m
}

// home is the user's home folder.
func (e environ) home() string {
	if h := e["HOME"]; h != "" {
		return h
	}
	return e["USERPROFILE"]
}

// under is the value of a variable, or else a folder below home.
func (e environ) under(name string, below ...string) string {
	if v := e[name]; v != "" {
		return v
	}
	return filepath.Join(append([]string{e.home()}, below...)...)
}

// place is where a command runs: what relative paths and names are looked up
// against.
type place struct {
	dir string
	env environ
}

// abs is path, taken from the place's folder if it is relative.
func (p place) abs(path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(p.dir, path)
}

// find looks a program up as the system does: by its path if it has one, else
// along PATH.
func (p place) find(program string) (path string, ok bool) {
	if strings.ContainsRune(program, '/') || strings.ContainsRune(program, filepath.Separator) {
		path = p.abs(program)
		return executable(path)
	}
	for _, dir := range filepath.SplitList(p.env["PATH"]) {
		if found, ok := executable(filepath.Join(p.abs(dir), program)); ok {
			return found, true
		}
	}
	return "", false
}
