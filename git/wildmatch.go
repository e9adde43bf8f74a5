package git

import "strings"

// pattern is a glob of .gitignore, compiled so that matching takes time in
// proportion to pattern and text, whatever a hostile pattern looks like.
type pattern []token

type token struct {
	kind tokenKind
	lit  byte
	set  *[256]bool
}

type tokenKind byte

const (
	literal  tokenKind = iota
	oneOf              // a class, or "?": one byte, never a slash
	star               // any bytes but slashes
	anything           // "**" at the end: any bytes
	folders            // "**/": nothing, or anything that ends with a slash
)

var anyByte = func() *[256]bool {
	var set [256]bool
	for i := range set {
		set[i] = i != '/'
	}
	return &set
}()

// compile reads a glob as git's wildmatch does with WM_PATHNAME. One that can
// never match (an open bracket, a backslash at the end) is not ok.
func compile(glob string) (pattern, bool) {
	var p pattern
	start := strings.IndexAny(glob, special)
	for i := 0; i < len(glob); {
		switch c := glob[i]; c {
		case '\\':
			if i+1 == len(glob) {
				return nil, false
			}
			p = append(p, token{kind: literal, lit: glob[i+1]})
			i += 2
		case '?':
			p = append(p, token{kind: oneOf, set: anyByte})
			i++
		case '[':
			set, n := class(glob[i:])
			if n == 0 {
				return nil, false
			}
			p = append(p, token{kind: oneOf, set: set})
			i += n
		case '*':
			t, n := stars(glob, i, start)
			p = append(p, t)
			i += n
		default:
			p = append(p, token{kind: literal, lit: c})
			i++
		}
	}
	return p, true
}

// special are the bytes that are not themselves.
const special = `*?[\`

// stars reads the stars at glob[i:]. Two of them are special where they are a
// whole path component; "**/" is taken as one token. As git takes the part in
// front of the first special byte by itself, they are special behind that, too.
func stars(glob string, i, start int) (token, int) {
	n := len(glob[i:]) - len(strings.TrimLeft(glob[i:], "*"))
	rest := glob[i+n:]
	switch {
	case n == 1 || i > start && glob[i-1] != '/':
		return token{kind: star}, n
	case rest == "":
		return token{kind: anything}, n
	case rest[0] == '/':
		return token{kind: folders}, n + 1
	case strings.HasPrefix(rest, `\/`):
		// An escaped slash: it has to be there, whatever stands in front.
		return token{kind: anything}, n
	}
	return token{kind: star}, n
}

// class reads a bracket expression: the bytes that it matches, and its length,
// or 0 if it does not end.
func class(s string) (*[256]bool, int) {
	var set [256]bool
	i, negated := 1, false
	if i < len(s) && (s[i] == '!' || s[i] == '^') {
		negated, i = true, i+1
	}
	for first := true; ; first = false {
		if i >= len(s) {
			return nil, 0
		}
		if s[i] == ']' && !first {
			break
		}
		n := member(&set, s[i:])
		if n == 0 {
			return nil, 0
		}
		i += n
	}
	for c := range set {
		set[c] = set[c] != negated && c != '/'
	}
	return &set, i + 1
}

// member adds one byte, range or named class at the start of s to the set.
func member(set *[256]bool, s string) int {
	if strings.HasPrefix(s, "[:") {
		if end := strings.IndexByte(s, ']'); end >= 3 && s[end-1] == ':' {
			return named(set, s[2:end-1]) * (end + 1)
		} else if end < 0 {
			return 0
		}
	}
	low, n := escaped(s)
	if n == 0 || len(s) <= n+1 || s[n] != '-' || s[n+1] == ']' {
		if n > 0 {
			set[low] = true
		}
		return n
	}
	high, m := escaped(s[n+1:])
	for c := int(low); m > 0 && c <= int(high); c++ {
		set[c] = true
	}
	// git takes the byte in front of the dash as a member by itself, too.
	set[low] = true
	if m == 0 {
		return 0
	}
	return n + 1 + m
}

func escaped(s string) (c byte, n int) {
	if s[0] != '\\' {
		return s[0], 1
	}
	if len(s) < 2 {
		return 0, 0
	}
	return s[1], 2
}

// named adds a POSIX class; 0 if there is none of the name, which voids the glob.
func named(set *[256]bool, name string) int {
	in, ok := classes[name]
	if !ok {
		return 0
	}
	for c := range 128 {
		set[c] = set[c] || in(byte(c))
	}
	return 1
}

var classes = map[string]func(byte) bool{
	"alnum":  func(c byte) bool { return isAlpha(c) || isDigit(c) },
	"alpha":  isAlpha,
	"blank":  func(c byte) bool { return c == ' ' || c == '\t' },
	"cntrl":  func(c byte) bool { return c < ' ' || c == 0x7f },
	"digit":  isDigit,
	"graph":  func(c byte) bool { return c > ' ' && c < 0x7f },
	"lower":  isLower,
	"print":  func(c byte) bool { return c >= ' ' && c < 0x7f },
	"punct":  func(c byte) bool { return c > ' ' && c < 0x7f && !isAlpha(c) && !isDigit(c) },
	"space":  func(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' },
	"upper":  isUpper,
	"xdigit": func(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' },
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isLower(c byte) bool { return c >= 'a' && c <= 'z' }
func isUpper(c byte) bool { return c >= 'A' && c <= 'Z' }
func isAlpha(c byte) bool { return isLower(c) || isUpper(c) }

// match walks all ways through the pattern at once: on[i] tells that the text so
// far can have brought us in front of token i.
func (p pattern) match(text string) bool {
	on, next := make([]bool, len(p)+1), make([]bool, len(p)+1)
	p.enter(on, 0)
	for i := range len(text) {
		c := text[i]
		clear(next)
		for at, t := range p {
			if on[at] {
				p.step(next, at, t, c)
			}
		}
		on, next = next, on
	}
	return on[len(p)]
}

func (p pattern) step(next []bool, at int, t token, c byte) {
	switch t.kind {
	case literal:
		if c == t.lit {
			p.enter(next, at+1)
		}
	case oneOf:
		if t.set[c] {
			p.enter(next, at+1)
		}
	case star:
		if c != '/' {
			p.enter(next, at)
		}
	case anything:
		p.enter(next, at)
	case folders:
		// Once within it, only a slash leads out.
		next[at] = true
		if c == '/' {
			p.enter(next, at+1)
		}
	}
}

// enter marks token i, and those behind it that match nothing. Tokens step in
// order, so that whatever is marked already was marked by enter.
func (p pattern) enter(on []bool, i int) {
	for ; !on[i]; i++ {
		on[i] = true
		if i == len(p) || p[i].kind == literal || p[i].kind == oneOf {
			return
		}
	}
}
