package lockfile

import (
	"bytes"
	"fmt"

	"github.com/BurntSushi/toml"
	"go.yaml.in/yaml/v3"
)

// DecodeTOML reads TOML of at most that many bytes, and of a bounded depth: the library
// calls itself for each array within an array, and twenty million brackets end the
// program.
func DecodeTOML(content []byte, into any, most int) (toml.MetaData, error) {
	switch {
	case len(content) > most:
		return toml.MetaData{}, fmt.Errorf("it is longer than %d MiB", most>>20)
	case deeper(content, maxDepth):
		return toml.MetaData{}, fmt.Errorf("it is nested deeper than %d levels", maxDepth)
	}
	return toml.Decode(string(content), into)
}

// DecodeYAML reads YAML of at most that many bytes. The library itself bounds aliases
// and depth.
func DecodeYAML(content []byte, into any, most int) error {
	if len(content) > most {
		return fmt.Errorf("it is longer than %d MiB", most>>20)
	}
	return yaml.Unmarshal(content, into)
}

// maxDepth is how deep brackets may be nested. Lock files nest three of them.
const maxDepth = 1000

// deeper tells whether the brackets of a TOML text are nested deeper than most.
// Those in strings and comments do not count.
func deeper(toml []byte, most int) bool {
	depth := 0
	for i := 0; i < len(toml); i++ {
		switch c := toml[i]; c {
		case '[', '{':
			if depth++; depth > most {
				return true
			}
		case ']', '}':
			depth = max(0, depth-1)
		case '#':
			i += untilNewline(toml[i:])
		case '"', '\'':
			i += quoted(toml[i:], c) - 1
		}
	}
	return false
}

func untilNewline(s []byte) int {
	if n := bytes.IndexByte(s, '\n'); n >= 0 {
		return n
	}
	return len(s)
}

// quoted is the length of the string that s starts with: one line, or with three
// quotation marks several.
func quoted(s []byte, mark byte) int {
	three := []byte{mark, mark, mark}
	long := bytes.HasPrefix(s, three)
	start := 1
	if long {
		start = 3
	}
	for i := start; i < len(s); i++ {
		switch {
		case s[i] == '\\' && mark == '"':
			i++
		case s[i] == '\n' && !long:
			return i // an error, which the parser tells
		case long && bytes.HasPrefix(s[i:], three):
			for i += 3; i < len(s) && s[i] == mark; i++ { // the text may end with its mark
			}
			return i
		case !long && s[i] == mark:
			return i + 1
		}
	}
	return len(s)
}
