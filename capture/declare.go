package capture

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/fetch"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// ErrDeclared says that a declaration cannot be right: a path that does not
// exist, `none` beside a path. The command is not started.
var ErrDeclared = errors.New("declaration cannot be right")

// declaration is what was declared of one kind.
type declaration struct {
	kind  string // input, preprocessing, output
	none  bool
	paths []declaredPath
}

// declaredPath is one declared path, and what stood there before the command
// started.
type declaredPath struct {
	path     string // absolute
	real     string // the same place without links
	location record.Location
	listing  hashing.Listing // empty where nothing stood there
}

// declared is the record's form of d.
func (d declaration) declared() record.Declared {
	out := record.Declared{None: d.none}
	for _, p := range d.paths {
		out.Paths = append(out.Paths, p.location)
	}
	return out
}

// covers tells whether an absolute path is one of d's or below it. It is asked of
// every file, so it does not ask the disk.
func (d declaration) covers(path string) bool {
	return slices.ContainsFunc(d.paths, func(p declaredPath) bool { return within(p.path, path) || within(p.real, path) })
}

// within is below, by the names alone.
func within(folder, path string) bool {
	rest, found := strings.CutPrefix(path, folder)
	return found && (rest == "" || rest[0] == filepath.Separator || strings.HasSuffix(folder, string(filepath.Separator)))
}

// declare resolves what the command line says of a kind, or, where it says
// nothing, what lineage.yaml does.
func (p *Place) declare(kind string, line, config []string) (declaration, error) {
	d := declaration{kind: kind}
	base, list := p.Dir, line
	if len(line) == 0 {
		base, list = p.Root, config
	}
	if slices.Contains(list, None) {
		if slices.ContainsFunc(list, func(s string) bool { return s != None }) {
			return d, fmt.Errorf("%w: %s %q stands beside paths %q; a file of that name is %q", ErrDeclared, kind, None, list, "./"+None)
		}
		d.none = true
		return d, nil
	}
	for _, path := range list {
		if path == "" {
			return d, fmt.Errorf("%w: an empty %s path", ErrDeclared, kind)
		}
		abs := absFrom(base, path)
		if !slices.ContainsFunc(d.paths, func(q declaredPath) bool { return q.path == abs }) {
			d.paths = append(d.paths, declaredPath{path: abs, real: resolved(abs), location: p.Locate(abs)})
		}
	}
	return d, nil
}

// names tells whether an absolute path is itself one of d's.
func (d declaration) names(path string) bool {
	return slices.ContainsFunc(d.paths, func(p declaredPath) bool {
		return p.path == path || p.real != "" && (p.real == path || p.real == resolved(path))
	})
}

// look lists what stands at each path. What an input's path lacks is an error;
// an output need not be there yet.
func (d declaration) look(ctx context.Context, store string) error {
	for i := range d.paths {
		p := &d.paths[i]
		listing, err := p.scan(ctx, store, d.kind == "output")
		switch {
		case err == nil:
			p.listing = listing
		case d.kind == "output" && p.gone():
			continue
		case errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("%w: %s %q: %w", ErrDeclared, d.kind, p.path, err)
		default:
			return fmt.Errorf("%s %q: %w", d.kind, p.path, err)
		}
	}
	return nil
}

// scan lists what stands at the path now, without the store: each run writes to it. Of an
// output, what is by its name this program's own is left out. Of an input nothing is:
// whatever its name, the command may read it.
func (p declaredPath) scan(ctx context.Context, store string, output bool) (hashing.Listing, error) {
	var o hashing.ScanOptions
	if output {
		o.Leave = ours
	}
	if below, err := filepath.Rel(p.real, store); err == nil && filepath.IsLocal(below) {
		o.Exclude = []string{filepath.Join(p.path, below)}
		if below == "." {
			return hashing.Listing{}, fmt.Errorf("%w: it is the store of the records", ErrDeclared)
		}
	}
	return hashing.Scan(ctx, p.path, o)
}

// ours tells of a path that it is this program's own file beside data and models: what
// an interrupted `lineage get` keeps, and a record beside its output.
func ours(path string) bool {
	return fetch.IsPart(path) || strings.HasSuffix(path, SidecarSuffix)
}

// noteLeft says what of an output folder is this program's own and counts for nothing:
// who gives a file such a name hides it, and not from who reads the record.
func (s *session) noteLeft(p declaredPath, left []string) {
	some := left[:min(len(left), maxNamed)]
	for _, below := range some {
		s.ledger.note(record.NoteSkipped, p.location.Join(below).String(), "by its name it is lineage's own file, and no output: what `lineage get` keeps when it breaks off, or a record beside an output")
	}
	if more := len(left) - len(some); more > 0 {
		s.ledger.note(record.NoteSkipped, p.location.String(), plural(more, "more of its files are, by their names, lineage's own"))
	}
}

// maxNamed is how many files of one folder a record names one by one.
const maxNamed = 20

// gone tells whether nothing stands at the path; it may be a link to nothing.
func (p declaredPath) gone() bool {
	_, err := os.Stat(p.path)
	return errors.Is(err, fs.ErrNotExist)
}

// apart refuses outputs that are within each other: a file would be named twice.
func (d declaration) apart() error {
	for i, p := range d.paths {
		for j, q := range d.paths {
			if _, within := Below(p.path, q.path); within && i != j {
				return fmt.Errorf("%w: output %q is within output %q, which covers it", ErrDeclared, q.path, p.path)
			}
		}
		if parent, err := os.Stat(filepath.Dir(p.path)); err == nil && !parent.IsDir() {
			return fmt.Errorf("%w: output %q: %q is not a folder", ErrDeclared, p.path, filepath.Dir(p.path))
		}
	}
	return nil
}

// parameters are those of lineage.yaml, changed and added to by the command line's.
func (p *Place) parameters(line []Parameter) []Parameter {
	merged := slices.Clone(p.Config.Parameters)
	for _, q := range line {
		i := slices.IndexFunc(merged, func(m Parameter) bool { return m.Name == q.Name })
		if i < 0 {
			merged = append(merged, q)
		} else {
			merged[i] = q
		}
	}
	return merged
}
