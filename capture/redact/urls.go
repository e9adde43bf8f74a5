package redact

import (
	"net/url"
	"strings"
)

// maxAuthority bounds how far a URL's "@" is looked for.
const maxAuthority = 8 << 10

// urlMarker is Marker as a URL can hold it.
const urlMarker = "%5Bredacted%5D"

// URL is a URL (or scp's user@host:path) without its credentials and without
// the secrets of its query and fragment. A valid URL stays one.
func (r *Rules) URL(raw string) string { return r.url(raw, nil) }

// url cuts out the secrets, and what else is said to be some.
func (r *Rules) url(raw string, more []span) string {
	safe := cut(raw, append(r.spans(raw), more...), urlMarker)
	if safe == raw {
		return raw
	}
	if _, err := url.Parse(raw); err != nil {
		return safe
	}
	if _, err := url.Parse(safe); err != nil { // the secret is part of the host, or of the scheme
		return urlMarker
	}
	return safe
}

// Remote is URL, with the credentials of http and https left out altogether, so
// that a repository has the same name whoever cloned it.
func (r *Rules) Remote(raw string) string { return r.URL(withoutUser(raw)) }

// withoutUser is a URL of http or https without its credentials.
func withoutUser(raw string) string {
	for _, s := range userinfos(raw) {
		scheme := strings.ToLower(raw[:s.from])
		if strings.HasSuffix(scheme, "http://") || strings.HasSuffix(scheme, "https://") {
			return raw[:s.from] + raw[s.to+1:]
		}
	}
	return raw
}

// userinfos are the places of the credentials in each URL of a text: what stands
// before the "@". A name alone is one for http and https, where it is a token or a
// person; git@ and the like are none.
func userinfos(text string) []span {
	var found []span
	for at := 0; ; {
		i := strings.Index(text[at:], "://")
		if i < 0 {
			return found
		}
		at += i + len("://")
		n := userinfoLen(text[at:])
		if n > 0 && isCredential(schemeBefore(text[:at]), text[at:at+n]) {
			found = append(found, span{at, at + n})
		}
	}
}

func isCredential(scheme, info string) bool {
	if strings.Contains(info, ":") {
		return true
	}
	return strings.HasPrefix(scheme, "http") || looksRandom(info) || strings.Contains(info, "%")
}

// userinfoLen is how much of rest, which follows "://", comes before the last "@"
// of the authority; 0 if there is none.
func userinfoLen(rest string) int {
	word := rest[:min(len(rest), maxAuthority)]
	if i := strings.IndexAny(word, " \t\r\n\"'<>`"); i >= 0 {
		word = word[:i]
	}
	authority := word
	if i := strings.IndexAny(word, "/?#"); i >= 0 {
		authority = word[:i]
	}
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		return i
	}
	// A password with an unescaped slash: what looks like a port is none.
	_, port, found := strings.Cut(authority, ":")
	if found && len(authority) < len(word) && strings.Trim(port, "0123456789]:") != "" {
		return max(strings.LastIndexByte(word, '@'), 0)
	}
	return 0
}

// schemeBefore is the scheme that text, which ends with "://", ends with.
func schemeBefore(text string) string {
	text = strings.TrimSuffix(text, "://")
	i := strings.LastIndexFunc(text, func(c rune) bool {
		return !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.')
	})
	return strings.ToLower(text[i+1:])
}
