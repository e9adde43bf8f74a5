package verify_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/verify"
)

// within makes it a run that took place while the outermost of the test, another(1),
// did, and names its parent.
func within(parent byte) recordtest.Option {
	return func(s *record.Statement) {
		m := &s.Predicate.RunDetails.Metadata
		length := m.FinishedOn.Sub(m.StartedOn.Time)
		m.Parent = &record.Invocation{parent}
		m.StartedOn = record.At(recordtest.Started.Add(time.Hour))
		m.FinishedOn = record.At(m.StartedOn.Add(length))
	}
}

// inherited names a parent that had ended before this run started.
func inherited(parent byte) recordtest.Option {
	return func(s *record.Statement) {
		s.Predicate.RunDetails.Metadata.Parent = &record.Invocation{parent}
	}
}

func rank(group, rank string) recordtest.Option {
	return func(s *record.Statement) {
		s.Predicate.RunDetails.Metadata.Group = &record.Group{Kind: "slurm", ID: group, Rank: rank}
	}
}

func parameter(value string) recordtest.Option {
	return func(s *record.Statement) {
		s.Predicate.BuildDefinition.ExternalParameters.Parameters = []record.NameValue{{Name: "seed", Value: value}}
	}
}

// fetched says of every input where it can be had, as get and lineage.yaml note it.
func fetched(uri string) recordtest.Option {
	return func(s *record.Statement) {
		all := s.Predicate.BuildDefinition.ResolvedDependencies
		for i := range all {
			switch role := all[i].Annotations.Role; {
			case role != record.RoleData && role != record.RolePreprocessing:
			case all[i].Annotations.Tree != nil:
				all[i].Annotations.Tree.Sources = []record.Source{{Path: "a.png", URI: uri + "a.png"}}
				all[i].URI = uri
			default:
				all[i].URI = uri + "file"
			}
		}
	}
}

func runs(all ...[]recordtest.Option) [][]recordtest.Option { return all }

