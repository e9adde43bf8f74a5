package trace

import (
	"context"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// confirm looks which of the URIs that records name have given these bytes to lineage
// get: the others are somebody's word.
func (t *tracer) confirm(ctx context.Context, i item, m *hashing.Manifest, to *rest) error {
	if len(to.uris) == 0 {
		return nil
	}
	digests := []hashing.FileDigest{i.digest.File}
	if m != nil {
		digests = digests[:0]
		for _, e := range m.Entries() {
			if !e.Digest.IsEmpty() {
				digests = append(digests, e.Digest)
			}
		}
	}
	notes, err := t.w.Records.Sources(ctx, digests...)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		t.problem(err)
	}
	to.confirmed = map[string]bool{}
	for _, uri := range to.uris {
		has := func(d hashing.FileDigest) bool {
			return slices.ContainsFunc(notes[d], func(f record.Fetched) bool { return gave(f.URI, uri) })
		}
		if strings.HasSuffix(uri, "/") { // of a folder: each of its files
			to.confirmed[uri] = !slices.ContainsFunc(digests, func(d hashing.FileDigest) bool { return !has(d) })
		} else {
			to.confirmed[uri] = slices.ContainsFunc(digests, has)
		}
	}
	return nil
}

// gave tells whether what was fetched from a URI is what a record says is at the other,
// or below it: of any version, and wherever the home is.
func gave(fetched, recorded string) bool {
	plain, _, _ := strings.Cut(fetched, "?versionId=")
	if below, home := strings.CutPrefix(recorded, "file:///~/"); home {
		return strings.HasPrefix(plain, "file:///") && strings.Contains(plain, "/"+below)
	}
	return fetched == recorded || plain == recorded || strings.HasSuffix(recorded, "/") && strings.HasPrefix(plain, recorded)
}

// stated says how it is known that bytes are at a URI.
func (r rest) stated(uri string) string {
	if r.confirmed[uri] {
		return "these bytes were fetched from there with lineage get"
	}
	return "as a record says; no lineage get noted here had these bytes from there"
}
