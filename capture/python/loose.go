package python

import (
	"os"
	"path/filepath"
	"strings"
)

// findLoose names what stands at the top of a site and belongs to nobody: no
// RECORD, conda package or package of Debian's lists it or anything below it.
func (inv *Inventory) findLoose() {
	owned := map[string]bool{}
	for _, list := range [][]Distribution{inv.Distributions, inv.Shadowed} {
		for _, d := range list {
			inv.own(owned, d.files)
			owned[d.Metadata] = true
			for _, t := range d.tops {
				owned[t] = true
			}
		}
	}
	for _, p := range inv.Conda {
		inv.own(owned, p.files)
	}
	inv.own(owned, inv.foreign)
	for _, s := range inv.Interpreter.Sites {
		if s.installs() {
			inv.looseIn(s.Path, owned)
		}
	}
}

// own marks what stands at the top of a site and has one of the files below it.
func (inv *Inventory) own(owned map[string]bool, files []file) {
	for _, s := range inv.Interpreter.Sites {
		if !s.installs() {
			continue
		}
		prefix := s.Path + string(filepath.Separator)
		for _, f := range files {
			if rest, below := strings.CutPrefix(f.path, prefix); below {
				top, _, _ := strings.Cut(rest, string(filepath.Separator))
				owned[f.path[:len(prefix)+len(top)]] = true
			}
		}
	}
}

func (inv *Inventory) looseIn(site string, owned map[string]bool) {
	entries, err := os.ReadDir(site)
	if err != nil {
		return // a problem already, of candidates
	}
	for _, e := range entries {
		path := filepath.Join(site, e.Name())
		_, describes := formatOf(e.Name())
		if owned[path] || describes || e.Name() == "__pycache__" || strings.HasPrefix(e.Name(), "~") || inv.isSite(path) {
			continue
		}
		l := Loose{Path: path, Files: 1, Runs: runsAtStart(path)}
		if e.IsDir() {
			l.Files = countFiles(path)
		}
		if l.Files > 0 {
			inv.Loose = append(inv.Loose, l)
		}
	}
}

// isSite tells whether a folder is an entry of sys.path itself, such as an egg.
func (inv *Inventory) isSite(path string) bool {
	for _, s := range inv.Interpreter.Sites {
		if s.Path == path {
			return true
		}
	}
	return false
}

// runsAtStart tells whether Python executes a file of a site each time it starts.
func runsAtStart(path string) bool {
	name := filepath.Base(path)
	switch stem, _, _ := strings.Cut(name, "."); {
	case stem == "sitecustomize" || stem == "usercustomize":
		return true
	case !strings.HasSuffix(name, ".pth"):
		return false
	}
	text, _ := readFile(path)
	for line := range strings.Lines(string(text)) {
		if pthRuns(line) {
			return true
		}
	}
	return false
}

// maxLoose bounds how many files of a folder are counted.
const maxLoose = 100_000

func countFiles(dir string) int {
	n := 0
	filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			if n++; n == maxLoose {
				return filepath.SkipAll
			}
		}
		return nil
	})
	return n
}
