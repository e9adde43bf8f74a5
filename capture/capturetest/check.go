package capturetest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
)

// maxBlob bounds what a test keeps.
const maxBlob = 100 << 20

// checker goes through one store.
type checker struct {
	testing.TB
	ctx     context.Context
	store   *store.Store
	backend store.Backend
	named   map[string]bool // the blobs that records name
}

// Check fails t for whatever in the store is not as runs leave it, and gives its
// records, the newest first. Unsettled is how many runs have no record.
func Check(t testing.TB, b store.Backend, unsettled int) []*record.Record {
	t.Helper()
	s, err := store.Open(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	c := &checker{t, t.Context(), s, b, map[string]bool{}}
	var records []*record.Record
	for r, err := range s.Records(c.ctx) {
		if err != nil {
			t.Error(err)
			continue
		}
		records = append(records, r)
		c.record(r)
	}
	c.runs(records, unsettled)
	c.blobs(unsettled)
	if dir, ok := b.(*store.Dir); ok && unsettled == 0 {
		c.noTemps(dir.Path())
	}
	return records
}

// runs: every record settles one intent, and every intent has one record but those
// of the unsettled runs.
func (c *checker) runs(records []*record.Record, unsettled int) {
	seen := map[record.Invocation]bool{}
	for _, r := range records {
		if seen[r.Invocation()] {
			c.Errorf("two records are of the run %s", r.Invocation())
		}
		seen[r.Invocation()] = true
	}
	for a, err := range c.store.Intents(c.ctx) {
		if err != nil {
			c.Error(err)
		} else if !seen[a.InvocationID] {
			unsettled--
		}
	}
	if unsettled != 0 {
		c.Errorf("runs without a record: %d more than wanted", -unsettled)
	}
}

// blobs: nothing is kept that no record names.
func (c *checker) blobs(unsettled int) {
	for key, err := range c.backend.List(c.ctx, "blobs/") {
		if err != nil {
			c.Error(err)
		} else if name := filepath.Base(key); unsettled == 0 && !c.named[name] {
			c.Errorf("blob %s is named by no record", name)
		}
	}
}

// noTemps: no writer has left anything half-written.
func (c *checker) noTemps(dir string) {
	entries, err := os.ReadDir(filepath.Join(dir, ".tmp"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		c.Error(err)
	}
	for _, e := range entries {
		c.Errorf("the store holds the temp %q", e.Name())
	}
}

func (c *checker) record(r *record.Record) {
	if again, err := record.Decode(r.Bytes()); err != nil || again.ID() != r.ID() {
		c.Errorf("decoding %s again: %v", r.ID(), err)
	}
	c.intent(r)
	c.kept(r)
	for _, role := range []record.Role{record.RoleCode, record.RoleData, record.RolePreprocessing} {
		c.trees(r.Dependencies(role))
	}
	c.trees(r.Outputs())
	c.patch(r)
	c.whole(r)
	c.sorted("gaps", r.Gaps())
	c.sorted("notes", r.Notes())
}

// intent: the record settles the intent that the store has.
func (c *checker) intent(r *record.Record) {
	a, err := c.store.Intent(c.ctx, r.Invocation())
	if err != nil {
		c.Error(err)
		return
	}
	m := r.Metadata()
	if subject := r.Statement().Subject[0]; *subject.Digest.SHA256 != a.Digest {
		c.Errorf("the first subject is %s, the intent %s", subject.Digest.SHA256, a.Digest)
	}
	want := record.Metadata{InvocationID: a.InvocationID, StartedOn: a.StartedOn, FinishedOn: m.FinishedOn, Outcome: m.Outcome, Parent: a.Parent, Group: a.Group}
	if diff := cmp.Diff(want, m); diff != "" {
		c.Errorf("the intent (-) and the record (+) differ:\n%s", diff)
	}
	if got := r.Parameters(); got.WorkingDirectory != a.WorkingDirectory || len(got.Command) != len(a.Command) {
		c.Errorf("the intent has %q in %s, the record %q in %s", a.Command, a.WorkingDirectory, got.Command, got.WorkingDirectory)
	}
}

// kept: what is kept by digest can be had by it.
func (c *checker) kept(r *record.Record) {
	for _, role := range []record.Role{record.RoleManifest, record.RolePatch, record.RoleContent, record.RoleTracking} {
		for _, res := range r.Byproducts(role) {
			c.blob(res.Name, *res.Digest.SHA256)
		}
	}
}

func (c *checker) blob(name string, d hashing.FileDigest) []byte {
	c.named[d.String()] = true
	raw, err := c.store.ReadBlob(c.ctx, d, maxBlob)
	if err != nil {
		c.Errorf("blob of %q: %v", name, err)
	}
	return raw
}

// trees: a folder's manifest is what its facts say.
func (c *checker) trees(all []record.Resource) {
	for _, res := range all {
		if res.Annotations.Tree == nil {
			continue
		}
		m, err := hashing.ParseManifest(c.blob(res.Name, res.Digest.Tree.ManifestDigest()))
		if err != nil || m.Digest() != *res.Digest.Tree || int64(m.Len()) != res.Annotations.Tree.Files {
			c.Errorf("manifest of %q: %d files with %s (%v), want %d with %s", res.Name, m.Len(), m.Digest(), err, res.Annotations.Tree.Files, res.Digest.Tree)
		}
	}
}

// sorted: gaps come in order, each once.
func (c *checker) sorted(what string, gaps []record.Gap) {
	keys := make([]string, len(gaps))
	for i, g := range gaps {
		keys[i] = g.Kind + "\x00" + g.What + "\x00" + g.Why
	}
	if !slices.IsSortedFunc(gaps, func(a, b record.Gap) int { return strings.Compare(a.Kind, b.Kind) }) {
		c.Errorf("%s are not in order: %q", what, keys)
	}
	slices.Sort(keys)
	if len(slices.Compact(keys)) != len(gaps) {
		c.Errorf("%s stand twice: %q", what, keys)
	}
}
