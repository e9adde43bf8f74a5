package page

import (
	"fmt"
	"strings"

	"github.com/lineage-audit/lineage/report"
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
	fence := strings.Repeat("`", max(3, report.Backquotes(strings.Join(lines, "\n"))+1))
	m.line("%s%s\n%s\n%s\n", fence, language, strings.Join(lines, "\n"), fence)
}

func span(text string) string { return report.CodeSpan(text) }
