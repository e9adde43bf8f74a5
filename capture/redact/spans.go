package redact

import (
	"slices"
	"strings"
)

// span is a secret's place in a text: from the byte at from up to that at to.
type span struct{ from, to int }

// spans are all the places of text that hold a secret. They are found in the
// text as it is, and cut out together: cutting one first could break another
// in two and leave a half.
func (r *Rules) spans(text string) []span {
	found := r.knownSpans(text)
	for _, s := range shapes {
		found = append(found, s.spans(text)...)
	}
	for _, s := range phrases {
		found = append(found, s.spans(text)...)
	}
	found = append(found, userinfos(text)...)
	found = append(found, assignments(text)...)
	return append(found, flags(text)...)
}

func (r *Rules) knownSpans(text string) []span {
	if r == nil {
		return nil
	}
	var found []span
	for _, k := range r.known {
		for at := 0; ; {
			i := strings.Index(text[at:], k)
			if i < 0 {
				break
			}
			found = append(found, span{at + i, at + i + len(k)})
			at += i + 1
		}
	}
	return found
}

// cut puts marker in the place of each span; those that touch become one.
func cut(text string, spans []span, marker string) string {
	if len(spans) == 0 {
		return text
	}
	slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
	var b strings.Builder
	at := 0
	for i := 0; i < len(spans); {
		s := spans[i]
		for i++; i < len(spans) && spans[i].from <= s.to; i++ {
			s.to = max(s.to, spans[i].to)
		}
		if s.from == s.to {
			continue
		}
		b.WriteString(text[at:s.from])
		b.WriteString(marker)
		at = s.to
	}
	b.WriteString(text[at:])
	return b.String()
}
