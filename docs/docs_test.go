package docs_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/docs"
	"github.com/lineage-audit/lineage/verify"
)

// TestEveryCheckIsExplained: each check of the table has all six texts, and each is
// a paragraph of plain text and code, which is all that a page shows.
func TestEveryCheckIsExplained(t *testing.T) {
	for _, id := range verify.Checks() {
		e, found := docs.Check(string(id))
		if !found {
			t.Errorf("%s is not explained", id)
		}
		for name, text := range map[string]string{
			"proves": e.Proves, "does not prove": e.DoesNotProve, "not applicable": e.NotApplicable,
			"fails": e.Fails, "lacking": e.Lacking, "mend": e.Mend,
		} {
			switch {
			case strings.TrimSpace(text) == "":
				t.Errorf("%s: %s: no text", id, name)
			case strings.Count(text, "`")%2 != 0:
				t.Errorf("%s: %s: code has no end: %q", id, name, text)
			}
			for _, s := range docs.Spans(text) {
				if !s.Code && strings.ContainsAny(s.Text, "*[]<>_|\n") {
					t.Errorf("%s: %s: more than plain text and code: %q", id, name, text)
				}
			}
		}
	}
}

// TestNoExplanationIsCutOff: a text that goes on in more lines is given whole.
func TestNoExplanationIsCutOff(t *testing.T) {
	e, _ := docs.Check("image.pinned")
	if !strings.HasSuffix(e.DoesNotProve, "A note says which.") || !strings.Contains(e.DoesNotProve, "`downward-api`, `gitlab-ci`") {
		t.Errorf("does not prove: %q", e.DoesNotProve)
	}
	for _, id := range verify.Checks() {
		e, _ := docs.Check(string(id))
		for _, text := range []string{e.Proves, e.DoesNotProve, e.NotApplicable, e.Fails, e.Lacking, e.Mend} {
			if end := text[len(text)-1]; end != '.' && end != '`' && end != ')' {
				t.Errorf("%s: cut off: %q", id, text)
			}
		}
	}
}

func TestUnknownCheck(t *testing.T) {
	for _, id := range []string{"", "no.such", "record", "record.strict`\n"} {
		if e, found := docs.Check(id); found {
			t.Errorf("%q: %v", id, e)
		}
	}
}

func TestSpans(t *testing.T) {
	for text, want := range map[string][]docs.Span{
		"":          nil,
		"plain":     {{Text: "plain"}},
		"`a` b":     {{Text: "a", Code: true}, {Text: " b"}},
		"a `b`":     {{Text: "a "}, {Text: "b", Code: true}},
		"a `b` c":   {{Text: "a "}, {Text: "b", Code: true}, {Text: " c"}},
		"`a``b` <c": {{Text: "a", Code: true}, {Text: "b", Code: true}, {Text: " <c"}},
	} {
		if diff := cmp.Diff(want, docs.Spans(text)); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}
