package redact

import (
	"net/url"
	"slices"
	"strings"
)

// Marker stands where a secret stood. In what [Rules.URL] answers it is
// percent-encoded, since a URL may hold no brackets.
const Marker = "[redacted]"

// minKnown is the length from which the value of a secret variable is redacted
// wherever it occurs: a shorter one would be found by chance.
const minKnown = 6

// Rules decide what a secret is. They are safe for use by many goroutines; the
// zero value, and nil, know names and shapes but no values.
type Rules struct {
	known []string // values of secrets, and how a URL spells them
}

// New makes the rules for a command with this environment (NAME=value): the
// values of its secret variables are redacted wherever they occur.
func New(env []string) *Rules {
	r := &Rules{}
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		if strings.HasPrefix(name, "BASH_FUNC_") {
			continue // a function's code
		}
		if strengthOf(name).hides(value) {
			r.learn(value)
			continue
		}
		for _, s := range (*Rules)(nil).spans(value) {
			r.learn(value[s.from:s.to])
		}
		for _, s := range userinfos(value) {
			_, password, _ := strings.Cut(value[s.from:s.to], ":")
			r.learn(password)
		}
	}
	slices.Sort(r.known)
	r.known = slices.Compact(r.known)
	return r
}

// learn adds a secret's value, without the space around it, and the ways in
// which a URL or JSON spells it.
func (r *Rules) learn(value string) {
	value = strings.TrimSpace(value)
	plain, err := url.PathUnescape(value)
	if err != nil {
		plain = value
	}
	for _, v := range []string{value, plain} {
		if len(v) >= minKnown && !strings.Contains(Marker, v) {
			r.known = append(r.known, v, url.QueryEscape(v), url.PathEscape(v), strings.ReplaceAll(v, "\n", `\n`))
		}
	}
}

// Variable is the value of an environment variable without its secrets, and
// whether there were any.
func (r *Rules) Variable(name, value string) (safe string, redacted bool) {
	return r.Parameter(name, value)
}

// Parameter is the value of a named parameter without its secrets, and whether
// there were any.
func (r *Rules) Parameter(name, value string) (safe string, redacted bool) {
	if strengthOf(name).hides(value) {
		return Marker, true
	}
	safe = r.Text(value)
	return safe, safe != value
}

// Text is a free text, such as a log line or a shell command, without its
// secrets.
func (r *Rules) Text(text string) string { return cut(text, r.spans(text), Marker) }
