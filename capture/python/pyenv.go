package python

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// isShim tells whether a program is one of pyenv's: a script that looks up which
// version is meant, and executes that one's program of the same name.
func isShim(path string, head []byte) bool {
	return filepath.Base(filepath.Dir(path)) == "shims" && bytes.HasPrefix(head, []byte("#!")) &&
		bytes.Contains(head, []byte("pyenv")) && bytes.Contains(head, []byte(` exec "$program"`))
}

var shimRoot = regexp.MustCompile(`(?m)^export PYENV_ROOT="([^"$]+)"`)

// shim finds the program that a shim executes: that of the first of the selected
// versions that has one.
func (s step) shim(path string, head []byte, args []string) (p place, program string, ok bool) {
	root := s.env["PYENV_ROOT"]
	if m := shimRoot.FindSubmatch(head); m != nil {
		root = string(m[1])
	}
	if root == "" {
		root = filepath.Dir(filepath.Dir(path))
	}
	name := filepath.Base(path)
	for _, version := range s.pyenvVersions(root, head, args) {
		if version == "system" {
			p = place{s.dir, s.env.with("PATH", withoutShims(s.env["PATH"]))}
			if program, ok = p.find(name); ok {
				return s.place, program, true
			}
			continue
		}
		bin := filepath.Join(root, "versions", version, "bin")
		if program, ok = executable(filepath.Join(bin, name)); ok {
			path := bin + string(filepath.ListSeparator) + s.env["PATH"]
			return place{s.dir, s.env.with("PATH", path).with("PYENV_VERSION", version)}, program, true
		}
	}
	return place{}, "", false
}

// pyenvVersions are the selected ones: by PYENV_VERSION, by a .python-version in
// the folder or above it, or by the global one.
func (s step) pyenvVersions(root string, head []byte, args []string) []string {
	selected := strings.FieldsFunc(s.env["PYENV_VERSION"], func(r rune) bool { return r == ':' })
	if len(selected) == 0 {
		selected = readPyenvVersion(s.pyenvFile(root, head, args))
	}
	if len(selected) == 0 {
		selected = []string{"system"}
	}
	for i, v := range selected {
		selected[i] = installedVersion(root, v)
	}
	return selected
}

func (s step) pyenvFile(root string, head []byte, args []string) string {
	starts := []string{s.env["PYENV_DIR"], s.dir}
	// Older shims start from the script's folder.
	if bytes.Contains(head, []byte("PYENV_FILE_ARG")) {
		for _, a := range args {
			if a == "--" || strings.HasPrefix(a, "-c") {
				break
			}
			if strings.Contains(a, "/") && isFile(s.abs(a)) {
				starts = []string{filepath.Dir(s.abs(a)), s.dir}
				break
			}
		}
	}
	for _, dir := range starts {
		for ; dir != ""; dir = filepath.Dir(dir) {
			if path := filepath.Join(dir, ".python-version"); isFile(path) {
				return path
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return filepath.Join(root, "version")
}

// readPyenvVersion reads the first word of each line, comments left out.
func readPyenvVersion(path string) []string {
	text, err := readFile(path)
	if err != nil {
		return nil
	}
	var versions []string
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		if words := strings.Fields(line); len(words) > 0 && !strings.Contains(words[0], "..") {
			versions = append(versions, words[0])
		}
	}
	return versions
}

// installedVersion is the version as its folder is called: 3.11 means the newest
// 3.11 that is installed.
func installedVersion(root, version string) string {
	versions := filepath.Join(root, "versions")
	for _, v := range []string{version, strings.TrimPrefix(version, "python-")} {
		if v == "system" || isDir(filepath.Join(versions, v)) {
			return v
		}
	}
	prefix := strings.TrimPrefix(version, "python-") + "."
	entries, _ := os.ReadDir(versions)
	newest := version
	for _, e := range entries {
		rest, fits := strings.CutPrefix(e.Name(), prefix)
		if fits && strings.Trim(rest, "0123456789.") == "" && (newest == version || compareNumbers(e.Name(), newest) > 0) {
			newest = e.Name()
		}
	}
	return newest
}

// compareNumbers compares versions that are nothing but numbers and points.
func compareNumbers(a, b string) int {
	number := func(s string) []int {
		var n []int
		for part := range strings.SplitSeq(s, ".") {
			i, _ := strconv.Atoi(part)
			n = append(n, i)
		}
		return n
	}
	return slices.Compare(number(a), number(b))
}

func withoutShims(path string) string {
	dirs := slices.DeleteFunc(filepath.SplitList(path), func(d string) bool {
		return filepath.Base(filepath.Clean(d)) == "shims"
	})
	return strings.Join(dirs, string(filepath.ListSeparator))
}
