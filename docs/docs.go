// Package docs gives the program those pages of its documentation that it shows
// itself, so that what is shown and what is documented are one text.
//
// [Check] is the section of checks.md about one check of `lineage verify`: what it
// proves, what it does not, and how it ends. The page is written for people; its
// form, which the tests of package verify hold it to, is a heading with the check's
// id and one list item for each of these.
package docs

import (
	_ "embed"
	"regexp"
	"strings"
)

//go:embed checks.md
var checks string

// Explanation is what is documented of one check. Each is Markdown of one
// paragraph: text, with code between backquotes, and of links their words.
type Explanation struct {
	Proves, DoesNotProve, NotApplicable, Fails, Lacking, Mend string
}

// Check is what is documented of the check with that id; false if nothing is.
func Check(id string) (Explanation, bool) {
	_, section, found := strings.Cut(checks, "\n### `"+id+"`\n")
	if !found {
		return Explanation{}, false
	}
	section, _, _ = strings.Cut(section, "\n#")
	return Explanation{
		item(section, "Proves"), item(section, "Does not prove"), item(section, "Not applicable"),
		item(section, "Fails"), item(section, "Lacking"), item(section, "Mend"),
	}, true
}

// item is the list item of a section that begins with the label, with the lines
// that it goes on in: all up to the next item or the end of the list.
func item(section, label string) string {
	_, text, found := strings.Cut(section, "\n- **"+label+":** ")
	if !found {
		return ""
	}
	lines := strings.Split(text, "\n")
	words := lines[:1]
	for _, line := range lines[1:] {
		if !strings.HasPrefix(line, "  ") {
			break
		}
		words = append(words, strings.TrimSpace(line))
	}
	return links.ReplaceAllString(strings.Join(words, " "), "$1")
}

// links lead to other pages of the documentation, which a shown text is not beside.
var links = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)

// Span is a piece of a paragraph: plain text, or code.
type Span struct {
	Text string
	Code bool
}

// Spans cuts a paragraph at its backquotes.
func Spans(paragraph string) (spans []Span) {
	code := false
	for part := range strings.SplitSeq(paragraph, "`") {
		if part != "" {
			spans = append(spans, Span{part, code})
		}
		code = !code
	}
	return spans
}
