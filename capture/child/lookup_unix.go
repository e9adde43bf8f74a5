//go:build unix

package child

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// defaultPath is where execvp looks when there is no PATH.
const defaultPath = "/bin:/usr/bin"

// resolve finds the command's file as bash does: the first that is executable, or
// else the first that is there.
func (c *Command) resolve() (string, error) {
	name := c.Argv[0]
	if err := enterable(c.Dir); err != nil {
		return "", fmt.Errorf("starting %q: entering %q: %w", name, c.Dir, err)
	}
	if strings.Contains(name, "/") {
		return name, nil
	}
	var second string
	for _, dir := range filepath.SplitList(c.path()) {
		path := filepath.Join(dir, name)
		if dir == "" || dir == "." {
			path = "./" + name
		}
		info, err := os.Stat(within(c.Dir, path))
		switch {
		case name == "" || err != nil || !info.Mode().IsRegular():
		case unix.Access(within(c.Dir, path), unix.X_OK) == nil:
			return path, nil
		case second == "":
			second = path
		}
	}
	if second == "" {
		return "", fmt.Errorf("starting %q: %w", name, ErrNotFound)
	}
	return second, nil
}

// enterable is checked here since a failure of it looks like one of the command's.
func enterable(dir string) error {
	if dir == "" {
		return nil
	}
	var info unix.Stat_t
	switch err := unix.Stat(dir, &info); {
	case err != nil:
		return err
	case info.Mode&unix.S_IFMT != unix.S_IFDIR:
		return unix.ENOTDIR
	}
	return unix.Access(dir, unix.X_OK)
}

// path is PATH in the command's environment; an empty one is the working directory.
func (c *Command) path() string {
	for _, entry := range c.Env {
		value, ok := strings.CutPrefix(entry, "PATH=")
		switch {
		case ok && value == "":
			return "."
		case ok:
			return value
		}
	}
	return defaultPath
}

// within is path as seen from here, for a command that runs in dir.
func within(dir, path string) string {
	if dir == "" || filepath.IsAbs(path) {
		return path
	}
	return dir + "/" + path
}

// isScript tells text from a program for another system, as bash does: by a null
// byte in the first line of the first 80 bytes.
func isScript(dir, path string) bool {
	f, err := os.Open(within(dir, path))
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 80)
	n, err := io.ReadFull(f, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return false
	}
	line, _, _ := bytes.Cut(head[:n], []byte{'\n'})
	return !bytes.HasPrefix(line, []byte("\x7fELF")) && bytes.IndexByte(line, 0) < 0
}
