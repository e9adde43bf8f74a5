package redact

import (
	"strings"
	"unicode"
)

// isLiteral tells whether a value only switches something, or is none.
func isLiteral(value string) bool {
	switch strings.ToLower(value) {
	case "", "true", "false", "none", "null", "nil", "yes", "no", "on", "off":
		return true
	}
	return false
}

// looksPlain tells whether a value is a number, a short word, a path, or a
// special token of a language model such as <pad>, [MASK] or </s>.
func looksPlain(value string) bool {
	if looksPath(value) || strings.Trim(value, "0123456789.-+") == "" {
		return true
	}
	if first, last := value[0], value[len(value)-1]; strings.IndexByte("<[{(", first) >= 0 && strings.IndexByte(">])}", last) >= 0 {
		return !looksRandom(value)
	}
	letters := 0
	for _, r := range value {
		if r < unicode.MaxASCII && !unicode.IsLetter(r) {
			return false
		}
		letters++
	}
	return letters <= 12
}

// minRandom is the length from which a piece of text can look random.
const minRandom = 16

// looksRandom tells whether a part of a value looks drawn by a machine: long,
// and of letters and digits mixed. Words, versions, dates and paths do not.
func looksRandom(value string) bool {
	if strings.ContainsAny(value, "+/=") && !looksPath(value) && mixed(value) && !strings.ContainsAny(value, " .-_") {
		return true // base64
	}
	if isUUID(value) {
		return true
	}
	parts := strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune("/\\._-:,; ", r) })
	for _, p := range parts {
		if mixed(p) {
			return true
		}
	}
	return false
}

// mixed tells whether s is long and changes often between letters and digits,
// or between cases.
func mixed(s string) bool {
	if len(s) < minRandom {
		return false
	}
	changes := 0
	for i := 1; i < len(s); i++ {
		if class(s[i]) != class(s[i-1]) {
			changes++
		}
	}
	return changes >= 3 && strings.ContainsAny(s, "0123456789") || changes >= len(s)/3
}

func class(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return 1
	case c >= 'a' && c <= 'z':
		return 2
	case c >= 'A' && c <= 'Z':
		return 3
	}
	return 4
}

// looksPath tells whether a value is a path that starts at a folder, and has no
// part that looks random.
func looksPath(value string) bool {
	rooted := false
	for _, start := range []string{"/", "~/", "./", "../", `\\`} {
		rooted = rooted || strings.HasPrefix(value, start)
	}
	if len(value) > 2 && value[1] == ':' && (value[2] == '\\' || value[2] == '/') {
		rooted = true
	}
	if !rooted || strings.ContainsAny(value, "+=\n") {
		return false
	}
	for part := range strings.FieldsFuncSeq(value, func(r rune) bool { return strings.ContainsRune(`/\._-`, r) }) {
		if mixed(part) {
			return false
		}
	}
	return true
}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (s[i] == '-') || !dash && !strings.ContainsRune("0123456789abcdefABCDEF", rune(s[i])) {
			return false
		}
	}
	return true
}
