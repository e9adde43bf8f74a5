package fetch

import (
	"path"
	"strings"
)

// Allowed are origins that somebody named: URIs and what is below them. Whoever
// fetches what a record names asks those alone, for a record is anybody's word: it
// could name a service that only this machine can reach, or a file of it. nil covers
// everything, and a list of none nothing.
type Allowed struct{ prefixes []URI }

// ParseAllowed reads the origins. Each is a URI or a path; what is below it, by whole
// parts of its path, is allowed with it. Errors wrap [ErrURI].
func ParseAllowed(texts []string, dir string) (*Allowed, error) {
	a := &Allowed{}
	for _, text := range texts {
		u, err := Parse(text, dir)
		if err != nil {
			return nil, err
		}
		a.prefixes = append(a.prefixes, u)
	}
	return a, nil
}

// Covers tells whether the URI was named, or is below one that was. A path that a
// server may read in another way, as one with "..", is below none.
func (a *Allowed) Covers(u URI) bool {
	if a == nil {
		return true
	}
	for _, p := range a.prefixes {
		if p.scheme == u.scheme && p.host() == u.host() && below(p.full(), u.full()) && (p.version == "" || p.version == u.version) {
			return true
		}
	}
	return false
}

// host is what the path of a URI counts in, with the port.
func (u URI) host() string {
	if u.url == nil {
		return u.bucket
	}
	host, port := strings.TrimSuffix(u.url.Hostname(), "."), u.url.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.scheme]
	}
	return host + ":" + port
}

// full is the path from the top.
func (u URI) full() string {
	switch {
	case u.url != nil:
		return u.url.EscapedPath()
	case u.scheme == "s3":
		return "/" + u.path
	}
	return u.path
}

// below tells whether one path is another or below it.
func below(folder, p string) bool {
	folder = strings.TrimSuffix(folder, "/")
	rest, found := strings.CutPrefix(p, folder)
	if !found || rest != "" && rest[0] != '/' {
		return false
	}
	lower := strings.ToLower(rest)
	for _, odd := range []string{"%2e", "%2f", "%5c", `\`} {
		if strings.Contains(lower, odd) {
			return false
		}
	}
	return path.Clean("/"+rest) == "/"+strings.Trim(rest, "/")
}
