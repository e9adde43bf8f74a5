package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes a text from outside harmless for a terminal and for the eye. What
// steers, hides or reorders stands as a visible escape, spelled as Go does: control
// characters (\n, \x1b, \u009b), line and paragraph separators, marks of direction
// (\u202e), all that has no width of its own (\u200b, joiners and tags too), and the
// bytes of invalid UTF-8 (\xff). The selectors that choose a symbol's or an
// ideograph's look stay behind one. So does the second of two number signs: "##[" and
// "##vso[" are commands to the runners of CI wherever they stand in a line. All other
// text stays as it is, so that cleaning twice is the same as once.
func Clean(s string) string {
	s = commands.Replace(s)
	if isASCII(s) {
		return s
	}
	var b strings.Builder
	eachRune(s, func(part string, r rune, hidden bool) {
		if hidden {
			writeEscape(&b, part, r)
		} else {
			b.WriteString(part)
		}
	})
	return b.String()
}

// commands hides those of GitHub's, Azure's and TeamCity's runners.
var commands = strings.NewReplacer("##[", `#\x23[`, "##vso[", `#\x23vso[`, "##teamcity[", `#\x23teamcity[`)

// isASCII tells whether s is printable ASCII, as nearly every text is.
func isASCII(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return true
}

// eachRune cuts s into runes and bytes that are none, and tells which to escape.
func eachRune(s string, visit func(part string, r rune, hidden bool)) {
	var before rune
	for len(s) > 0 {
		r, n := utf8.DecodeRuneInString(s)
		hidden := r == utf8.RuneError && n == 1 || isHidden(r, before)
		visit(s[:n], r, hidden)
		s, before = s[n:], r
		if hidden {
			before = 0
		}
	}
}

// isHidden tells whether r does something other than to show itself.
func isHidden(r, before rune) bool {
	switch {
	case r >= ' ' && r <= '~':
		return false
	case unicode.Is(unicode.Variation_Selector, r):
		return !unicode.Is(unicode.Ideographic, before) && (before <= unicode.MaxASCII || !unicode.IsSymbol(before))
	case unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return false // of category Cf, and visible
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point)
}

func writeEscape(b *strings.Builder, part string, r rune) {
	switch {
	case r == '\n':
		b.WriteString(`\n`)
	case r == '\r':
		b.WriteString(`\r`)
	case r == '\t':
		b.WriteString(`\t`)
	case r == utf8.RuneError && len(part) == 1 || r <= unicode.MaxASCII:
		fmt.Fprintf(b, `\x%02x`, part[0])
	case r <= 0xffff:
		fmt.Fprintf(b, `\u%04x`, r)
	default:
		fmt.Fprintf(b, `\U%08x`, r)
	}
}
