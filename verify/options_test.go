package verify_test

import (
	"testing"
	"time"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
)

// another makes it another run, that many hours later.
func another(n byte) recordtest.Option {
	return recordtest.As(record.Invocation{n}, recordtest.Started.Add(time.Duration(n)*time.Hour))
}

// otherCode makes it a run of other code.
func otherCode(s *record.Statement) {
	recordtest.Without(record.RoleCode)(s)
	recordtest.InputTree(record.RoleCode, "repo:.", recordtest.Files{"train.py": "import torch\n"})(s)
}

// otherModel is the record of a run that made another model.
func otherModel(t testing.TB) *record.Record {
	t.Helper()
	return recordtest.Record(t, another(5), recordtest.NoOutputs, recordtest.OutputTree("repo:model", recordtest.Files{"MLmodel": "of another"}))
}

// unobserved makes it a run that was not watched.
func unobserved(s *record.Statement) {
	run := &s.Predicate.RunDetails
	run.Coverage, run.Builder.ID = record.CoverageDeclared, record.BuilderID(record.PlaceLocal, record.CoverageDeclared)
}

func inputs(d record.Declared) recordtest.Option {
	return func(s *record.Statement) { s.Predicate.BuildDefinition.ExternalParameters.Inputs = d }
}

// packages changes the facts of one package.
func packages(change func(*record.PackageFacts)) recordtest.Option {
	return func(s *record.Statement) {
		for _, d := range s.Predicate.BuildDefinition.ResolvedDependencies {
			if d.Annotations.Package != nil {
				change(d.Annotations.Package)
				return
			}
		}
	}
}

// differing gives the tree a state, and says that train.py is not the commit's.
func differing(state record.TreeState) recordtest.Option {
	return func(s *record.Statement) {
		for _, d := range s.Predicate.BuildDefinition.ResolvedDependencies {
			if f := d.Annotations.Commit; f != nil {
				f.State, f.Differences = state, []record.Difference{{Path: "train.py", Kind: "modified"}}
			}
		}
	}
}

// tracked says that the run's metrics were read from a tracker's run.
func tracked(run string) recordtest.Option {
	return func(s *record.Statement) {
		for i := range s.Predicate.RunDetails.Byproducts {
			if a := &s.Predicate.RunDetails.Byproducts[i].Annotations; a.Role == record.RoleTracking {
				a.Origin = &record.Origin{Kind: "server", System: "mlflow", Target: "run", ID: run}
			}
		}
	}
}

// fromServer says that the model was read back from a logged model.
func fromServer(id string) recordtest.Option {
	return func(s *record.Statement) {
		recordtest.NoOutputs(s)
		recordtest.OutputTree("server:logged-model/"+id, recordtest.Model)(s)
		for i := range s.Subject[1:] {
			s.Subject[i+1].Annotations.Origin = &record.Origin{Kind: "server", System: "mlflow", Target: "logged-model", ID: id}
		}
	}
}
