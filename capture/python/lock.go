package python

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"
	"unicode/utf16"

	"github.com/lineage-audit/lineage/capture/redact"
	"github.com/lineage-audit/lineage/hashing"
)

// LockFormat names a format of files that say which packages to install.
type LockFormat string

// The formats. FormatCondaEnvironment is no lock: it has no hashes at all.
const (
	FormatRequirements     LockFormat = "requirements"
	FormatPylock           LockFormat = "pylock"
	FormatUV               LockFormat = "uv"
	FormatPoetry           LockFormat = "poetry"
	FormatPipfile          LockFormat = "pipfile"
	FormatPDM              LockFormat = "pdm"
	FormatCondaLock        LockFormat = "conda-lock"
	FormatCondaExplicit    LockFormat = "conda-explicit"
	FormatCondaEnvironment LockFormat = "conda-environment"
	FormatPixi             LockFormat = "pixi"
)

// Lock is what one lock file says.
type Lock struct {
	Name        string // as it was given to ParseLock
	Format      LockFormat
	Digest      hashing.FileDigest
	Packages    []Locked
	Lists       []string  // of conda's formats: the package URLs of what is pinned, in order
	NotFollowed []string  // other files that it includes: -r base.txt
	Problems    []Problem // entries that could not be understood; Path is a line or a name
}

// Locked is one package of a lock. A package that stands there for several
// platforms may stand there several times.
type Locked struct {
	Name    string // normalised
	Version string // exact; empty if the entry allows more than one, or does not say
	Conda   bool   // a conda package, not one of Python's index
	Marker  string // the condition of PEP 508, or the platform
	Commit  string // of a version control system
	URL     string // without credentials
	Local   bool   // a folder beside the lock
	Hashes  []Hash // only algorithms that are still sound
}

// ErrLock says that a file is not what its name says. ErrNotLock says that a
// name is not that of a known format.
var (
	ErrLock    = errors.New("not a lock file of this format")
	ErrNotLock = errors.New("not the name of a known lock file")
)

var lockNames = []struct {
	pattern *regexp.Regexp
	format  LockFormat
}{
	{regexp.MustCompile(`^pylock(\.[^.]+)?\.toml$`), FormatPylock},
	{regexp.MustCompile(`^uv\.lock$`), FormatUV},
	{regexp.MustCompile(`^poetry\.lock$`), FormatPoetry},
	{regexp.MustCompile(`^pipfile\.lock$`), FormatPipfile},
	{regexp.MustCompile(`^pdm(\.[^.]+)?\.lock$`), FormatPDM},
	{regexp.MustCompile(`^pixi\.lock$`), FormatPixi},
	{regexp.MustCompile(`(^|[.-])conda-lock\.ya?ml$`), FormatCondaLock},
	{regexp.MustCompile(`^conda-.*\.lock$|^(explicit|conda).*\.txt$`), FormatCondaExplicit},
	{regexp.MustCompile(`^environment.*\.ya?ml$`), FormatCondaEnvironment},
	{regexp.MustCompile(`requirements.*\.(txt|lock)$|^constraints.*\.txt$`), FormatRequirements},
}

