package lockfile

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/package-url/packageurl-go"
)

// goSum reads go.sum and go.work.sum. A line whose version ends with /go.mod has the
// digest of that one file: the module itself may not be part of any build.
func (b *builder) goSum(content []byte) error {
	n := 0
	for line := range bytes.Lines(content) {
		n++
		f := strings.Fields(string(line))
		if len(f) == 0 {
			continue
		}
		where := fmt.Sprintf("line %d", n)
		switch {
		case len(f) != 3:
			b.problem(where, "is not a module, a version and a digest")
		case strings.HasSuffix(f[1], "/go.mod"):
		default:
			b.take(where, dependency{kind: packageurl.TypeGolang, name: f[0], version: f[1], hashed: isH1(f[2])})
		}
	}
	return nil
}

// isH1 tells whether a text is a dirhash: an SHA-256 in base64.
func isH1(s string) bool {
	value, is := strings.CutPrefix(s, "h1:")
	digest, err := base64.StdEncoding.DecodeString(value)
	return is && err == nil && len(digest) == 32
}

// goMod reads the requirements of a go.mod, as far as they are replaced by the
// modules that replace them.
func (b *builder) goMod(content []byte) error {
	var m goModule
	block, n := "", 0
	for line := range bytes.Lines(content) {
		n++
		words := goWords(string(line))
		switch {
		case len(words) == 0:
		case block != "" && words[0] == ")":
			block = ""
		case block != "":
			m.directive(b, n, block, words)
		case len(words) == 2 && words[1] == "(":
			block = words[0]
		default:
			m.directive(b, n, words[0], words[1:])
		}
	}
	if !m.named {
		return errShape
	}
	for _, r := range m.required {
		to, replaced := m.replaced[r]
		if !replaced {
			to, replaced = m.replaced[goVersion{r.module, ""}]
		}
		if replaced {
			r = to
		}
		if r.version != "" { // what is replaced by a folder has none
			b.take(r.module, dependency{kind: packageurl.TypeGolang, name: r.module, version: r.version})
		}
	}
	return nil
}

type goVersion struct{ module, version string }

// goModule is what a go.mod says of modules.
type goModule struct {
	named    bool
	required []goVersion
	replaced map[goVersion]goVersion
}

func (m *goModule) directive(b *builder, line int, verb string, words []string) {
	where := fmt.Sprintf("line %d", line)
	switch {
	case verb == "module":
		m.named = true
	case verb == "require" && len(words) == 2:
		m.required = append(m.required, goVersion{words[0], words[1]})
	case verb == "require":
		b.problem(where, "requires no module at a version")
	case verb == "replace":
		if !m.replace(words) {
			b.problem(where, "replaces nothing by nothing")
		}
	}
}

// replace reads OLD [VERSION] => NEW [VERSION].
func (m *goModule) replace(words []string) bool {
	old, by := goVersion{}, goVersion{}
	switch {
	case len(words) >= 3 && words[1] == "=>":
		old.module, words = words[0], words[2:]
	case len(words) >= 4 && words[2] == "=>":
		old.module, old.version, words = words[0], words[1], words[3:]
	default:
		return false
	}
	switch len(words) {
	case 1: // a folder
	case 2:
		by = goVersion{words[0], words[1]}
	default:
		return false
	}
	if m.replaced == nil {
		m.replaced = map[goVersion]goVersion{}
	}
	m.replaced[old] = by
	return true
}

// goWords are the words of a line, without its comment. A word may be quoted.
func goWords(line string) (words []string) {
	if i := strings.Index(line, "//"); i >= 0 && (i == 0 || strings.ContainsRune(" \t", rune(line[i-1]))) {
		line = line[:i]
	}
	for _, w := range strings.Fields(line) {
		if plain, err := strconv.Unquote(w); err == nil {
			w = plain
		}
		words = append(words, w)
	}
	return words
}
