package environment

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// maxFile bounds what is read of any file. The description of the first
// processor is at the beginning of /proc/cpuinfo, which is long on large machines and
// slow to read to its end.
const maxFile = 16 << 10

func (e *Environment) problem(format string, args ...any) {
	e.Problems = append(e.Problems, fmt.Sprintf(format, args...))
}

// read is the beginning of a small file below root; ok is false if there is no
// such regular file.
func read(root, path string) (text string, ok bool) { return readUpTo(root, path, maxFile) }

func readUpTo(root, path string, most int64) (text string, ok bool) {
	path = filepath.Join("/", path)
	if root != "" {
		path = filepath.Join(root, path)
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return "", false // a named pipe would block
	}
	f, err := os.Open(path)
	if err != nil {
		return "", false
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, most))
	return string(b), err == nil
}

// text is the beginning of a small file; empty if there is none.
func text(root, path string) string {
	s, _ := read(root, path)
	return s
}

// long is the beginning of a file that may be long: a machine has thousands of mounts,
// and a process thousands of mappings.
func long(root, path string) string {
	s, _ := readUpTo(root, path, 4<<20)
	return s
}

// unquoted is a value without the quotation marks around it.
func unquoted(s string) string {
	if plain, err := strconv.Unquote(s); err == nil {
		return plain
	}
	return s
}

// reason is an error without the path, which stands beside it or is nobody's to know.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// line is the file's text without the white space around it.
func line(root, path string) string {
	return strings.TrimSpace(text(root, path))
}

// fields reads lines of "name<sep>value"; of a name that stands twice, the first
// counts.
func fields(text, sep string) map[string]string {
	m := map[string]string{}
	for l := range strings.Lines(text) {
		name, value, found := strings.Cut(l, sep)
		name = strings.TrimSpace(name)
		if _, twice := m[name]; found && !twice {
			m[name] = strings.TrimSpace(value)
		}
	}
	return m
}

// exists tells whether there is anything at a path below root.
func exists(root, path string) bool {
	_, err := os.Lstat(filepath.Join(root, "/", path))
	return err == nil
}