// ClassifyLock tells the format by a file's name; ok is false if it is none. The
// name may be a path: requirements/dev.txt is one.
func ClassifyLock(name string) (format LockFormat, ok bool) {
	name = strings.ToLower(strings.ReplaceAll(name, `\`, "/"))
	base := path.Base(name)
	for _, n := range lockNames {
		if n.pattern.MatchString(base) {
			return n.format, true
		}
	}
	if path.Base(path.Dir(name)) == "requirements" && path.Ext(base) == ".txt" {
		return FormatRequirements, true
	}
	return "", false
}

// ParseLock reads a lock file. It looks at name and content only. Entries that
// it cannot understand stand in Problems; content that is not of the format at all
// gives an error that wraps [ErrLock], an unknown name one that wraps [ErrNotLock].
func ParseLock(name string, content []byte) (Lock, error) {
	format, ok := ClassifyLock(name)
	if !ok {
		return Lock{Name: name}, fmt.Errorf("reading %q: %w", name, ErrNotLock)
	}
	l := Lock{Name: name, Format: format, Digest: hashing.Bytes(content)}
	text := decodeText(content)
	if format == FormatRequirements && explicitLine.Match(text) {
		l.Format = FormatCondaExplicit
	}
	if err := l.parse(text); err != nil {
		return Lock{Name: name, Format: l.Format, Digest: l.Digest}, fmt.Errorf("reading %q as %s: %w: %w", name, l.Format, ErrLock, err)
	}
	l.Lists = l.lists()
	for i := range l.Packages {
		p := &l.Packages[i]
		p.Name, p.URL = NormalizeName(p.Name), (*redact.Rules)(nil).Remote(p.URL)
	}
	return l, nil
}

func (l *Lock) parse(text []byte) error {
	if bytes.IndexByte(text, 0) >= 0 {
		return errors.New("it has NUL bytes")
	}
	switch l.Format {
	case FormatRequirements:
		return l.parseRequirements(text)
	case FormatPylock:
		return l.parsePylock(text)
	case FormatUV:
		return l.parseUV(text)
	case FormatPoetry:
		return l.parsePoetry(text)
	case FormatPDM:
		return l.parsePDM(text)
	case FormatPipfile:
		return l.parsePipfile(text)
	case FormatCondaLock:
		return l.parseCondaLock(text)
	case FormatCondaExplicit:
		return l.parseExplicit(text)
	case FormatCondaEnvironment:
		return l.parseEnvironment(text)
	case FormatPixi:
		return l.parsePixi(text)
	}
	panic("python: a lock format without a parser")
}

// add takes an entry over if it has a name.
func (l *Lock) add(p Locked, where string) {
	if p.Name == "" {
		l.problem(where, "has no name")
		return
	}
	l.Packages = append(l.Packages, p)
}

func (l *Lock) problem(where, what string) {
	l.Problems = append(l.Problems, Problem{where, what})
}

// decodeText removes a byte order mark. PowerShell's redirection writes UTF-16.
func decodeText(b []byte) []byte {
	if rest, ok := bytes.CutPrefix(b, []byte("\xef\xbb\xbf")); ok {
		return rest
	}
	little := bytes.HasPrefix(b, []byte("\xff\xfe"))
	if !little && !bytes.HasPrefix(b, []byte("\xfe\xff")) {
		return b
	}
	units := make([]uint16, 0, len(b)/2)
	for i := 2; i+1 < len(b); i += 2 {
		u := uint16(b[i])<<8 | uint16(b[i+1])
		if little {
			u = u<<8 | u>>8
		}
		units = append(units, u)
	}
	return []byte(string(utf16.Decode(units)))
}

// soundLengths are the algorithms that a lock may vouch with, and their digests'
// lengths in hexadecimal digits.
var soundLengths = map[string]int{"sha256": 64, "sha384": 96, "sha512": 128, "sha3_256": 64, "sha3_384": 96, "sha3_512": 128, "blake2b": 128}

var hexadecimal = regexp.MustCompile(`^[0-9a-f]+$`)

// hash reads "sha256:…" or "sha256=…". A digest that is none is a problem; one of
// a broken algorithm, such as MD5, is left out.
func (l *Lock) hash(text, where string) []Hash {
	i := strings.IndexAny(text, ":=")
	if i < 0 {
		l.problem(where, fmt.Sprintf("%q is not a hash", text))
		return nil
	}
	return l.hashOf(text[:i], text[i+1:], where)
}

func (l *Lock) hashOf(algorithm, value, where string) []Hash {
	h := Hash{strings.ToLower(strings.TrimSpace(algorithm)), strings.ToLower(strings.TrimSpace(value))}
	want, sound := soundLengths[h.Algorithm]
	if !hexadecimal.MatchString(h.Value) || sound && len(h.Value) != want {
		l.problem(where, fmt.Sprintf("%q is not a digest of %s", value, algorithm))
		return nil
	}
	if !sound {
		return nil
	}
	return []Hash{h}
}
