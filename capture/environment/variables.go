package environment

import (
	"maps"
	"slices"
	"strings"
)

// Variable is one environment variable of the allow-list.
type Variable struct {
	Name, Value string
	Redacted    bool
	Determinism bool // it governs whether two runs give the same bits
}

// AllowanceOf is the line of [Allowed] that lets a variable in; ok is false if
// there is none. A whole name goes before a prefix.
func AllowanceOf(name string) (a Allowance, ok bool) {
	for _, a := range Allowed {
		if a.Name == name {
			return a, true
		}
	}
	for _, a := range Allowed {
		if prefix, open := strings.CutSuffix(a.Name, "*"); open && strings.HasPrefix(name, prefix) {
			return a, true
		}
	}
	return Allowance{}, false
}

func variables(o Options, env map[string]string) []Variable {
	rules := o.rules()
	var found []Variable
	for _, name := range slices.Sorted(maps.Keys(env)) {
		a, ok := AllowanceOf(name)
		if !ok {
			continue
		}
		v := Variable{Name: name, Determinism: a.Determinism}
		v.Value, v.Redacted = rules.Variable(name, env[name])
		if a.Path {
			v.Value = withoutHome(v.Value, o.Home)
		}
		found = append(found, v)
	}
	return found
}

// withoutHome writes ~ for the home folder at the start of each path of a list.
func withoutHome(list, home string) string {
	home = strings.TrimRight(home, `/\`)
	if home == "" {
		return list
	}
	separator := ":"
	if len(home) > 1 && home[1] == ':' { // a drive's letter
		separator = ";"
	}
	paths := strings.Split(list, separator)
	for i, p := range paths {
		if rest, below := strings.CutPrefix(p, home); below && (rest == "" || rest[0] == '/' || rest[0] == '\\') {
			paths[i] = "~" + rest
		}
	}
	return strings.Join(paths, separator)
}
