package git

import (
	"bytes"
	"path"
	"path/filepath"
	"strings"
)

// rules are the .gitignore files from a folder up to its repository's top, the
// nearest first. Only these count: what hides a file must itself stand in the
// tree, so neither info/exclude nor the user's own excludes are asked.
type rules struct {
	dir   string // where the file stands, "" at the top
	list  []rule
	outer *rules
}

// rule is one line of a .gitignore.
type rule struct {
	negated bool
	folders bool // only matches folders
	base    bool // matches the last component of a path
	text    string
	how     func(text, candidate string) bool
	glob    pattern
}

// maxIgnore bounds a .gitignore: a larger one is not read, and hides nothing.
const maxIgnore = 16 << 20

// with adds the .gitignore of a folder, if it has one.
func (r *rules) with(root, dir string) *rules {
	b, err := readOwn(filepath.Join(root, filepath.FromSlash(dir), ".gitignore"), maxIgnore)
	if err != nil {
		return r
	}
	return r.add(dir, b)
}

func (r *rules) add(dir string, file []byte) *rules {
	list := parseIgnore(file)
	if len(list) == 0 {
		return r
	}
	return &rules{dir, list, r}
}

// parseIgnore reads the lines of a .gitignore as git does.
func parseIgnore(file []byte) []rule {
	var list []rule
	file = bytes.TrimPrefix(file, []byte("\ufeff"))
	for line := range bytes.SplitSeq(file, []byte("\n")) {
		if r, ok := parseRule(string(bytes.TrimSuffix(line, []byte("\r")))); ok {
			list = append(list, r)
		}
	}
	return list
}

func parseRule(line string) (rule, bool) {
	if strings.HasPrefix(line, "#") {
		return rule{}, false
	}
	line = trimSpaces(line)
	var r rule
	line, r.negated = strings.CutPrefix(line, "!")
	line, r.folders = strings.CutSuffix(line, "/")
	r.base = !strings.Contains(line, "/")
	line = strings.TrimPrefix(line, "/")
	if line == "" {
		return rule{}, false
	}
	ok := r.set(line)
	return r, ok
}

// set prepares the glob, with a short way for the two that are nearly all.
func (r *rule) set(glob string) (ok bool) {
	switch suffix, starred := strings.CutPrefix(glob, "*"); {
	case !strings.ContainsAny(glob, special):
		r.text, r.how = glob, func(text, c string) bool { return text == c }
	case starred && r.base && !strings.ContainsAny(suffix, special):
		r.text, r.how = suffix, func(text, c string) bool { return strings.HasSuffix(c, text) }
	default:
		r.glob, ok = compile(glob)
		return ok
	}
	return true
}

// trimSpaces takes spaces off the end that no backslash protects.
func trimSpaces(line string) string {
	end := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case ' ':
			continue
		case '\\':
			if i++; i == len(line) {
				return line
			}
		}
		end = i + 1
	}
	return line[:end]
}

// ignored tells whether a path below the top is hidden by a rule: the last one
// that matches in the nearest file that has one. It does not ask for the folders
// above the path: who walks down does not get past one that is ignored.
func (r *rules) ignored(file string, folder bool) bool {
	for ; r != nil; r = r.outer {
		inside := file
		if r.dir != "" {
			inside = strings.TrimPrefix(file, r.dir+"/")
		}
		for i := len(r.list) - 1; i >= 0; i-- {
			if r.list[i].matches(inside, folder) {
				return !r.list[i].negated
			}
		}
	}
	return false
}

func (r *rule) matches(file string, folder bool) bool {
	if r.folders && !folder {
		return false
	}
	if r.base {
		file = path.Base(file)
	}
	if r.how != nil {
		return r.how(r.text, file)
	}
	return r.glob.match(file)
}
