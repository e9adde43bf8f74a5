package python

import (
	"context"
	"io/fs"
	"path/filepath"
	"strings"
)

// findExtra looks for files that nobody lists in the folders that distributions
// have at the top of their sites: what a debugging session or an intruder left there
// is imported like the rest.
func findExtra(ctx context.Context, inv *Inventory, checks []FileCheck) {
	listed := map[string]bool{}
	folders := map[string]int{} // a folder's first distribution
	note := func(files []file, of int) {
		for _, f := range files {
			listed[f.path] = true
			if dir := inv.topFolder(f.path); dir != "" && of >= 0 {
				if _, taken := folders[dir]; !taken {
					folders[dir] = of
				}
			}
		}
	}
	for i, d := range inv.Distributions {
		note(d.files, i)
	}
	for _, d := range inv.Shadowed {
		note(d.files, -1)
	}
	for _, p := range inv.Conda {
		note(p.files, -1)
	}
	note(inv.foreign, -1)
	for dir, of := range folders {
		filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if ctx.Err() != nil {
				return filepath.SkipAll
			}
			if err != nil {
				checks[of].Unchecked = append(checks[of].Unchecked, Problem{path, reason(err)})
				return nil
			}
			if !d.IsDir() && !listed[path] && !isBytecodeOf(path, listed) {
				checks[of].Extra = append(checks[of].Extra, path)
			}
			return nil
		})
	}
}

// topFolder is the folder at the top of a site that holds a path; empty if the
// path stands at the top itself or in no site. Sites of code are left alone.
func (inv *Inventory) topFolder(path string) string {
	for _, s := range inv.Interpreter.Sites {
		if !s.installs() {
			continue
		}
		rest, below := strings.CutPrefix(path, s.Path+string(filepath.Separator))
		if top, _, deeper := strings.Cut(rest, string(filepath.Separator)); below && deeper && top != "__pycache__" {
			return filepath.Join(s.Path, top)
		}
	}
	return ""
}

// isBytecodeOf tells whether a path is the bytecode, in __pycache__, of a source
// that is listed. Python left it there; its content is not compared with anything.
func isBytecodeOf(path string, listed map[string]bool) bool {
	return filepath.Base(filepath.Dir(path)) == "__pycache__" && strings.HasSuffix(path, ".pyc") && listed[sourceOf(path)]
}
