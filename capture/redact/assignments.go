package redact

import (
	"iter"
	"net/url"
	"strings"
)

// assignments are the places of the values that a text gives to a secret's name:
// PASSWORD=x, "password": "x", api_key = 'x', ?token=x, X-Api-Key: x.
func assignments(text string) []span {
	var found []span
	end := 0 // of the last one: a name within a secret is not looked at
	for a := range named(text) {
		if a.sep < end {
			continue
		}
		if v := a.value(); a.strength().hides(text[v.from:v.to]) {
			found, end = append(found, v), v.to
		}
	}
	return found
}

// assignment is one "=" or ":" of a text, with the name before it.
type assignment struct {
	text     string
	sep      int
	from, to int // of the name
}

// named yields each assignment to what can be a secret's name.
func named(text string) iter.Seq[assignment] {
	return func(yield func(assignment) bool) {
		inURL := false // a colon of a URL assigns nothing
		for i := range len(text) {
			switch c := text[i]; {
			case strings.IndexByte(" \t\r\n\"'", c) >= 0:
				inURL = false
			case c == ':' && strings.HasPrefix(text[i:], "://"):
				inURL = true
			case c == '=' || c == ':' && !inURL:
				a := assignment{text: text, sep: i}
				if a.readName() && a.strength() > innocent && !yield(a) {
					return
				}
			}
		}
	}
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("_.-%", c) >= 0 || c >= 0x80
}

// readName finds the name that ends before the separator, through the rest of an
// operator, spaces, a closing bracket and a closing quote.
func (a *assignment) readName() bool {
	end := a.sep
	if end > 0 && strings.IndexByte("+:?!", a.text[end-1]) >= 0 {
		end--
	}
	for _, skip := range []string{" \t", "]", `"'`, `\`} {
		end = len(strings.TrimRight(a.text[:end], skip))
	}
	start := end
	for start > 0 && isNameByte(a.text[start-1]) {
		start--
	}
	a.from, a.to = start, end
	return start < end
}

// inURL tells whether the name is a parameter of a URL's query or fragment.
func (a assignment) inURL() bool {
	return a.from > 0 && strings.IndexByte("?&#", a.text[a.from-1]) >= 0
}

func (a assignment) strength() strength {
	name := a.text[a.from:a.to]
	if !a.inURL() {
		return strengthOf(name)
	}
	if plain, err := url.PathUnescape(name); err == nil {
		name = plain
	}
	s := strengthOf(name)
	switch strings.ToLower(name) {
	case "sig", "signature", "awsaccesskeyid", "auth", "code", "sas":
		return max(s, likely)
	case "pwd":
		return certain
	}
	return s
}

// value is the place of what is assigned.
func (a assignment) value() span {
	text, at := a.text, a.sep+1
	for at < len(text) && strings.IndexByte("=>:", text[at]) >= 0 {
		at++
	}
	spaced := at
	for at < len(text) && (text[at] == ' ' || text[at] == '\t') {
		at++
	}
	spaced = at - spaced
	if v, end := quoted(text, at); end > 0 && (end == len(text) || !isNameByte(text[end])) {
		return v
	}
	if a.text[a.sep] == ':' && spaced > 0 || strings.HasSuffix(strings.ToLower(text[a.from:a.to]), "authorization") {
		return span{at, a.lineEnd(at)}
	}
	return span{at, wordEnd(text, at)}
}

// quoted is the place of what a quote at the position encloses, and where the
// closing quote ends; 0 if there is no quote. Escaped quotes, as JSON within JSON has
// them, end with the same escape.
func quoted(text string, at int) (v span, end int) {
	from := at
	if from+1 < len(text) && strings.IndexByte("bBrRuUfF$", text[from]) >= 0 && strings.IndexByte(`"'`, text[from+1]) >= 0 {
		from++
	}
	opened := from
	for from < len(text) && text[from] == '\\' {
		from++
	}
	if from == len(text) || strings.IndexByte("\"'`", text[from]) < 0 {
		return span{}, 0
	}
	escape, quote := text[opened:from], text[from]
	for end := from + 1; end < len(text); end++ {
		if escape == "" && text[end] == '\\' {
			end++
			continue
		}
		if text[end] == quote && strings.HasSuffix(text[from+1:end], escape) {
			return span{from + 1, end - len(escape)}, end + 1
		}
	}
	return span{at, len(text)}, len(text)
}

// lineEnd is where a header's or YAML's value ends: at the quote that was opened
// before the name, or with the line. After a name in quotes, JSON's, what is not
// quoted is no text and ends with its element.
func (a assignment) lineEnd(at int) int {
	ends := "\r\n"
	if a.from > 0 && strings.IndexByte("\"'`", a.text[a.from-1]) >= 0 {
		if quote := a.text[a.from-1 : a.from]; a.text[a.to:a.to+1] == quote {
			ends += ",}]"
		} else {
			ends += quote
		}
	}
	return at + indexOr(a.text[at:], ends, len(a.text)-at)
}

// wordEnd is where an unquoted value ends: at a space, or at a quote or separator
// that closes something. One that other text follows is taken for a part of the secret.
func wordEnd(text string, at int) int {
	for i := at; i < len(text); i++ {
		switch c := text[i]; {
		case strings.IndexByte(" \t\r\n", c) >= 0:
			return i
		case strings.IndexByte("\"'`", c) >= 0 && (i+1 == len(text) || !isNameByte(text[i+1])):
			return i
		case strings.IndexByte(",;&#|)}", c) >= 0 && startsAssignment(text[i+1:]):
			return i
		}
	}
	return len(text)
}

func startsAssignment(rest string) bool {
	rest = strings.TrimLeft(rest, ",;&#|)}")
	n := 0
	for n < len(rest) && isNameByte(rest[n]) {
		n++
	}
	if n == 0 {
		return rest == "" || strings.IndexByte(" \t\r\n\"'`", rest[0]) >= 0
	}
	return n < len(rest) && (rest[n] == '=' || rest[n] == ':')
}

func indexOr(s, chars string, otherwise int) int {
	if i := strings.IndexAny(s, chars); i >= 0 {
		return i
	}
	return otherwise
}
