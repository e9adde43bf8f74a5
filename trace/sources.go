package trace

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// beyond says of what no run made where else it is from, or that nobody knows.
func (t *tracer) beyond(node string, r reading, o *origin) {
	left, all := o.rest, r.items[0].files
	if r.items[0].digest.IsEmpty() {
		t.ends(node, Missing{Reason: Trivial, Detail: "it is empty, and joins nothing to nothing"})
		return
	}
	if left.committed > 0 {
		t.inCommit(node, r, left.committed, all)
	}
	for _, uri := range left.uris {
		t.ends(node, Missing{Reason: HasURI, URI: uri, Detail: left.stated(uri), Files: left.sourced, Of: all})
	}
	for _, uri := range left.fetchedFrom {
		t.ends(node, Missing{Reason: HasURI, URI: uri, Detail: "these bytes were fetched from there with lineage get", Files: left.fetched, Of: all})
	}
	if max(left.committed, left.sourced, left.fetched) == all {
		return
	}
	if left.trivial > 0 {
		t.ends(node, Missing{Reason: Trivial, Detail: "what is empty, or left everywhere by tools, joins no runs", Files: left.trivial, Of: all})
	}
	if n := left.unknown(); n > 0 || left.noManifest {
		m := t.unknown(r, o)
		m.Files, m.Of = n, all
		t.ends(node, m)
	}
}

func (t *tracer) inCommit(node string, r reading, files, all int64) {
	commit := string(r.info.code.commit)
	t.ends(node, Missing{
		Reason: InCommit, What: commit, Files: files, Of: all,
		Detail: "the bytes stand there in place",
	})
}

// unknown says why nobody knows where bytes are from.
func (t *tracer) unknown(r reading, o *origin) Missing {
	switch {
	case o.rest.noManifest:
		return Missing{Reason: NoManifest, Detail: "no recorded run made the folder as it is, and the list of its files is not kept here: lineage fsck says more"}
	case len(o.later) > 0:
		m := Missing{Reason: MadeLater, Detail: "no run made these bytes before they were read; later " + count(int64(len(o.later)), "run did", "runs did")}
		for _, l := range o.later[:min(len(o.later), maxNamed)] {
			m.Runs = append(m.Runs, l.ID.String())
		}
		return m
	case r.info == nil && t.asked.Model != nil:
		return Missing{Reason: OnServer, Detail: fmt.Sprintf("%s has these bytes, and no record here says which run made them", t.asked.Model.System)}
	}
	return t.unrecorded(r, o)
}

func (t *tracer) unrecorded(r reading, o *origin) Missing {
	m := Missing{Reason: Unrecorded, Detail: "no recorded run made these bytes", What: named(o.rest.lost)}
	for _, i := range t.w.Abandoned {
		if r.info == nil || i.StartedOn.Before(r.info.run.Finished.Time) {
			m.Runs = append(m.Runs, i.InvocationID.String())
		}
	}
	switch n := int64(len(m.Runs)); {
	case len(t.g.Problems) > 0:
		m.Reason = Damaged
		m.Detail = fmt.Sprintf("no record that can be read names these bytes, and %s cannot: lineage fsck says which", count(int64(len(t.g.Problems)), "thing in the store", "things in the store"))
	case n > 0:
		m.Reason = AbandonedRun
		m.Detail = fmt.Sprintf("no recorded run made these bytes; %s before and left no record", count(n, "run began", "runs began"))
	}
	m.Runs = m.Runs[:min(len(m.Runs), maxNamed)]
	return m
}

// named lists the first paths, and says how many there are beside them.
func named(lost []hashing.Entry) string {
	var paths []string
	for _, e := range lost[:min(len(lost), maxNamed)] {
		if e.Path != "" {
			paths = append(paths, record.EncodePath(e.Path))
		}
	}
	text := strings.Join(paths, ", ")
	if more := len(lost) - maxNamed; more > 0 {
		text += fmt.Sprintf(", … %d more", more)
	}
	return text
}

// fetched looks for where else the bytes are from that no run made and no record has a
// source of: lineage get noted what it fetched.
func (t *tracer) fetched(ctx context.Context, o *origin) error {
	if len(o.rest.lost) == 0 {
		return nil
	}
	digests := make([]hashing.FileDigest, len(o.rest.lost))
	for i, e := range o.rest.lost {
		digests[i] = e.Digest
	}
	known, err := t.w.Records.Sources(ctx, digests...)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		t.problem(err)
	}
	o.rest.lost = slices.DeleteFunc(o.rest.lost, func(e hashing.Entry) bool {
		if len(known[e.Digest]) == 0 {
			return false
		}
		o.rest.fetched++
		if uri := known[e.Digest][0].URI; !slices.Contains(o.rest.fetchedFrom, uri) && len(o.rest.fetchedFrom) < maxNamed {
			o.rest.fetchedFrom = append(o.rest.fetchedFrom, uri)
		}
		return true
	})
	return nil
}

// ends says of a node where and why the trace goes no further.
func (t *tracer) ends(of string, m Missing) {
	kind := KindMissing
	if m.Reason == InCommit || m.Reason == HasURI {
		kind = KindSource
	}
	sum := sha256.Sum256([]byte(cmp.Or(m.URI, m.What)))
	id := fmt.Sprintf("%s:%s:%s:%s", kind, m.Reason, hex.EncodeToString(sum[:6]), of)
	if m.Files == m.Of {
		m.Files, m.Of = 0, 0
	}
	t.node(Node{ID: id, Kind: kind, Missing: &m})
	t.link(id, of, Ends)
}

// claimed marks the run that a registry names as the maker of a model.
func (t *tracer) claimed(o *origin, claims []record.ID) {
	claimedMaker := func(m *maker) bool { return slices.Contains(claims, m.run.ID) }
	if slices.ContainsFunc(o.makers, claimedMaker) {
		for _, m := range o.makers {
			m.likely = claimedMaker(m)
		}
		slices.SortStableFunc(o.makers, func(a, b *maker) int { return first(a.likely, b.likely) })
		return
	}
	if o.cut {
		return // it may be one of those that were not looked at
	}
	for _, id := range claims {
		t.problem(fmt.Errorf("%s names record %s as its own, which does not name its bytes", t.asked.Asked, id))
	}
}
