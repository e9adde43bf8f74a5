package lockfile

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// bun reads bun.lock: JSON with comments and commas before a closing bracket.
func (b *builder) bun(content []byte) error {
	var file struct {
		Packages map[string][]json.RawMessage `json:"packages"`
		Version  *int64                       `json:"lockfileVersion"`
	}
	if err := json.Unmarshal(plainJSON(content), &file); err != nil {
		return err
	}
	if file.Version == nil {
		return errShape
	}
	for _, key := range slices.Sorted(maps.Keys(file.Packages)) {
		b.bunPackage(key, file.Packages[key])
	}
	return nil
}

// bunPackage takes over [name@resolution, registry, details, integrity], of which all
// but the first may be left out.
func (b *builder) bunPackage(key string, parts []json.RawMessage) {
	var spec, integrity string
	if len(parts) == 0 || json.Unmarshal(parts[0], &spec) != nil {
		b.problem(key, "is no package")
		return
	}
	var p npmPackage
	p.Name, p.Version = nameAndRange(spec)
	if strings.Contains(p.Version, ":") || strings.Contains(p.Version, "/") {
		p.Resolved, p.Version = p.Version, ""
	} else if len(parts) > 1 && json.Unmarshal(parts[1], &spec) == nil && strings.HasPrefix(spec, "http") {
		p.Resolved = spec
	}
	if json.Unmarshal(parts[len(parts)-1], &integrity) == nil {
		p.Integrity = integrity
	}
	b.node(key, p)
}

// plainJSON removes comments, and commas before a closing bracket.
func plainJSON(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			n := jsonString(text[i:])
			out = append(out, text[i:i+n]...)
			i += n - 1
		case c == '/' && i+1 < len(text) && text[i+1] == '/':
			i += untilNewline(text[i:]) - 1
		case c == '/' && i+1 < len(text) && text[i+1] == '*':
			i += comment(text[i:]) - 1
		case c == ']' || c == '}':
			out = append(withoutComma(out), c)
		default:
			out = append(out, c)
		}
	}
	return out
}

func jsonString(s []byte) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(s)
}

func comment(s []byte) int {
	if i := bytes.Index(s[2:], []byte("*/")); i >= 0 {
		return i + 4
	}
	return len(s)
}

// withoutComma cuts a comma at the end off, and the white space behind it.
func withoutComma(out []byte) []byte {
	for i := len(out) - 1; i >= 0; i-- {
		switch out[i] {
		case ' ', '\t', '\r', '\n':
			continue
		case ',':
			return out[:i]
		}
		break
	}
	return out
}
