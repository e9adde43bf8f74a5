package store_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
)

// strange are names that stand among the keys of a run, and are none.
func strange(r *record.Record) []string {
	id, i := r.ID().String(), r.Invocation().String()
	all := []string{
		"attachments/" + id + "/foo", "attachments/foo", "blobs/zip", "foo", "intents/" + i, "intents/" + i[:2] + "/foo", "intents/" + i[:2] + "/sub/x",
		"intents/foo", "records/bar", "records/" + id[:2] + "/foo", "records/" + id[:2] + "/sub/x", "records/old.intoto.json",
		"signatures/" + id + "/foo", "sources/foo", "statements/" + id + "/foo",
	}
	slices.Sort(all)
	return all
}

// readAll asks for all that is read of a store, and gives what could not be read.
func readAll(t *testing.T, s *store.Store, r *record.Record) (failed []error) {
	t.Helper()
	note := func(err error) {
		if err != nil {
			failed = append(failed, err)
		}
	}
	_, err := s.Find(t.Context(), "@1")
	note(err)
	for _, err := range s.Records(t.Context()) {
		note(err)
	}
	for _, err := range s.Intents(t.Context()) {
		note(err)
	}
	for _, err := range s.Unsettled(t.Context(), func(record.Process) (bool, error) { return false, nil }) {
		note(err)
	}
	for _, err := range s.RawNaming(t.Context(), []string{r.ID().String()}) {
		note(err)
	}
	for _, all := range []func() error{
		func() error { _, err := s.Attachments(t.Context(), r.ID()); return err },
		func() error {
			_, err := s.Makers(t.Context(), []hashing.FileDigest{hashing.Bytes([]byte("x"))})
			return err
		},
		func() error { _, err := s.Sources(t.Context(), manyDigests()...); return err },
		func() error { _, err := s.Upstream(t.Context(), []record.ID{r.ID()}); return err },
	} {
		note(all())
	}
	for _, err := range s.Signatures(t.Context(), r.ID()) {
		note(err)
	}
	for _, err := range s.Statements(t.Context(), r.ID()) {
		note(err)
	}
	return failed
}

// manyDigests are so many that all sources are listed.
func manyDigests() (all []hashing.FileDigest) {
	for n := range 100 {
		all = append(all, hashing.Bytes([]byte{byte(n)}))
	}
	return all
}

// Names that are no keys name no run: who listens goes on without them, and who does
// not has an error for each of them.
func TestForeign(t *testing.T) {
	s, m := open(t)
	r := run(t, 1, 1)
	announce(t, s, r.Invocation(), 1)
	put(t, s, r)
	for _, key := range strange(r) {
		plant(t, m, key, nil)
	}
	if failed := readAll(t, s, r); len(failed) < 10 {
		t.Errorf("nobody listens, and only this is said: %v", failed)
	}
	var mu sync.Mutex
	heard := map[string]bool{}
	s.OnForeign(func(key string) {
		mu.Lock()
		defer mu.Unlock()
		heard[key] = true
	})
	if failed := readAll(t, s, r); len(failed) > 0 {
		t.Error(failed)
	}
	for _, key := range strange(r) {
		if err := s.Unreadable(t.Context(), key); err != nil && (len(key) > 8 && (key[:8] == "intents/" || key[:8] == "records/")) {
			t.Error(err)
		}
		if read := !slices.Contains([]string{"attachments/foo", "blobs/zip", "foo"}, key); read && !heard[key] {
			t.Errorf("%s was passed over, and nobody has heard of it", key)
		}
	}
	found, err := s.Check(t.Context(), store.CheckOptions{Alive: func(record.Process) (bool, error) { return false, nil }})
	if err != nil {
		t.Fatal(err)
	}
	var foreign []string
	for _, f := range found.Findings {
		if f.Fault == store.FaultForeign {
			foreign = append(foreign, f.Name)
		}
	}
	if diff := cmp.Diff(strange(r), foreign); diff != "" {
		t.Error(diff)
	}
}

// A record that stands elsewhere may be one: it is damage, whoever listens.
func TestMisplacedRecord(t *testing.T) {
	s, m := open(t)
	r, other := run(t, 1, 1), run(t, 2, 2)
	put(t, s, r)
	s.OnForeign(func(key string) { t.Errorf("%s is passed over", key) })
	plant(t, m, "records/"+other.ID().String()+".intoto.json", other.Bytes())
	if _, err := s.Find(t.Context(), "@1"); err == nil {
		t.Error("the newest record is known")
	}
	plan, err := s.PlanSweep(t.Context(), store.SweepOptions{Grace: time.Nanosecond, Alive: func(record.Process) (bool, error) { return false, nil }})
	if err != nil || !plan.Blocked {
		t.Errorf("blobs that it may name would go: %v", err)
	}
}

// Foreign names keep nothing from being removed: they name nothing.
func TestSweepBesideForeign(t *testing.T) {
	s, m := open(t)
	r := run(t, 1, 1)
	put(t, s, r)
	for _, key := range strange(r) {
		plant(t, m, key, nil)
	}
	s.OnForeign(func(string) {})
	plan, err := s.PlanSweep(t.Context(), store.SweepOptions{Alive: func(record.Process) (bool, error) { return false, nil }})
	if err != nil || plan.Blocked || len(plan.Damaged) > 0 {
		t.Errorf("blocked by %v, %v", plan.Damaged, err)
	}
	if _, err := s.Sweep(t.Context(), plan, nil); err != nil {
		t.Error(err)
	}
}
