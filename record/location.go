package record

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Root is what a path starts from, so that a record is found true on another
// machine and names nobody's home.
type Root string

// The roots.
const (
	RootRepo Root = "repo" // the top of the work tree, or without git the folder of the run
	RootVenv Root = "venv" // the prefix of the interpreter's environment
	RootHome Root = "home" // the home of the user who ran it
	RootAbs  Root = "abs"  // the root of the file system; the path keeps its leading slash
	// RootServer is a tracking server: the path starts with the kind and the id
	// of what keeps the file there, logged-model/m-…/MLmodel. Origin says which.
	RootServer Root = "server"
)

var roots = []Root{RootRepo, RootVenv, RootHome, RootAbs, RootServer}

// ErrLocation says that a text is not a location.
var ErrLocation = errors.New("not a location")

// Location is a path as records hold it: a root and the rest, which is clean,
// separated by "/", and "." for the root itself. Path holds the file system's own
// bytes; the text percent-encodes those that are not valid UTF-8, control
// characters and "%".
type Location struct {
	Root Root
	Path string
}

// ParseLocation reads exactly what String prints: "repo:data/train.csv". Another
// spelling of the same place is an error that wraps [ErrLocation].
func ParseLocation(s string) (Location, error) {
	root, encoded, found := strings.Cut(s, ":")
	if !found || !slices.Contains(roots, Root(root)) {
		return Location{}, fmt.Errorf("%w: %q does not start with one of %v and a colon", ErrLocation, s, roots)
	}
	p, err := DecodePath(encoded)
	if err != nil {
		return Location{}, err
	}
	l := Location{Root(root), p}
	if p != path.Clean(p) || l.Root == RootAbs != path.IsAbs(p) || p == ".." || strings.HasPrefix(p, "../") {
		return Location{}, fmt.Errorf("%w: %q is not a clean path below its root", ErrLocation, s)
	}
	return l, nil
}

// String is the root, a colon and the encoded path.
func (l Location) String() string { return string(l.Root) + ":" + EncodePath(l.Path) }

// Join is the location of a path below l.
func (l Location) Join(below string) Location {
	return Location{l.Root, path.Join(l.Path, below)}
}

// MarshalText is String.
func (l Location) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// UnmarshalText is ParseLocation.
func (l *Location) UnmarshalText(text []byte) (err error) {
	*l, err = ParseLocation(string(text))
	return err
}

// EncodePath percent-encodes the bytes of p that are not valid UTF-8, control
// characters, and "%".
func EncodePath(p string) string {
	var b strings.Builder
	for i := 0; i < len(p); {
		r, n := utf8.DecodeRuneInString(p[i:])
		if r == '%' || unicode.IsControl(r) || r == utf8.RuneError && n == 1 {
			for _, c := range []byte(p[i : i+n]) {
				fmt.Fprintf(&b, "%%%02X", c)
			}
		} else {
			b.WriteString(p[i : i+n])
		}
		i += n
	}
	return b.String()
}

// DecodePath reads exactly what EncodePath writes.
func DecodePath(s string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		var c byte
		if len(s) < i+3 {
			return "", fmt.Errorf("%w: %q ends within an escape", ErrLocation, s)
		}
		if _, err := fmt.Sscanf(s[i+1:i+3], "%02X", &c); err != nil {
			return "", fmt.Errorf("%w: %q: escape %q", ErrLocation, s, s[i:i+3])
		}
		b.WriteByte(c)
		i += 2
	}
	if p := b.String(); p != "" && EncodePath(p) == s && !strings.ContainsRune(p, 0) {
		return p, nil
	}
	return "", fmt.Errorf("%w: path %q is empty or not encoded as a record does", ErrLocation, s)
}

// EncodeText makes a text from outside fit for a field that people read: as
// EncodePath, but "%" stays as it is and line ends become "; ".
func EncodeText(s string) string {
	s = strings.ReplaceAll(strings.TrimRight(s, "\n"), "\n", "; ")
	return strings.ReplaceAll(EncodePath(s), "%25", "%")
}
