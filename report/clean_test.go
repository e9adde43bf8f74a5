package report_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/lineage-audit/lineage/report"
)

func TestClean(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"ascii", `data/train (1).csv \ ~ "x"`, `data/train (1).csv \ ~ "x"`},
		{"commands of runners", "a##[error]b ##vso[x] ##teamcity[y] ###[z]", `a#\x23[error]b #\x23vso[x] #\x23teamcity[y] ##\x23[z]`},
		{"number signs", "# ## a", "# ## a"},
		{"line end", "a\nb", `a\nb`},
		{"return", "good\rbad", `good\rbad`},
		{"tab", "a\tb", `a\tb`},
		{"nul", "a\x00b", `a\x00b`},
		{"delete", "a\x7fb", `a\x7fb`},
		{"backspace", "no\b\bok", `no\x08\x08ok`},
		{"colour", "\x1b[31mred\x1b[0m", `\x1b[31mred\x1b[0m`},
		{"title", "\x1b]0;owned\a", `\x1b]0;owned\x07`},
		{"one-byte CSI", "\u009b31m", `\u009b31m`},
		{"next line", "a\u0085b", `a\u0085b`},
		{"override", "\u202egpj.exe", `\u202egpj.exe`},
		{"embedding", "\u202a\u202b\u202c\u202d", `\u202a\u202b\u202c\u202d`},
		{"isolates", "\u2066\u2067\u2068\u2069", `\u2066\u2067\u2068\u2069`},
		{"marks of direction", "\u200e\u200f\u061c", `\u200e\u200f\u061c`},
		{"zero width", "a\u200b\u200c\u200d\u2060\ufeffb", `a\u200b\u200c\u200d\u2060\ufeffb`},
		{"soft hyphen", "a\u00adb", `a\u00adb`},
		{"separators", "a\u2028b\u2029c", `a\u2028b\u2029c`},
		{"grapheme joiner", "a\u034fb", `a\u034fb`},
		{"filler", "\u3164", `\u3164`},
		{"tags", "a\U000e0041", `a\U000e0041`},
		{"shorthand format", "\U0001bca0", `\U0001bca0`},
		{"invalid", "a\xff\xc3(b", `a\xff\xc3(b`},
		{"surrogate", "\xed\xa0\x80", `\xed\xa0\x80`},
		{"overlong", "\xc0\x9b", `\xc0\x9b`},
		{"selector behind a letter", "a\ufe0f", `a\ufe0f`},
		{"selector first", "\ufe0f", `\ufe0f`},
		{"two selectors", "❤\ufe0f\ufe0f", "❤\ufe0f" + `\ufe0f`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := report.Clean(c.in); got != c.want {
				t.Errorf("Clean(%+q) = %+q, want %+q", c.in, got, c.want)
			}
		})
	}
}

func TestCleanKeepsOrdinaryText(t *testing.T) {
	for _, s := range []string{
		"naïve café", "e\u0301", "Ελληνικά", "кириллица", "עברית", "العربية", "हिन्दी", "ไทย", "日本語のモデル", "한국어",
		"葛\U000e0100城", "❤\ufe0f", "🐧🇦🇶", "a\u00a0b", "全角　空白", "x̄ ± σ²", "\ufffd", "\ue0b0", "\u0600\u06dd",
	} {
		if got := report.Clean(s); got != s {
			t.Errorf("Clean(%+q) = %+q", s, got)
		}
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{"model.pkl", "\x1b]0;x\a", "\u202e", "\xff", "❤\ufe0f", "葛\U000e0100", "\u009b", "\xa4\ufe0f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := report.Clean(s)
		checkHarmless(t, got)
		if again := report.Clean(got); again != got {
			t.Errorf("Clean(%+q) = %+q, cleaned again %+q", s, got, again)
		}
		ordinary := func(r rune) bool { return unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S, unicode.Zs) }
		if utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return !ordinary(r) || isFiller(r) }) < 0 && got != s {
			t.Errorf("Clean(%+q) = %+q, which was ordinary", s, got)
		}
	})
}

// isFiller tells whether r is a letter that shows nothing.
func isFiller(r rune) bool { return unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) }

// checkHarmless checks, without Clean, that a line shows all that it holds.
func checkHarmless(t *testing.T, line string) {
	t.Helper()
	if !utf8.ValidString(line) {
		t.Errorf("%+q is not valid UTF-8", line)
	}
	for _, r := range line {
		switch {
		case r < ' ', r >= 0x7f && r <= 0x9f, r == 0xad, r == 0x61c, r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e,
			r >= 0x2060 && r <= 0x206f, r == 0xfeff, r >= 0xe0000 && r <= 0xe007f:
			t.Errorf("%+q holds %U", line, r)
		}
	}
}
