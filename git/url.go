package git

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Declared is a commit that somebody says the code is of.
type Declared struct {
	URL    string // credentials stripped
	Commit ObjectID
}

// schemes are those that git fetches with. Others, like ext::, run programs.
var schemes = []string{"https", "http", "ssh", "git", "file"}

// scpLike is user@host:path, which git takes for ssh.
var scpLike = regexp.MustCompile(`^(?:[A-Za-z0-9._-]+@)?[A-Za-z0-9][A-Za-z0-9.-]*:[^:/\\][^\x00-\x20\x7f]*$|^[A-Za-z0-9._-]+@[A-Za-z0-9][A-Za-z0-9.-]*:/[^\x00-\x20\x7f]*$`)

// ParseSource reads URL@COMMIT, strictly: the commit is a full id, the URL has a
// scheme that git fetches from, or is user@host:path. Errors wrap [ErrSource]
// and never show credentials.
func ParseSource(s string) (Declared, error) {
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return Declared{}, fmt.Errorf("%q: %w", StripCredentials(s), ErrSource)
	}
	commit, err := ParseObjectID(s[at+1:])
	if err != nil {
		return Declared{}, fmt.Errorf("%q: the commit: %w: %w", redact(s), ErrObjectID, ErrSource)
	}
	if !isURL(s[:at]) {
		return Declared{}, fmt.Errorf("%q: the URL is none that git fetches from: %w", redact(s), ErrSource)
	}
	return Declared{StripCredentials(s[:at]), commit}, nil
}

// isURL tells whether git would reach out for s, in a way that runs no program
// but its own and ssh.
func isURL(s string) bool {
	scheme, rest, found := strings.Cut(s, "://")
	if !found {
		return scpLike.MatchString(s)
	}
	if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return false
	}
	host := rest[:hostEnd(rest)]
	_, host = cutLast(host, "@")
	if scheme == "file" {
		return strings.HasPrefix(rest, "/")
	}
	return slices.Contains(schemes, scheme) && host != "" && host[0] != '-' && host[0] != ':'
}

func hostEnd(s string) int {
	if i := strings.IndexAny(s, "/?#"); i >= 0 {
		return i
	}
	return len(s)
}

// cutLast splits s at the last sep; without one all of s is after it.
func cutLast(s, sep string) (before, after string) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):]
	}
	return "", s
}

// StripCredentials takes user, password, query and fragment from a remote's URL.
// The user of an ssh URL stays, since it is no secret.
func StripCredentials(url string) string {
	before, rest, found := strings.Cut(url, "://")
	if !found {
		return stripSCP(url)
	}
	helper, scheme := cutLast(before, "::")
	if helper != "" {
		helper += "::"
	}
	end := hostEnd(rest)
	user, host := cutLast(rest[:end], "@")
	if path := rest[end:]; strings.Contains(path, "@") && oddPort(host) {
		// A password with a slash in it ends the host too early.
		_, rest = cutLast(rest, "@")
		user, host, end = "", rest[:hostEnd(rest)], hostEnd(rest)
	}
	path, _, _ := strings.Cut(rest[end:], "?")
	path, _, _ = strings.Cut(path, "#")
	user, _, _ = strings.Cut(user, ":")
	if strings.HasSuffix(scheme, "ssh") && user != "" {
		host = user + "@" + host
	}
	return helper + scheme + "://" + host + path
}

// userInfo is what stands between scheme and host: user, password, or both.
func userInfo(url string) string {
	_, rest, found := strings.Cut(url, "://")
	if !found {
		return ""
	}
	user, _ := cutLast(rest[:hostEnd(rest)], "@")
	return user
}

// stripSCP takes a password out of user:password@host:path, which ssh does not
// know but people write.
func stripSCP(url string) string {
	at := strings.IndexByte(url, '@')
	colon := strings.IndexAny(url, ":/\\")
	if at < 0 || colon < 0 || colon > at || url[colon] != ':' || !strings.Contains(url[at:], ":") {
		return url
	}
	return url[:colon] + url[at:]
}

// oddPort tells that what follows a host's colon is no port number.
func oddPort(host string) bool {
	_, port, found := strings.Cut(host, ":")
	return found && strings.Trim(port, "0123456789") != "" && !strings.HasPrefix(host, "[")
}

// urls finds what may be a URL with credentials in a message.
var urls = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.:-]*://[^\s'"<>]+`)

// redact takes the credentials out of each URL in a message.
func redact(message string) string {
	return urls.ReplaceAllStringFunc(message, StripCredentials)
}
