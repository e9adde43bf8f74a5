package python

import (
	"path/filepath"
	"regexp"
	"strings"
)

// shebang is the interpreter of a script, and the one argument that the kernel
// makes of all that follows it.
func shebang(head []byte) []string {
	line, _, _ := strings.Cut(strings.TrimPrefix(string(head), "#!"), "\n")
	interpreter, argument, _ := strings.Cut(strings.TrimSpace(line), " ")
	if argument = strings.TrimSpace(argument); argument != "" {
		return []string{interpreter, argument}
	}
	return []string{interpreter}
}

// execLine is the second line of the scripts that installers write where a path is
// too long for the first, or has spaces: to the shell it is a command, to Python the
// beginning of a string.
var (
	execLine    = regexp.MustCompile(`(?m)^'''exec' (?:"([^"$]+)"|'([^']+)'|([^\s"'$]+)) "\$0" "\$@"`)
	execSibling = regexp.MustCompile(`(?m)^'''exec' "\$\(dirname -- "\$\(realpath -- "\$0"\)"\)"/'?([^'" ]+)'? "\$0" "\$@"`)
)

// polyglot is the interpreter that such a script names.
func polyglot(path string, head []byte) (interpreter string, ok bool) {
	if m := execLine.FindSubmatch(head); m != nil {
		interpreter = string(m[1]) + string(m[2]) + string(m[3])
		return interpreter, filepath.IsAbs(interpreter) && isFile(interpreter)
	}
	if m := execSibling.FindSubmatch(head); m != nil {
		interpreter = filepath.Join(filepath.Dir(followed(path)), string(m[1]))
		return interpreter, isFile(interpreter)
	}
	return "", false
}
