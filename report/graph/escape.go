package graph

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"github.com/lineage-audit/lineage/report"
)

// xmlText is a text that may stand in an element or in an attribute in double quotes.
func xmlText(s string) string {
	var b strings.Builder
	for _, r := range report.Clean(s) {
		switch r {
		case '&':
			b.WriteString("&amp;")
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '"':
			b.WriteString("&#34;")
		case '\'':
			b.WriteString("&#39;")
		case 0xfffe, 0xffff: // which XML does not have
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// columns is how many columns of a terminal, or of a font of one width, a text takes.
func columns(s string) int { return twwidth.Width(s) }

// middleCut shortens a clean text to so many columns, in the middle: both ends of a
// path and of a command tell most.
func middleCut(s string, most int) string {
	if columns(s) <= most {
		return s
	}
	if most < 5 {
		return headCut(s, most)
	}
	tail := (most - 1) / 2
	head := strings.TrimSuffix(headCut(s, most-tail), "…")
	end, width := len(s), 0
	for end > len(head) {
		_, n := utf8.DecodeLastRuneInString(s[:end])
		if width += columns(s[end-n : end]); width > tail {
			break
		}
		end -= n
	}
	return head + "…" + s[end:]
}

// headCut shortens a clean text to so many columns, at its end.
func headCut(s string, most int) string {
	if columns(s) <= most {
		return s
	}
	width := 0
	for i, r := range s {
		if width += columns(string(r)); width > most-1 {
			return s[:i] + "…"
		}
	}
	return s
}
