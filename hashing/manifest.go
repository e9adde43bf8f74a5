package hashing

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	sha256 "github.com/minio/sha256-simd"
)

// ErrManifest says that bytes are not a manifest as [Manifest.Bytes] writes it.
var ErrManifest = errors.New("not a manifest")

// Entry is one line of a manifest.
type Entry struct {
	Path   string // relative, separated by "/"
	Digest FileDigest
}

// Manifest lists the files of a tree in the byte order of their paths. The zero
// value is the manifest of a tree without files.
type Manifest struct{ entries []Entry }

// NewManifest sorts the entries. It is an error if a path stands twice or is not
// a clean relative path, and for a file named "-" at the top, which sha256sum
// would take for its standard input.
func NewManifest(entries []Entry) (Manifest, error) {
	sorted := slices.Clone(entries)
	slices.SortFunc(sorted, func(a, b Entry) int { return strings.Compare(a.Path, b.Path) })
	for i, e := range sorted {
		if err := checkPath(e.Path); err != nil {
			return Manifest{}, err
		}
		if i > 0 && sorted[i-1].Path == e.Path {
			return Manifest{}, fmt.Errorf("%w: path %q stands twice", ErrManifest, e.Path)
		}
	}
	return Manifest{sorted}, nil
}

// ParseManifest reads exactly what Bytes writes: other orders, escapes, line
// ends or cases are errors that wrap [ErrManifest], so that one tree has one
// manifest and one digest.
func ParseManifest(b []byte) (Manifest, error) {
	if len(b) == 0 {
		return Manifest{}, nil
	}
	const shortest = 64 + len("  x\n") // of a line: what has more line ends is none
	entries := make([]Entry, 0, min(bytes.Count(b, []byte("\n")), len(b)/shortest))
	for n := 1; len(b) > 0; n++ {
		line, rest, ended := bytes.Cut(b, []byte("\n"))
		if !ended {
			return Manifest{}, fmt.Errorf("%w: line %d: no line end", ErrManifest, n)
		}
		e, err := parseLine(string(line))
		if err != nil {
			return Manifest{}, fmt.Errorf("%w: line %d: %w", ErrManifest, n, err)
		}
		if len(entries) > 0 && entries[len(entries)-1].Path >= e.Path {
			return Manifest{}, fmt.Errorf("%w: line %d: path %q is out of order", ErrManifest, n, e.Path)
		}
		entries, b = append(entries, e), rest
	}
	return Manifest{entries}, nil
}

// Entries are the files in order. The slice is the caller's.
func (m Manifest) Entries() []Entry { return slices.Clone(m.entries) }

// Len is the number of files.
func (m Manifest) Len() int { return len(m.entries) }

// Lookup finds the digest of the file at path.
func (m Manifest) Lookup(path string) (FileDigest, bool) {
	i, found := slices.BinarySearchFunc(m.entries, path, func(e Entry, p string) int {
		return strings.Compare(e.Path, p)
	})
	if !found {
		return FileDigest{}, false
	}
	return m.entries[i].Digest, true
}

// Bytes is the manifest as sha256sum prints it.
func (m Manifest) Bytes() []byte {
	var b bytes.Buffer
	for _, e := range m.entries {
		appendLine(&b, e)
	}
	return b.Bytes()
}

// Digest is the tree's digest: the SHA-256 of Bytes.
func (m Manifest) Digest() TreeDigest { return TreeDigest(sha256.Sum256(m.Bytes())) }

// DirHash is in-toto's dirHash (Go's Hash1 in hexadecimal), which equals Digest
// unless a path needs sha256sum's escapes: then there is none.
func (m Manifest) DirHash() (string, bool) {
	for _, e := range m.entries {
		if strings.ContainsAny(e.Path, "\n\r\\") {
			return "", false
		}
	}
	return m.Digest().String(), true
}

// Change is one path that two manifests disagree about. A zero digest means
// that the path is absent on that side.
type Change struct {
	Path     string
	Old, New FileDigest
}

// Compare lists the paths at which the manifests differ, in order.
func Compare(old, new Manifest) []Change {
	var changes []Change
	a, b := old.entries, new.entries
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].Path < b[0].Path:
			changes = append(changes, Change{Path: a[0].Path, Old: a[0].Digest})
			a = a[1:]
		case len(a) == 0 || b[0].Path < a[0].Path:
			changes = append(changes, Change{Path: b[0].Path, New: b[0].Digest})
			b = b[1:]
		default:
			if a[0].Digest != b[0].Digest {
				changes = append(changes, Change{a[0].Path, a[0].Digest, b[0].Digest})
			}
			a, b = a[1:], b[1:]
		}
	}
	return changes
}

// escapes are those of sha256sum: a line whose path holds one of these bytes
// starts with a backslash.
var (
	escapes   = strings.NewReplacer("\\", `\\`, "\n", `\n`, "\r", `\r`)
	unescapes = strings.NewReplacer(`\\`, "\\", `\n`, "\n", `\r`, "\r")
)

func appendLine(b *bytes.Buffer, e Entry) {
	path := e.Path
	if strings.ContainsAny(path, "\n\r\\") {
		b.WriteByte('\\')
		path = escapes.Replace(path)
	}
	b.WriteString(e.Digest.String())
	b.WriteString("  ")
	b.WriteString(path)
	b.WriteByte('\n')
}

func parseLine(line string) (Entry, error) {
	text, escaped := strings.CutPrefix(line, `\`)
	hex, path, found := strings.Cut(text, "  ")
	if !found {
		return Entry{}, errors.New("no two spaces between digest and path")
	}
	digest, err := ParseFileDigest(hex)
	if err != nil {
		return Entry{}, err
	}
	spelled := !strings.ContainsAny(path, "\r\\") // as sha256sum does: there was nothing to escape
	if escaped {
		path = unescapes.Replace(path)
		var b bytes.Buffer
		appendLine(&b, Entry{path, digest})
		spelled = b.String() == line+"\n"
	}
	if err := checkPath(path); err != nil {
		return Entry{}, err
	}
	if !spelled {
		return Entry{}, fmt.Errorf("path %q is not escaped as sha256sum does", path)
	}
	return Entry{path, digest}, nil
}

func checkPath(path string) error {
	if path == "-" {
		return fmt.Errorf("%w: a file named %q at the top would be taken for standard input", ErrManifest, path)
	}
	for part := range strings.SplitSeq(path, "/") {
		if part == "" || part == "." || part == ".." {
			return fmt.Errorf("%w: path %q is not clean and relative", ErrManifest, path)
		}
	}
	if strings.ContainsRune(path, 0) {
		return fmt.Errorf("%w: path %q holds a NUL", ErrManifest, path)
	}
	return nil
}
