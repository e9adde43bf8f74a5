package main

import (
	"slices"

	"github.com/lineage-audit/lineage/fetch"
	"github.com/lineage-audit/lineage/verify"
	"github.com/lineage-audit/lineage/verify/evidence"
)

// withOrigins adds to the places of the inputs where the record says that they can be
// had. Without an origin that somebody has named, none is asked.
func (c *cli) withOrigins(f verifyFlags, j *judged) ([]verify.Looked, error) {
	if f.noFetch && len(f.fetch) > 0 {
		return nil, usage("--fetch and --no-fetch exclude each other")
	}
	named := slices.Concat(j.request.Policy.Sources, f.fetch)
	if f.noFetch {
		named = nil
	}
	allow, err := fetch.ParseAllowed(named, j.place.Dir)
	if err != nil {
		return nil, usage("--fetch, or sources: of the policy: %w", err)
	}
	client := fetch.New(fetch.Options{Env: c.environ, Dir: j.place.Dir, Agent: "lineage/" + version(), Allow: allow, Attempts: 3})
	return append(j.request.Places, verify.Looked{Kind: verify.PlaceURI, Place: evidence.Fetched{Client: client}}), nil
}
