package verify_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/verify"
)

// TestNamesTheRunThatMadeAnInput: the last that had ended with 0 before the input was
// read, and only where the input is nowhere.
func TestNamesTheRunThatMadeAnInput(t *testing.T) {
	train := recordtest.Contents()["data/train.csv"]
	made := func(n byte, at time.Duration, opts ...recordtest.Option) *record.Record {
		opts = append([]recordtest.Option{
			recordtest.As(record.Invocation{n}, recordtest.Started.Add(at)), recordtest.Without(record.RoleData), recordtest.NoOutputs, recordtest.Output("repo:data/train.csv", train),
		}, opts...)
		return recordtest.Record(t, opts...)
	}
	old, last := made(21, -3*time.Hour), made(22, -2*time.Hour)
	failed, after := made(23, -time.Hour, recordtest.Exited(1)), made(24, time.Hour)
	copied := made(26, -time.Hour, recordtest.Input(record.RoleData, "repo:copy.csv", train))
	other := recordtest.Record(t, another(25), recordtest.NoOutputs, recordtest.Output("repo:data/train.csv", "other"))
	for name, c := range map[string]struct {
		runs []*record.Record
		root string // what stands where it was read
		want *record.Record
	}{
		"the last before": {[]*record.Record{after, copied, last, failed, old, other}, "edited", last},
		"none before":     {[]*record.Record{after, failed, other}, "edited", nil},
		"it is there":     {[]*record.Record{old}, train, nil},
	} {
		w := goodWorld(t)
		w.root[recordtest.Location("repo:data/train.csv")] = file(c.root)
		delete(w.repo.files, "data/train.csv")
		w.store.put(c.runs...)
		v := w.verify()
		notes := check(t, v, verify.InputsAvailable).Notes
		at := slices.IndexFunc(notes, func(n string) bool { return strings.Contains(n, " made these bytes: lineage restore ") })
		switch {
		case c.want == nil && at >= 0, c.want != nil && (at < 0 || !strings.Contains(notes[at], c.want.ID().Short())):
			t.Errorf("%s: %q", name, notes)
		}
	}
}

// TestReachNamesWhatFailedAbove: a fail although the required rung was reached says what
// failed where it says that it was reached.
func TestReachNamesWhatFailedAbove(t *testing.T) {
	w := goodWorld(t)
	w.root[recordtest.Location("repo:data/train.csv")] = file("edited")
	if v := w.verify(); v.Result != verify.Fail || v.Reach() != "reached traced, required traced, but inputs.available failed, which no rung allows" {
		t.Errorf("%s: %s", v.Result, v.Reach())
	}
	if v := goodWorld(t).verify(); v.Reach() != "reached traced, required traced" {
		t.Error(v.Reach())
	}
	w = goodWorld(t, recordtest.Exited(1))
	if v := w.verify(); v.Result != verify.Fail || v.Reach() != "reached untraced, required traced" {
		t.Errorf("%s: %s", v.Result, v.Reach())
	}
	if got := (verify.Verdict{}).Reach(); got != "reached nothing, required nothing" {
		t.Error(got)
	}
}

// TestChangedFileStandsBelowItsFolder.
func TestChangedFileStandsBelowItsFolder(t *testing.T) {
	w := goodWorld(t)
	others := recordtest.Files{"0.png": "edited"}
	w.root[recordtest.Location("repo:data/images")] = tree(others)
	v := w.verify()
	for _, e := range check(t, v, verify.InputsAvailable).Evidence {
		if below, found := strings.CutPrefix(e.Name, "repo:data/images/"); found && !strings.HasSuffix(e.Where, "/"+below) {
			t.Errorf("%s at %s", e.Name, e.Where)
		}
	}
	if !slices.ContainsFunc(check(t, v, verify.InputsAvailable).Evidence, func(e verify.Evidence) bool { return e.Name == "repo:data/images/0.png" }) {
		t.Error("the file that was edited is not named")
	}
}
