package ci

import (
	"fmt"
	"strings"

	"github.com/lineage-audit/lineage/report"
)

// mostMarkdown is GitHub's bound for the summary of a step; what is longer is lost
// as a whole.
const mostMarkdown = 1 << 20

// markdown is a comment: the verdict, every check in a table, and of those that
// stand in its way what belongs to them, as far as there is room.
func markdown(d verdict, limit int) []byte {
	if limit <= 0 || limit > mostMarkdown {
		limit = mostMarkdown
	}
	parts := []string{"### lineage: " + strings.ToUpper(resultWord(d.Result)) + "\n", heading(d)}
	if !d.ran() {
		return []byte(fit(append(parts, "\nNone of the checks ran.\n"), limit))
	}
	parts = append(parts, table(d))
	for _, f := range d.checks {
		if f.standing == failed || f.standing == missing || f.standing == aside {
			parts = append(parts, section(f))
		}
	}
	return []byte(fit(parts, limit))
}

// cutShort ends Markdown for which there was no room.
const cutShort = "\n*Cut short: the log has the rest.*\n"

// fit joins the parts that there is room for. The first says the result; without
// room for that there is nothing.
func fit(parts []string, limit int) string {
	var b strings.Builder
	for i, p := range parts {
		room := limit - b.Len()
		if i < len(parts)-1 {
			room -= len(cutShort)
		}
		if len(p) > room {
			if i > 0 && b.Len()+len(cutShort) <= limit {
				b.WriteString(cutShort)
			}
			break
		}
		b.WriteString(p)
	}
	return b.String()
}

func heading(d verdict) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s\n\n", span(d.verdict.line))
	for _, f := range facts(d) {
		fmt.Fprintf(&b, "- %s: %s\n", f[0], span(f[1]))
	}
	return b.String()
}

func table(d verdict) string {
	var b strings.Builder
	b.WriteString("\n| status | rung | check | reason |\n| --- | --- | --- | --- |\n")
	for _, f := range d.checks {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", mark(f), cell(f.rung), cell(f.id), cell(strings.TrimPrefix(f.line, string(f.status)+": ")))
	}
	return b.String()
}

// mark is the status in words, loud where it stands in the way.
func mark(f finding) string {
	switch f.standing {
	case failed, missing:
		return "**" + strings.ToUpper(string(f.status)) + "**"
	case aside:
		return string(f.status) + ", set aside"
	}
	return string(f.status)
}

func section(f finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n#### %s\n\n%s\n\n", span(f.id), span(f.line))
	for _, line := range f.rest() {
		fmt.Fprintf(&b, "- %s\n", span(strings.TrimSpace(line)))
	}
	return b.String()
}

// span is report.CodeSpan of what is there, and a dash for what is not.
func span(s string) string {
	if s = strings.TrimSpace(s); s == "" {
		return "–"
	}
	return report.CodeSpan(s)
}

// cell is a span in a table, where a bar stands as an escape: how it is written
// there differs between the renderers.
func cell(s string) string { return span(strings.ReplaceAll(s, "|", `\x7c`)) }
