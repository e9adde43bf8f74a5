package fetch

import (
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"strings"

	"github.com/lineage-audit/lineage/capture/redact"
	"github.com/lineage-audit/lineage/hashing"
)

// URI names a place to fetch from. Its credentials are used and never shown.
type URI struct {
	scheme  string   // http, https, s3, file
	url     *url.URL // of http and https
	bucket  string   // of s3
	path    string   // the key of s3; the path of a file
	version string   // of s3
}

// maxURI bounds a URI: what servers take, and more.
const maxURI = 8 << 10

// versionMark stands between the key of an object and the id of its version.
const versionMark = "?versionId="

// Parse reads a URI. A text without a scheme is a path, relative to dir; errors wrap
// [ErrURI] and show no credentials.
func Parse(text, dir string) (URI, error) {
	if len(text) > maxURI {
		return URI{}, fmt.Errorf("a text of %d bytes: %w", len(text), ErrURI)
	}
	scheme, rest, found := strings.Cut(text, "://")
	if !found || filepath.VolumeName(text) != "" {
		return pathURI(text, dir)
	}
	if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return URI{}, fmt.Errorf("%q holds control characters: %w", safe(text), ErrURI)
	}
	if strings.Contains(text, redacted) {
		return URI{}, lostSecretError{text}
	}
	switch strings.ToLower(scheme) {
	case "http", "https":
		return httpURI(text)
	case "s3":
		return s3URI(text, rest)
	case "file":
		return fileURI(text)
	}
	return URI{}, fmt.Errorf("%q: %w", safe(text), ErrURI)
}

// redacted is what a URI has in place of a secret.
var redacted = url.PathEscape(redact.Marker)

// safe is a text without credentials.
func safe(text string) string { return (*redact.Rules)(nil).Origin(text) }

func pathURI(text, dir string) (URI, error) {
	if text == "" || strings.ContainsRune(text, 0) {
		return URI{}, fmt.Errorf("%q: %w", text, ErrURI)
	}
	full := filepath.FromSlash(text)
	if !filepath.IsAbs(full) {
		full = filepath.Join(dir, full)
	}
	return URI{scheme: "file", path: withSlash(filepath.ToSlash(filepath.Clean(full)), text)}, nil
}

// withSlash keeps the slash at the end, which makes a prefix of a path.
func withSlash(clean, text string) string {
	if strings.HasSuffix(text, "/") && !strings.HasSuffix(clean, "/") {
		return clean + "/"
	}
	return clean
}

func httpURI(text string) (URI, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Opaque != "" {
		return URI{}, fmt.Errorf("%q names no host: %w", safe(text), ErrURI)
	}
	u.Scheme, u.Host, u.Fragment, u.RawFragment = strings.ToLower(u.Scheme), strings.ToLower(u.Host), "", ""
	if u.Path == "" {
		u.Path = "/"
	}
	return URI{scheme: u.Scheme, url: u}, nil
}

// s3URI takes the key as it stands, as all programs that know such URIs do.
func s3URI(text, rest string) (URI, error) {
	bucket, key, _ := strings.Cut(rest, "/")
	version := ""
	if i := strings.LastIndex(key, versionMark); i >= 0 {
		key, version = key[:i], key[i+len(versionMark):]
		if version == "" {
			return URI{}, fmt.Errorf("%q names no version: %w", safe(text), ErrURI)
		}
	}
	if bucket == "" || strings.ContainsAny(bucket, "@:?#[] ") {
		return URI{}, fmt.Errorf("%q: %q is no bucket: %w", safe(text), bucketName(bucket), ErrURI)
	}
	if isPrefix := key == "" || strings.HasSuffix(key, "/"); isPrefix && version != "" {
		return URI{}, fmt.Errorf("%q: a prefix has no version: %w", safe(text), ErrURI)
	}
	return URI{scheme: "s3", bucket: bucket, path: key, version: version}, nil
}

// bucketName hides what may be credentials.
func bucketName(s string) string { return s[strings.LastIndexByte(s, '@')+1:] }

func fileURI(text string) (URI, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host != "" && u.Host != "localhost" || !strings.HasPrefix(u.Path, "/") || u.RawQuery != "" || strings.ContainsRune(u.Path, 0) {
		return URI{}, fmt.Errorf("%q: want file:///PATH: %w", safe(text), ErrURI)
	}
	return URI{scheme: "file", path: withSlash(path.Clean(u.Path), u.Path)}, nil
}

// String is the URI without credentials, and without the values of its query that may be
// some: all but those whose names are known to be harmless. Parse reads it again, unless
// a value was left out.
func (u URI) String() string {
	switch u.scheme {
	case "http", "https":
		return safe(u.url.String())
	case "s3":
		s := "s3://" + u.bucket + "/" + u.path
		if u.version != "" {
			s += versionMark + u.version
		}
		return s
	case "file":
		return (&url.URL{Scheme: "file", Path: u.path}).String()
	}
	return ""
}

// Parent is the folder that the URI is in; of a prefix it is the prefix.
func (u URI) Parent() URI {
	u.version = ""
	if u.url == nil {
		u.path = u.path[:strings.LastIndexByte(u.path, '/')+1]
		return u
	}
	parent := *u.url
	parent.Path, parent.RawPath, parent.RawQuery, parent.User = parent.Path[:strings.LastIndexByte(parent.Path, '/')+1], "", "", nil
	u.url = &parent
	return u
}

// at is the URI of one version of it.
func (u URI) at(version string) URI {
	if u.scheme == "s3" && version != "" {
		u.version = version
	}
	return u
}

// Scheme is http, https, s3 or file.
func (u URI) Scheme() string { return u.scheme }

// IsPrefix tells whether the URI names a folder: it is of s3 or file, and ends with a slash.
func (u URI) IsPrefix() bool {
	return u.scheme != "http" && u.scheme != "https" && (u.path == "" || strings.HasSuffix(u.path, "/"))
}

// exact is a digest of the whole URI, its secrets included.
func (u URI) exact(salt string) hashing.FileDigest {
	return hashing.Bytes([]byte(salt + "\n" + u.url.String()))
}

// HasSecret tells whether the URI holds what may be credentials.
func (u URI) HasSecret() bool { return u.url != nil && safe(u.url.String()) != u.url.String() }

// Base is the last part of the path, "" if none serves as the name of a file.
func (u URI) Base() string {
	p := u.path
	if u.url != nil {
		p = u.url.Path
	}
	base := p[strings.LastIndexByte(p, '/')+1:]
	if base == "." || base == ".." || strings.ContainsAny(base, "\\\x00") || !filepath.IsLocal(base) {
		return ""
	}
	return base
}

// Join is the URI of the file at a path, separated by "/", below a prefix.
func (u URI) Join(below string) URI {
	if u.url != nil {
		joined := *u.url
		joined.Path, joined.RawPath = strings.TrimSuffix(joined.Path, "/")+"/"+below, ""
		return URI{scheme: u.scheme, url: &joined}
	}
	return URI{scheme: u.scheme, bucket: u.bucket, path: u.path + below}
}
