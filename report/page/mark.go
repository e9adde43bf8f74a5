package page

import (
	"fmt"
	"strings"
)

// marked collects Markdown. What is foreign stands as a code span or in a code
// block, in which nothing is markup, a link, a mention or a reference; tables hold
// words of ours alone, since how a bar is escaped there differs between renderers.
type marked struct{ b strings.Builder }

func (m *marked) heading(level int, text string) {
	fmt.Fprintf(&m.b, "\n%s %s\n\n", strings.Repeat("#", level), text)
}

// line writes one line; each %s is a text of ours, or a span.
func (m *marked) line(format string, args ...any) { fmt.Fprintf(&m.b, format+"\n", args...) }

// item writes an item of a list: what is not empty of the spans, behind a label.
func (m *marked) item(label string, spans ...string) {
	m.line("- %s: %s", label, strings.Join(said(spans), " "))
}

// block writes commands as a code block. Its fence is longer than any row of
// backquotes in it, and each line begins with a word of ours.
func (m *marked) block(language string, lines []string) {
	fence := strings.Repeat("`", max(3, longestRow(strings.Join(lines, "\n"))+1))
	m.line("%s%s\n%s\n%s\n", fence, language, strings.Join(lines, "\n"), fence)
}

// span is a clean text as a code span. The marks of a log's older commands stand as
// an escape, since Markdown is printed to logs, too.
func span(text string) string {
	if text == "" {
		return ""
	}
	text = strings.ReplaceAll(text, "#", "#\x00")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "#\x00#\x00", `#\x23`), "\x00", "")
	fence := strings.Repeat("`", longestRow(text)+1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") || strings.Trim(text, " ") != text {
		text = " " + text + " "
	}
	return fence + text + fence
}

// longestRow is the length of the longest row of backquotes.
func longestRow(s string) (longest int) {
	row := 0
	for _, c := range []byte(s) {
		if row++; c != '`' {
			row = 0
		}
		longest = max(longest, row)
	}
	return longest
}
