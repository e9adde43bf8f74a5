package python

import (
	"path/filepath"
	"strings"
)

// venv is what a pyvenv.cfg says; the zero value is that of no virtual
// environment.
type venv struct {
	path       string // of the pyvenv.cfg
	home       string
	systemSite bool
	values     map[string]string
}

// readVenv looks for pyvenv.cfg where Python does: beside the program and one
// folder above it, without following the program's links.
func readVenv(program string) (venv, bool) {
	dir := filepath.Dir(program)
	for _, d := range []string{dir, filepath.Dir(dir)} {
		path := filepath.Join(d, "pyvenv.cfg")
		text, err := readFile(path)
		if err != nil {
			continue
		}
		v := parseVenv(string(text))
		v.path = path
		return v, true
	}
	return venv{}, false
}

// parseVenv reads the text of a pyvenv.cfg. As in Python, what does not say
// otherwise lets the system's packages in, and of a key that stands twice the last counts.
func parseVenv(text string) venv {
	v := venv{systemSite: true, values: map[string]string{}}
	for line := range strings.Lines(text) {
		if key, value, found := strings.Cut(line, "="); found {
			v.values[strings.ToLower(strings.TrimSpace(key))] = strings.TrimSpace(value)
		}
	}
	v.home = v.values["home"]
	if s, set := v.values["include-system-site-packages"]; set {
		v.systemSite = strings.EqualFold(s, "true")
	}
	return v
}

// version is the one that the environment was made with. virtualenv and uv call
// it version_info; virtualenv adds the release level: 3.11.7.final.0.
func (v venv) version() string {
	for _, key := range []string{"version_info", "version"} {
		if s := v.values[key]; s != "" {
			s, _, _ = strings.Cut(s, ".final")
			return s
		}
	}
	return ""
}
