package capture

import (
	"context"
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/fetch"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Origins tells where bytes were fetched from, the newest first.
type Origins interface {
	Sources(ctx context.Context, digests ...hashing.FileDigest) (map[hashing.FileDigest][]record.Fetched, error)
}

// maxSources bounds how many files of one folder have a source of their own in the record.
const maxSources = 10_000

// declaredSource is one of lineage.yaml, and where it stands.
type declaredSource struct {
	Source
	path string // absolute
}

// declareSources resolves what lineage.yaml says. What concerns no input of this run
// says nothing of it.
func (s *session) declareSources(ctx context.Context) error {
	for _, source := range s.Place.Config.Sources {
		d := declaredSource{source, absFrom(s.Place.Root, source.Path)}
		for _, p := range slices.Concat(s.inputs.paths, s.preprocessing.paths) {
			if !within(d.path, p.path) && !within(p.path, d.path) {
				continue
			}
			if err := d.check(ctx, p); err != nil {
				return err
			}
			if !slices.ContainsFunc(s.sources, func(o declaredSource) bool { return o.path == d.path }) {
				s.sources = append(s.sources, d)
			}
		}
	}
	return nil
}

// check compares what is said of a source with what stands there: a mistake is worth
// knowing before a long run, not after it.
func (d declaredSource) check(ctx context.Context, p declaredPath) error {
	at, isFolder, there := d.standing(p)
	switch slash := strings.HasSuffix(d.URI, "/"); {
	case !there:
		return nil
	case isFolder && !slash:
		return fmt.Errorf("%w: sources: %q is a folder, so that its URI must end with a slash: %q", ErrDeclared, d.Path, d.URI)
	case !isFolder && slash:
		return fmt.Errorf("%w: sources: %q is a file, and the URI of a folder stands there: %q", ErrDeclared, d.Path, d.URI)
	case d.SHA256 == nil:
		return nil
	case isFolder:
		return fmt.Errorf("%w: sources: %q is a folder, and sha256 is said of files only", ErrDeclared, d.Path)
	}
	f, err := hashing.HashFile(ctx, at, hashing.Options{})
	if err == nil && f.Digest != *d.SHA256 {
		err = fmt.Errorf("%w: sources: %q has sha256:%s, and %s says sha256:%s", ErrDeclared, d.Path, f.Digest, ConfigName, d.SHA256)
	}
	return err
}

// standing is what stands at a source that is a declared input, above one, or in one.
func (d declaredSource) standing(p declaredPath) (at string, isFolder, there bool) {
	if d.path == p.path {
		return p.path, p.listing.IsDir, true
	}
	if within(d.path, p.path) {
		return d.path, true, true
	}
	for _, f := range p.listing.Files {
		switch full := p.listing.File(f); {
		case full == d.path:
			return full, false, true
		case within(d.path, full):
			return d.path, true, true
		}
	}
	return "", false, false
}

// declaredSources is the record's form.
func (s *session) declaredSources() (all []record.DeclaredSource) {
	for _, d := range s.sources {
		all = append(all, record.DeclaredSource{Path: s.Place.Locate(d.path), URI: s.Place.homeless(d.URI), Digest: d.SHA256})
	}
	return all
}

// said is the URI that lineage.yaml gives an absolute path: by the source that is
// closest. The URI of a folder ends with a slash.
func (s *session) said(full string, isFolder bool) string {
	best := -1
	for i, d := range s.sources {
		if within(d.path, full) && (best < 0 || len(d.path) > len(s.sources[best].path)) {
			best = i
		}
	}
	if best < 0 {
		return ""
	}
	d := s.sources[best]
	below, err := filepath.Rel(d.path, full)
	if err != nil || below == "." {
		return d.URI
	}
	if isFolder {
		return joinURI(d.URI, filepath.ToSlash(below)+"/")
	}
	return joinURI(d.URI, filepath.ToSlash(below))
}

// JoinURI is the URI of what stands below another, as a record has it.
func JoinURI(prefix, below string) string { return joinURI(prefix, below) }

// joinURI is the URI of what stands below another.
func joinURI(prefix, below string) string {
	if u, err := fetch.Parse(prefix, "/"); err == nil {
		return u.Join(below).String()
	}
	return prefix + (&url.URL{Path: below}).EscapedPath()
}

// homeless writes a URI of this machine so that it names nobody's home.
func (p *Place) homeless(uri string) string {
	if len(p.Home) < 2 {
		return uri
	}
	home := (&url.URL{Scheme: "file", Path: p.Home}).String()
	if below, found := strings.CutPrefix(uri, home+"/"); found {
		return "file:///~/" + below
	}
	return uri
}

// tellHashed tells what of the dependencies is files.
func (s *session) tellHashed() {
	if s.Hashed == nil {
		return
	}
	dependencies, manifests := slices.Concat(s.code.dependencies, s.data), map[hashing.TreeDigest][]byte{}
	for _, r := range dependencies {
		if r.Annotations.Tree != nil {
			manifests[*r.Digest.Tree] = s.ledger.kept(r.Digest.Tree.ManifestDigest())
		}
	}
	s.Hashed(dependencies, manifests)
}

// addSources says of inputs where they can be had: where they were fetched from, by
// their digests, else where lineage.yaml says.
func (s *session) addSources(ctx context.Context, inputs []hashedInput) {
	fetched := s.fetched(ctx, inputs)
	for i := range inputs {
		in := &inputs[i]
		if in.tree.IsDir {
			s.sourcesOfFolder(in, fetched)
			continue
		}
		if in.resource.URI = fetched[in.tree.Hashed[0].Digest]; in.resource.URI == "" {
			in.resource.URI = s.Place.homeless(s.said(in.path.path, false))
		}
	}
}

// fetched is where the bytes of each file were fetched from, if they were.
func (s *session) fetched(ctx context.Context, inputs []hashedInput) map[hashing.FileDigest]string {
	found := map[hashing.FileDigest]string{}
	var digests []hashing.FileDigest
	for _, in := range inputs {
		for _, f := range in.tree.Hashed {
			digests = append(digests, f.Digest)
		}
	}
	if s.Origins == nil || len(digests) == 0 {
		return found
	}
	all, err := s.Origins.Sources(ctx, digests...)
	if err != nil {
		s.ledger.note(record.NoteSources, "fetched", "where inputs were fetched from could not be read to the end: "+hashError(ctx, err))
	}
	for digest, list := range all {
		if len(list) > 0 {
			found[digest] = s.Place.homeless(list[0].URI)
		}
	}
	return found
}

// sourcesOfFolder gives the folder a URI if one prefix serves for all of its files, or
// is said of it, and a URI to each file that is elsewhere.
func (s *session) sourcesOfFolder(in *hashedInput, fetched map[hashing.FileDigest]string) {
	uris := make([]string, len(in.tree.Hashed))
	// What lineage.yaml says of the whole folder it need not say of each file.
	deeper := slices.ContainsFunc(s.sources, func(d declaredSource) bool { return d.path != in.path.path && within(in.path.path, d.path) })
	for i, f := range in.tree.Hashed {
		if uris[i] = fetched[f.Digest]; uris[i] == "" && deeper {
			uris[i] = s.Place.homeless(s.said(in.tree.File(f.Found), false))
		}
	}
	prefix := s.Place.homeless(s.said(in.path.path, true))
	if prefix == "" {
		prefix = prefixOf(in.tree.Hashed, uris)
	}
	in.resource.URI = prefix
	facts, more := in.resource.Annotations.Tree, 0
	for i, f := range in.tree.Hashed {
		switch {
		case uris[i] == "" || f.Digest.IsEmpty() || prefix != "" && joinURI(prefix, f.Path) == uris[i]:
		case len(facts.Sources) == maxSources:
			more++
		default:
			facts.Sources = append(facts.Sources, record.Source{Path: record.EncodePath(f.Path), URI: uris[i]})
		}
	}
	if more > 0 {
		s.ledger.note(record.NoteSources, in.resource.Name, fmt.Sprintf("where %s can be had is not in the record: too many have a place of their own", plural(more, "of its files")))
	}
}

// prefixOf is the URI below which each file stands at its path, if there is one.
func prefixOf(files []hashing.File, uris []string) string {
	first := slices.IndexFunc(uris, func(uri string) bool { return uri != "" })
	if first < 0 {
		return ""
	}
	last := path.Base(files[first].Path)
	prefix := strings.TrimSuffix(strings.TrimSuffix(uris[first], last), (&url.URL{Path: last}).EscapedPath())
	for range strings.Count(files[first].Path, "/") {
		prefix = prefix[:strings.LastIndexByte(strings.TrimSuffix(prefix, "/"), '/')+1]
	}
	if !strings.HasSuffix(prefix, "/") {
		return ""
	}
	for i, f := range files {
		if uris[i] != "" && joinURI(prefix, f.Path) != uris[i] || uris[i] == "" && !f.Digest.IsEmpty() {
			return ""
		}
	}
	return prefix
}
