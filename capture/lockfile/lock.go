package lockfile

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/lineage-audit/lineage/capture/redact"
	"github.com/lineage-audit/lineage/hashing"
)

// Lock is what one lock file says.
type Lock struct {
	Name     string // as it was given to Parse
	Format   Format
	Digest   hashing.FileDigest
	Packages []Package // by their package URLs, each once
	Problems []Problem // entries that could not be understood
}

// Package is one package that a lock pins.
type Package struct {
	PURL   string // without credentials
	Hashed bool   // the lock has a sound digest of it
}

// Problem is an entry that could not be understood.
type Problem struct {
	Where string // a name, or a line
	What  string
}

// ErrLock says that a file is not what its name says. ErrNotLock says that a name
// is not that of a known format, or that the content of a file with an ordinary name
// shows that it is none.
var (
	ErrLock    = errors.New("not a lock file of this format")
	ErrNotLock = errors.New("not a known lock file")
)

// Limits on what is read of one file. In memory it can be many times as long.
const (
	MaxBytes = 32 << 20
	MaxYAML  = 8 << 20 // of the formats that are YAML
	MaxTOML  = 4 << 20 // of those that are TOML
)

var errShape = errors.New("it has not the shape of one")

// Parse reads a lock file. Rules are for the URLs that it names; nil for those
// that know no values.
func Parse(name string, content []byte, rules *redact.Rules) (Lock, error) {
	format, ok := Classify(name)
	if !ok {
		return Lock{Name: name}, fmt.Errorf("reading %q: %w", name, ErrNotLock)
	}
	l := Lock{Name: name, Format: format, Digest: hashing.Bytes(content)}
	b := builder{rules: rules, hashed: map[string]bool{}}
	if err := format.parse(&b, content); err != nil {
		l.Digest = hashing.FileDigest{}
		if !errors.Is(err, ErrNotLock) {
			l.Digest, err = hashing.Bytes(content), fmt.Errorf("%w: %w", ErrLock, err)
		}
		return l, fmt.Errorf("reading %q as %s: %w", name, format, err)
	}
	l.Packages, l.Problems = b.packages(), b.problems
	return l, nil
}

func (f Format) parse(b *builder, content []byte) error {
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	switch {
	case len(content) > MaxBytes:
		return fmt.Errorf("it is longer than %d MiB", MaxBytes>>20)
	case f != BunBinary && bytes.IndexByte(content, 0) >= 0:
		return errors.New("it has NUL bytes")
	}
	return parsers[f](b, content)
}

// builder collects what a parser finds.
type builder struct {
	rules    *redact.Rules
	hashed   map[string]bool // by package URL
	problems []Problem
}

// add takes over a package. One that stands there twice, for two platforms or
// places, is hashed if each of them is.
func (b *builder) add(purl string, hashed bool) {
	before, twice := b.hashed[purl]
	b.hashed[purl] = hashed && (before || !twice)
}

func (b *builder) problem(where, format string, a ...any) {
	const most = 100 // of a file that is all problems
	if len(b.problems) < most {
		b.problems = append(b.problems, Problem{where, fmt.Sprintf(format, a...)})
	}
}

func (b *builder) packages() []Package {
	all := make([]Package, 0, len(b.hashed))
	for purl, hashed := range b.hashed {
		all = append(all, Package{purl, hashed})
	}
	slices.SortFunc(all, func(p, q Package) int { return cmp.Compare(p.PURL, q.PURL) })
	return all
}
