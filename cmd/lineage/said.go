package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/lineage-audit/lineage/capture"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/sourcing"
	"github.com/lineage-audit/lineage/store"
)

// stated is one URI of a record, and the bytes of which it says that they are there.
type stated struct {
	shown, full string // as the record has it; that of the file itself
	digest      hashing.FileDigest
}

// statedOf are the URIs of a record's inputs.
func statedOf(r *record.Record, manifests sourcing.Manifests) (all []stated) {
	for _, res := range r.Statement().Predicate.BuildDefinition.ResolvedDependencies {
		a := res.Annotations
		switch {
		case a.Role != record.RoleData && a.Role != record.RolePreprocessing || res.Digest == nil:
		case a.File != nil && res.URI != "" && res.Digest.SHA256 != nil:
			all = append(all, stated{res.URI, res.URI, *res.Digest.SHA256})
		case a.Tree != nil && (res.URI != "" || len(a.Tree.Sources) > 0) && res.Digest.Tree != nil:
			all = append(all, statedOfFolder(res, manifests)...)
		}
	}
	return all
}

func statedOfFolder(res record.Resource, manifests sourcing.Manifests) (all []stated) {
	m, err := manifests(*res.Digest.Tree)
	if err != nil {
		return []stated{{shown: res.URI, full: res.URI}} // of bytes that nobody knows
	}
	own := map[string]string{}
	for _, s := range res.Annotations.Tree.Sources {
		if path, err := record.DecodePath(s.Path); err == nil {
			own[path] = s.URI
		}
	}
	for _, e := range m.Entries() {
		switch uri := own[e.Path]; {
		case e.Digest.IsEmpty():
		case uri != "":
			all = append(all, stated{uri, uri, e.Digest})
		case res.URI != "":
			all = append(all, stated{res.URI, capture.JoinURI(res.URI, e.Path), e.Digest})
		}
	}
	return all
}

// onlySaid are the URIs of a record that lineage.yaml said, and from which `lineage get`
// has not fetched these bytes, as far as the store has notes.
func onlySaid(ctx context.Context, s *store.Store, r *record.Record, manifests sourcing.Manifests) (map[string]bool, error) {
	said := map[string]bool{}
	declared := r.Parameters().Sources
	if len(declared) == 0 {
		return said, nil
	}
	all := statedOf(r, manifests)
	var digests []hashing.FileDigest
	for _, one := range all {
		digests = append(digests, one.digest)
	}
	notes, err := s.Sources(ctx, digests...)
	for _, one := range all {
		for _, d := range declared {
			if d.URI == one.full || strings.HasSuffix(d.URI, "/") && strings.HasPrefix(one.full, d.URI) {
				said[one.shown] = said[one.shown] || !fetchedFrom(notes[one.digest], one.full)
			}
		}
	}
	return said, err
}

// fetchedFrom tells whether bytes were fetched from a URI, in whatever version.
func fetchedFrom(notes []record.Fetched, uri string) bool {
	for _, n := range notes {
		plain, _, _ := strings.Cut(n.URI, "?versionId=")
		below, home := strings.CutPrefix(uri, "file:///~/")
		if n.URI == uri || plain == uri || home && strings.HasPrefix(n.URI, "file:///") && strings.HasSuffix(n.URI, "/"+below) {
			return true
		}
	}
	return false
}

// later takes those from the inputs without a source that `lineage get` has fetched since.
func later(ctx context.Context, s *store.Store, inputs []sourcing.Input) (left []sourcing.Input, found []report.Later, err error) {
	notes, err := s.Sources(ctx, sourcing.Wanted(inputs)...)
	has := func(_ record.Location, d hashing.FileDigest) bool { return len(notes[d]) > 0 }
	for _, in := range inputs {
		l := report.Later{Name: in.Resource.Name, Role: in.Resource.Annotations.Role}
		for _, f := range in.Files {
			if len(notes[f.Digest]) > 0 {
				l.Files, l.URI = l.Files+1, notes[f.Digest][0].URI
			}
		}
		if l.Files > 0 {
			found = append(found, l)
		}
	}
	return sourcing.Found(inputs, has), found, err
}

// doubtSources says of `sources:` of lineage.yaml what cannot be so: a path at which nothing
// stands, and a URI that gave other bytes when it was fetched.
func (c *cli) doubtSources(ctx context.Context, s *store.Store, p *capture.Place, r *record.Record) {
	for _, source := range p.Config.Sources {
		at := filepath.FromSlash(source.Path)
		if !filepath.IsAbs(at) {
			at = filepath.Join(p.Root, at)
		}
		if _, err := os.Stat(at); errors.Is(err, fs.ErrNotExist) {
			c.say(c.stderr, "%s", clean(fmt.Sprintf("sources: of %s names %q, and nothing stands there: is it misspelt?", capture.ConfigName, source.Path)))
		}
	}
	if len(r.Parameters().Sources) == 0 {
		return
	}
	notes, err := s.AllSources(ctx)
	if err != nil {
		return // who asks for these bytes hears of it
	}
	manifests := manifestsIn(ctx, s)
	said, _ := onlySaid(ctx, s, r, manifests)
	for _, one := range statedOf(r, manifests) {
		for _, n := range notes {
			if said[one.shown] && n.Digest != one.digest && !one.digest.IsZero() && fetchedFrom([]record.Fetched{n}, one.full) {
				c.say(c.stderr, "%s", clean(fmt.Sprintf("%s says that sha256:%s is from %s, which gave lineage get other bytes on %s: sha256:%s", capture.ConfigName, one.digest, one.full, n.FetchedOn.UTC().Format("2006-01-02"), n.Digest)))
				break
			}
		}
	}
}

// manifestsIn reads the manifests of folders from a store.
func manifestsIn(ctx context.Context, s *store.Store) sourcing.Manifests {
	return func(d hashing.TreeDigest) (hashing.Manifest, error) {
		raw, err := s.ReadBlob(ctx, d.ManifestDigest(), maxManifest)
		if err != nil {
			return hashing.Manifest{}, err
		}
		return hashing.ParseManifest(raw)
	}
}

// staleSidecars names the records beside outputs which this run has written anew, and of
// which another run is the maker by what stands there.
func (c *cli) staleSidecars(r *record.Record, p *capture.Place) {
	seen := map[string]bool{}
	at := func(l record.Location) {
		path := p.Path(l)
		if seen[path] || path == "" {
			return
		}
		seen[path] = true
		raw, err := os.ReadFile(path + capture.SidecarSuffix)
		if err == nil && string(raw) != string(r.Bytes()) {
			c.say(c.stderr, "%s", clean(fmt.Sprintf("%s is the record of another run than this one, which wrote %s: run with --sidecar to renew it, or remove it", near(path+capture.SidecarSuffix), near(path))))
		}
	}
	for _, res := range r.Outputs() {
		switch a := res.Annotations; {
		case a.File != nil:
			at(a.File.Location)
		case a.Tree != nil:
			at(a.Tree.Location)
		}
	}
}
