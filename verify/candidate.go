package verify

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// candidate is a record that may be the model's.
type candidate struct {
	id       record.ID
	by       ClaimBy
	where    string
	rec      *record.Record // nil if it could not be had or decoded
	err      error          // why it is nil
	wrong    []string       // files that bear the id and are other bytes
	match    match
	standing Standing
	reason   string
}

func (c *candidate) digest() hashing.FileDigest { return hashing.FileDigest(c.id) }

// names tells whether the way in which the record was found names it.
func (c *candidate) names() bool { return c.by != ByDigest && c.by != Beside }

// read takes the bytes that a place has under the candidate's id.
func (c *candidate) read(where string, raw []byte) {
	if c.id.IsZero() { // a sidecar is named by its place
		c.id = record.IDOf(raw)
	}
	if got := record.IDOf(raw); got != c.id {
		c.wrong = append(c.wrong, fmt.Sprintf("%s: %s", where, got))
		if c.rec == nil && c.err == nil {
			c.err = fmt.Errorf("the file that %s has of it is another: its SHA-256 is %s", where, got)
		}
		return
	}
	if c.rec == nil {
		c.rec, c.err = record.Decode(raw)
	}
}

// gather finds the records that may be the model's: the one that the request
// names; else those that the target's entry names, else those that its run names,
// else its sidecar; else those that name the model's digest.
func (q *inquiry) gather(ctx context.Context) {
	if !q.Record.IsZero() {
		q.name(ctx, Claim{By: ByRequest, ID: q.Record})
	} else if !q.gatherClaims(ctx) {
		q.search(ctx)
	}
	for _, c := range q.candidates {
		if c.rec != nil {
			c.match = matchModel(c.rec, q.model)
		}
	}
}

// gatherClaims takes what the target names in the strongest of its ways.
func (q *inquiry) gatherClaims(ctx context.Context) bool {
	for _, by := range []ClaimBy{ByEntry, ByRun, BySidecar} {
		for _, claim := range q.first.resolved.Claims {
			if claim.By == by {
				q.name(ctx, claim)
			}
		}
		if len(q.candidates) > 0 {
			return true
		}
	}
	return false
}

// name makes a record that is named a candidate, with every copy that the target
// has of it; the records are asked where it has none.
func (q *inquiry) name(ctx context.Context, claim Claim) {
	if q.known(claim.ID) != nil {
		return
	}
	c := &candidate{id: claim.ID, by: claim.By, where: claim.Where}
	q.candidates = append(q.candidates, c)
	if c.id.IsZero() {
		c.read(claim.Where, claim.Bytes)
		return
	}
	for _, copy := range q.first.resolved.Claims {
		if copy.ID == c.id && copy.Bytes != nil {
			c.read(copy.Where, copy.Bytes)
		}
	}
	if c.rec == nil && (c.err == nil || len(c.wrong) > 0) {
		q.fetch(ctx, c)
	}
}

func (q *inquiry) known(id record.ID) *candidate {
	i := slices.IndexFunc(q.candidates, func(c *candidate) bool { return c.id == id && !id.IsZero() })
	if i < 0 {
		return nil
	}
	return q.candidates[i]
}

// fetch asks the records for a candidate of which no copy is at hand, or only wrong
// ones: these stay its fault, and it can be looked at all the same.
func (q *inquiry) fetch(ctx context.Context, c *candidate) {
	found, err := Found{}, errNotAsked
	if q.Records != nil {
		found, err = q.Records.Record(ctx, c.id)
	}
	if err == nil && found.Bytes == nil {
		err = fmt.Errorf("%w: the answer is empty", ErrNotFound)
	}
	switch {
	case err == nil:
		c.read(found.Where, found.Bytes)
	case c.err == nil:
		c.err = err
	}
	if c.where == "" {
		c.where = found.Where
	}
}

// search makes candidates of those records that name the model's digest, and of
// those which cannot be decoded and may.
func (q *inquiry) search(ctx context.Context) {
	if q.first.bytesErr != nil {
		q.gatherErr = q.first.bytesErr
		return
	}
	if q.model.content.empty() {
		return
	}
	for _, claim := range q.first.resolved.Claims {
		if claim.By == Beside && claim.Bytes != nil {
			q.found(Beside, Found{claim.ID, claim.Where, claim.Bytes})
		}
	}
	found, err := q.naming(ctx, q.model.digestTexts())
	for _, f := range found {
		q.found(ByDigest, f)
	}
	q.gatherErr = err
}

func (q *inquiry) naming(ctx context.Context, texts []string) ([]Found, error) {
	if q.Records == nil {
		return nil, errNotAsked
	}
	return q.Records.Naming(ctx, texts)
}

// found makes a record a candidate if it names the model's bytes or cannot be read.
func (q *inquiry) found(by ClaimBy, f Found) {
	if c := q.known(f.ID); c != nil {
		c.read(f.Where, f.Bytes)
		return
	}
	c := &candidate{id: f.ID, by: by, where: f.Where}
	c.read(f.Where, f.Bytes)
	if c.rec == nil || len(c.wrong) > 0 || matchModel(c.rec, q.model).output != nil {
		q.candidates = append(q.candidates, c)
	}
}

// digestTexts are those that a record which names the model contains.
func (m model) digestTexts() []string {
	var texts []string
	for _, c := range m.readings() {
		switch {
		case c.empty():
		case c.File != nil:
			texts = append(texts, c.File.String())
		case c.Tree != nil:
			texts = append(texts, c.Tree.Digest().String())
		}
	}
	return texts
}

// unread tells what kept a candidate from being read: absent, of another version
// or no record of ours is lacking; anything else is a contradiction.
func (c *candidate) unread() Status {
	var newer *record.VersionError
	switch {
	case len(c.wrong) > 0:
		return Failed
	case c.err == nil:
		return Held
	case errors.As(c.err, &newer), !errors.Is(c.err, record.ErrMalformed):
		return Lacking
	}
	return Failed
}
