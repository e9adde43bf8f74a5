package report

import "strings"

// CodeSpan is a clean text as Markdown's code span, in which nothing is markup, a
// link, a mention or a reference. Two number signs are kept apart by an escape, since
// Markdown is printed to logs too, where "##[" is a command.
func CodeSpan(text string) string {
	if text == "" {
		return ""
	}
	text = strings.ReplaceAll(text, "##", `#\x23`)
	fence := strings.Repeat("`", Backquotes(text)+1)
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") || strings.Trim(text, " ") != text {
		text = " " + text + " "
	}
	return fence + text + fence
}

// Backquotes is the length of the longest row of them in a text: a fence around it has
// to be longer.
func Backquotes(s string) (longest int) {
	row := 0
	for _, c := range []byte(s) {
		if row++; c != '`' {
			row = 0
		}
		longest = max(longest, row)
	}
	return longest
}
