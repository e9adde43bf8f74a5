package python

import (
	"path/filepath"
	"regexp"
	"strings"
)

// Owners finds the distribution that owns a file.
type Owners struct {
	files map[string]int
	dirs  map[string]int // editable installs, and modules that nothing lists
}

// NewOwners prepares the look-up.
func NewOwners(inv *Inventory) *Owners {
	n := 0
	for _, d := range inv.Distributions {
		n += len(d.files)
	}
	o := &Owners{make(map[string]int, n), map[string]int{}}
	for i, d := range inv.Distributions {
		for _, f := range d.files {
			o.files[f.path] = i
		}
		if d.Origin != nil && d.Origin.Editable && d.Origin.Dir != "" {
			o.dirs[filepath.Clean(d.Origin.Dir)] = i
		}
		for _, t := range append(d.tops, d.Metadata) {
			o.dirs[t] = i
		}
	}
	return o
}

var bytecode = regexp.MustCompile(`^(.*?)(\.[a-z]+-?\d+(\.opt-[12])?)?\.pyc$`)

// Find answers the index in inv.Distributions of the distribution that installed
// the file at an absolute path, or that is an editable install of its folder.
// Bytecode belongs to whom its source does.
func (o *Owners) Find(path string) (index int, ok bool) {
	path = filepath.Clean(path)
	for _, p := range []string{path, sourceOf(path), followed(path)} {
		if i, ok := o.files[p]; ok {
			return i, true
		}
	}
	for dir := path; ; dir = filepath.Dir(dir) {
		if i, ok := o.dirs[dir]; ok {
			return i, true
		}
		if dir == filepath.Dir(dir) {
			return 0, false
		}
	}
}

// sourceOf is the .py file that a .pyc file was compiled from, and path itself for
// any other.
func sourceOf(path string) string {
	dir, name := filepath.Split(path)
	m := bytecode.FindStringSubmatch(name)
	if m == nil {
		return path
	}
	dir = filepath.Clean(dir)
	if filepath.Base(dir) == "__pycache__" {
		dir = filepath.Dir(dir)
	}
	return filepath.Join(dir, strings.TrimSuffix(m[1], ".py")+".py")
}
