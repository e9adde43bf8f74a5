package environment

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
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
func read(root, path string) (text string, ok bool) {
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
	b, err := io.ReadAll(io.LimitReader(f, maxFile))
	return string(b), err == nil
}

// line is the file's text without the white space around it.
func line(root, path string) string {
	text, _ := read(root, path)
	return strings.TrimSpace(text)
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