// TestWhichRecord: of records that all name the model's bytes, by their place in the
// list which one is chosen, and what becomes of the others.
func TestWhichRecord(t *testing.T) {
	for _, c := range []struct {
		name   string
		runs   [][]recordtest.Option
		chosen int // -1: none
		want   []verify.Standing
	}{
		{"one", runs(opt(another(1))), 0, []verify.Standing{verify.Chosen}},
		{"two of other code", runs(opt(another(1)), opt(another(2), otherCode)), -1, []verify.Standing{verify.Rival, verify.Rival}},
		{"two of other parameters", runs(opt(another(1)), opt(another(2), parameter("2"))), -1, []verify.Standing{verify.Rival, verify.Rival}},
		{"two of other data", runs(opt(another(1)), opt(another(2), recordtest.Input(record.RoleData, "repo:more.csv", "1"))), -1, []verify.Standing{verify.Rival, verify.Rival}},
		{"two of other packages", runs(opt(another(1)), opt(another(2), recordtest.Dependency(recordtest.Package("torch", "2.0")))), -1, []verify.Standing{verify.Rival, verify.Rival}},
		{"two that agree", runs(opt(another(1)), opt(another(2))), 1, []verify.Standing{verify.Superseded, verify.Chosen}},
		{"two that agree, the newest first", runs(opt(another(2)), opt(another(1))), 0, []verify.Standing{verify.Chosen, verify.Superseded}},
		{"two that agree, and one knows where its inputs can be had", runs(opt(another(1)), opt(another(2), fetched("https://data.example/"))), 1, []verify.Standing{verify.Superseded, verify.Chosen}},
		{"two that agree, and have their inputs from two places", runs(opt(another(1), fetched("https://data.example/")), opt(another(2), fetched("s3://data/"))), 1, []verify.Standing{verify.Superseded, verify.Chosen}},
		{"two that agree in having no code", runs(opt(another(1), recordtest.Without(record.RoleCode)), opt(another(2), recordtest.Without(record.RoleCode))), -1, []verify.Standing{verify.Rival, verify.Rival}},
		{"parent and child", runs(opt(another(1)), opt(another(2), within(1), otherCode)), 1, []verify.Standing{verify.Parent, verify.Chosen}},
		{"a parent that had ended", runs(opt(another(1)), opt(another(2), inherited(1), otherCode)), -1, []verify.Standing{verify.Rival, verify.Rival}},
		{"grandparent, parent and child", runs(opt(another(3), within(2)), opt(another(1)), opt(another(2), within(1), otherCode)), 0, []verify.Standing{verify.Chosen, verify.Parent, verify.Parent}},
		{"parent of two children", runs(opt(another(1)), opt(another(2), within(1), otherCode), opt(another(3), within(1))), -1, []verify.Standing{verify.Parent, verify.Rival, verify.Rival}},
		{"child of a run that is no candidate", runs(opt(another(2), within(9)), opt(another(3), otherCode)), -1, []verify.Standing{verify.Rival, verify.Rival}},
		{"each within the other", runs(opt(another(1), within(2)), opt(another(2), within(1), otherCode)), -1, []verify.Standing{verify.Rival, verify.Rival}},
		{"ranks of one group", runs(opt(another(1), rank("7", "0")), opt(another(2), rank("7", "1"), otherCode)), 1, []verify.Standing{verify.SameGroup, verify.Chosen}},
		{"ranks of two groups", runs(opt(another(1), rank("7", "0")), opt(another(2), rank("8", "0"), otherCode)), -1, []verify.Standing{verify.Rival, verify.Rival}},
		{"a rank that failed", runs(opt(another(1), rank("7", "0"), recordtest.Exited(1)), opt(another(2), rank("7", "1"))), 0, []verify.Standing{verify.Chosen, verify.SameGroup}},
		{"a group that agrees with a run", runs(opt(another(1), rank("7", "0")), opt(another(2), rank("7", "1")), opt(another(3))), 2, []verify.Standing{verify.SameGroup, verify.Superseded, verify.Chosen}},
		{"a failed run, and one that agrees", runs(opt(another(1), recordtest.Exited(1)), opt(another(2))), 1, []verify.Standing{verify.Superseded, verify.Chosen}},
		{"a failed run last", runs(opt(another(1)), opt(another(2), recordtest.Exited(1))), 1, []verify.Standing{verify.Superseded, verify.Chosen}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := pathWorld(t)
			w.store.found = nil
			var all []*record.Record
			for _, opts := range c.runs {
				all = append(all, recordtest.Record(t, opts...))
			}
			w.store.put(all...)
			v := w.verify()
			var got []verify.Standing
			for _, candidate := range v.Candidates {
				got = append(got, candidate.Standing)
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			want := verify.Lacking
			if c.chosen >= 0 {
				want = verify.Held
				if id := all[c.chosen].ID(); v.Record == nil || *v.Record != id {
					t.Errorf("chosen is %v, want %v", v.Record, id)
				}
			} else if v.Record != nil || v.Result == verify.Pass {
				t.Errorf("chosen is %v: %s", v.Record, v.Result)
			}
			if got := status(t, v, verify.RecordUnambiguous); got != want {
				t.Errorf("record.unambiguous is %s, want %s", got, want)
			}
		})
	}
}

// TestRecordFlagChooses: what is ambiguous otherwise is settled by the request, and
// the record that it names is judged for what it is.
func TestRecordFlagChooses(t *testing.T) {
	w := pathWorld(t)
	w.store.found = nil
	good, bad := recordtest.Record(t, another(1)), recordtest.Record(t, another(2), otherCode, recordtest.Exited(3))
	w.store.put(good, bad)
	if v := w.verify(); v.Result != verify.CannotVerify {
		t.Fatalf("%s: %s", v.Result, v.Reason)
	}
	w.request.Record, w.repo.commit = good.ID(), ""
	if v := w.verify(); v.Result != verify.Pass || *v.Record != good.ID() {
		t.Errorf("%s: %s", v.Result, v.Reason)
	}
	w.request.Record = bad.ID()
	if v := w.verify(); v.Result != verify.Fail || status(t, v, verify.RunCompleted) != verify.Failed {
		t.Errorf("%s: %s", v.Result, v.Reason)
	}
}

