package report_test

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/report"
)

func TestShell(t *testing.T) {
	for _, c := range []struct {
		want    string
		command []string
	}{
		{"", nil},
		{"python train.py --data data/train.csv", []string{"python", "train.py", "--data", "data/train.csv"}},
		{"python -c 'print(1)'", []string{"python", "-c", "print(1)"}},
		{"echo ''", []string{"echo", ""}},
		{`echo 'it'\''s'`, []string{"echo", "it's"}},
		{`echo '$HOME' '~' '*' '!x' '#' 'a;b'`, []string{"echo", "$HOME", "~", "*", "!x", "#", "a;b"}},
		{`'A=1' B=2`, []string{"A=1", "B=2"}},
		{`echo '=ls'`, []string{"echo", "=ls"}},
		{`echo 'Größe 日本'`, []string{"echo", "Größe 日本"}},
		{`echo $'a\012b\\\''`, []string{"echo", "a\nb\\'"}},
		{`echo $'\0331'`, []string{"echo", "\x1b1"}},
		{`echo $'\342\200\256x'`, []string{"echo", "\u202ex"}},
		{`echo $'\377'`, []string{"echo", "\xff"}},
	} {
		if got := report.Shell(c.command); got != c.want {
			t.Errorf("Shell(%q) = %s, want %s", c.command, got, c.want)
		}
	}
}

func FuzzShell(f *testing.F) {
	for _, s := range []string{"a b", "it's", "\x1b[0m", "\xff", "", "=x", "a\n'\\1", "❤\ufe0f\ufe0f"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		text := report.Shell([]string{a, b})
		if report.Clean(text) != text {
			t.Errorf("Shell(%q, %q) = %+q is not clean", a, b, text)
		}
		got, err := unquote(text)
		if err != nil || !slices.Equal(got, []string{a, b}) {
			t.Errorf("Shell(%q, %q) = %s, which a shell reads as %q, %v", a, b, text, got, err)
		}
	})
}

// unquote reads words as a shell does, and refuses all that a shell would expand.
func unquote(text string) (words []string, err error) {
	var w strings.Builder
	for text != "" {
		var part string
		switch {
		case text[0] == ' ':
			words, text = append(words, w.String()), text[1:]
			w.Reset()
			continue
		case strings.HasPrefix(text, "$'"):
			part, text, err = ansi(text[2:])
		case text[0] == '\'':
			part, text, _ = strings.Cut(text[1:], "'")
		case strings.HasPrefix(text, `\'`):
			part, text = "'", text[2:]
		case strings.ContainsRune("$`\"\\|&;<>()*?[]{}~#!", rune(text[0])):
			err = errors.New("expanded: " + text)
		default:
			part, text = text[:1], text[1:]
		}
		if err != nil {
			return nil, err
		}
		w.WriteString(part)
	}
	return append(words, w.String()), nil
}

// ansi reads the inside of $'…'.
func ansi(text string) (part, rest string, err error) {
	var b strings.Builder
	for len(text) > 0 && text[0] != '\'' {
		n, c := 1, text[0]
		if c == '\\' && strings.ContainsRune(`\'`, rune(text[1])) {
			n, c = 2, text[1]
		} else if c == '\\' {
			octal, err := strconv.ParseUint(text[1:4], 8, 8)
			if err != nil {
				return "", "", err
			}
			n, c = 4, byte(octal)
		}
		b.WriteByte(c)
		text = text[n:]
	}
	return b.String(), strings.TrimPrefix(text, "'"), nil
}
