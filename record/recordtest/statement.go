package recordtest

import (
	"testing"
	"time"

	"github.com/lineage-audit/lineage/record"
)

// Commit is the commit that [Statement] was made at.
const Commit record.GitHash = "3f786850e387550fdab836ed7e6dc881de23001b"

// Invocation is that of [Statement] unless an option says otherwise.
var Invocation = record.Invocation{0x1f, 0x2e, 0x3d, 0x4c, 15: 0xff}

// Started is when [Statement] says that the run started; it took a minute.
var Started = time.Date(2026, time.March, 14, 15, 9, 26, 535_000_000, time.UTC)

// Intent is the announcement of a run that started then.
func Intent(i record.Invocation, started time.Time) record.Intent {
	return record.Intent{
		Type: record.IntentType, InvocationID: i, StartedOn: record.At(started),
		Command: command(), WorkingDirectory: at("."),
		Process: record.Process{BootID: "b9c2a3f4-0000-4000-8000-000000000001", Host: "trainer", PID: 4242, Start: "123456"},
	}
}

// Statement is a succeeded run of a small training: a clean commit, code, data,
// preprocessing, lock, interpreter and packages, a model folder and a file of
// metrics, with every manifest. The options are applied in turn.
func Statement(opts ...Option) record.Statement {
	s := record.Statement{Type: record.StatementType, PredicateType: record.PredicateType, Predicate: record.Predicate{
		BuildDefinition: record.BuildDefinition{
			BuildType: record.BuildType, ExternalParameters: parameters(),
			InternalParameters: environment(), ResolvedDependencies: dependencies(),
		},
		RunDetails: record.RunDetails{
			Builder:    record.Builder{ID: record.BuilderID(record.PlaceLocal, record.CoverageDeclared), Version: record.Version{Lineage: "0.1.0"}},
			Byproducts: []record.Resource{Manifest(Code), Manifest(Images), blob(record.RoleTracking, "application/json", tracking)},
			Coverage:   record.CoverageDeclared, Gaps: []record.Gap{},
			Notes: []record.Gap{{Kind: "coverage-declared", What: "inputs", Why: "the run was not watched"}},
		},
	}}
	announce(&s, Invocation, Started)
	s.Predicate.RunDetails.Metadata.Outcome = record.Outcome{Status: record.Succeeded, ExitCode: new(int64)}
	Output("repo:metrics.json", Metrics)(&s)
	OutputTree("repo:model", Model)(&s)
	for _, opt := range opts {
		opt(&s)
	}
	return s
}

// Record is the record of [Statement].
func Record(t testing.TB, opts ...Option) *record.Record {
	t.Helper()
	r, err := record.Encode(Statement(opts...))
	if err != nil {
		t.Fatalf("recordtest: %v", err)
	}
	return r
}

// announce makes s the settlement of the intent of that invocation and time.
func announce(s *record.Statement, i record.Invocation, started time.Time) {
	raw, err := record.EncodeIntent(Intent(i, started))
	if err != nil {
		panic("recordtest: " + err.Error())
	}
	if len(s.Subject) == 0 {
		s.Subject = make([]record.Resource, 1)
	}
	s.Subject[0] = record.RunSubject(raw)
	m := &s.Predicate.RunDetails.Metadata
	m.InvocationID, m.StartedOn, m.FinishedOn = i, record.At(started), record.At(started.Add(time.Minute))
}