// TestPrecedence: the entry goes before its run, a sidecar before the store, and what
// only stands beside the entry is found by its digest.
func TestPrecedence(t *testing.T) {
	mine, other := recordtest.Record(t, another(1)), recordtest.Record(t, another(2), otherCode)
	for _, c := range []struct {
		name   string
		by     []verify.ClaimBy // of mine, other
		chosen *record.Record
	}{
		{"entry before run", []verify.ClaimBy{verify.ByEntry, verify.ByRun}, mine},
		{"run after entry", []verify.ClaimBy{verify.ByRun, verify.ByEntry}, other},
		{"run before beside", []verify.ClaimBy{verify.ByRun, verify.Beside}, mine},
		{"sidecar before beside", []verify.ClaimBy{verify.BySidecar, verify.Beside}, mine},
		{"both of one run", []verify.ClaimBy{verify.ByRun, verify.ByRun}, nil},
		{"both beside", []verify.ClaimBy{verify.Beside, verify.Beside}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := pathWorld(t)
			w.store.found = nil
			w.claim(c.by[0], mine)
			w.claim(c.by[1], other)
			v := w.verify()
			if c.chosen == nil {
				if v.Record != nil || status(t, v, verify.RecordUnambiguous) != verify.Lacking {
					t.Errorf("chosen is %v", v.Record)
				}
			} else if v.Record == nil || *v.Record != c.chosen.ID() {
				t.Errorf("chosen is %v, want %v", v.Record, c.chosen.ID())
			}
		})
	}
}

// TestRunThatNamesSeveral: a run may carry records of several steps; the one that
// names the bytes is the model's. An entry must not name any that does not.
func TestRunThatNamesSeveral(t *testing.T) {
	for by, want := range map[verify.ClaimBy]verify.Status{verify.ByRun: verify.Held, verify.ByEntry: verify.Failed} {
		w := goodWorld(t)
		w.target.resolved.Claims[0].By = by
		w.claim(by, otherModel(t))
		v := w.verify()
		if got := status(t, v, verify.ModelBytes); got != want || v.Record == nil {
			t.Errorf("named by the %s: %s, chosen %v: %s", by, got, v.Record, v.Reason)
		}
	}
}

// TestSidecar: it names the record by standing there, and is judged by its bytes.
func TestSidecar(t *testing.T) {
	w := pathWorld(t)
	raw := w.store.found[0].Bytes
	w.store.found = nil
	w.target.resolved.Claims = []verify.Claim{{By: verify.BySidecar, Where: "model.lineage.intoto.json", Bytes: raw}}
	if v := w.verify(); v.Result != verify.Pass || v.Candidates[0].By != verify.BySidecar {
		t.Errorf("%s: %s", v.Result, v.Reason)
	}
	w.target.resolved.Claims[0].Bytes = raw[:len(raw)/2]
	if v := w.verify(); status(t, v, verify.RecordStrict) != verify.Failed || v.Result != verify.Fail {
		t.Errorf("%s: %s", v.Result, v.Reason)
	}
	w.target.resolved.Claims[0].Bytes = otherModel(t).Bytes()
	if v := w.verify(); status(t, v, verify.ModelBytes) != verify.Failed || v.Result != verify.Fail {
		t.Errorf("%s: %s", v.Result, v.Reason)
	}
}

// TestOneRecordInTwoPlaces is one candidate.
func TestOneRecordInTwoPlaces(t *testing.T) {
	w := goodWorld(t)
	w.target.resolved.Claims[0].By = verify.Beside
	w.target.resolved.Created = time.Time{}
	v := w.verify()
	if len(v.Candidates) != 1 || v.Result != verify.Pass {
		t.Errorf("%d candidates, %s: %s", len(v.Candidates), v.Result, v.Reason)
	}
	w.store.found[0].Bytes = w.store.found[0].Bytes[:100]
	w.store.found[0].Bytes = append([]byte(recordtest.Model.Manifest().Digest().String()), w.store.found[0].Bytes...)
	if v := w.verify(); status(t, v, verify.RecordStrict) != verify.Failed {
		t.Errorf("a second file of other bytes bears the id: %s", v.Reason)
	}
}

// TestWrongCopy: where the registry gives other bytes than the record that it names,
// that is its fault, and the store's copy is looked at.
func TestWrongCopy(t *testing.T) {
	w := goodWorld(t)
	w.target.resolved.Claims[0].Bytes = otherModel(t).Bytes()
	v := w.verify()
	if v.Result != verify.Fail || status(t, v, verify.RecordStrict) != verify.Failed || status(t, v, verify.ModelBytes) != verify.Held {
		t.Errorf("%s: %s", v.Result, v.Reason)
	}
}
