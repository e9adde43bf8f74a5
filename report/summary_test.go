package report_test

import (
	"io"
	"testing"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/report"
)

func TestSummary(t *testing.T) {
	attached := report.SummaryFacts{Attached: attachments(), Store: ".lineage"}
	refused := report.SummaryFacts{NotAttached: []report.NotAttached{{
		System: "mlflow", Why: "writing to run \"8c2f\" at http://127.0.0.1:5000: unreachable: connection refused",
		Command: []string{"lineage", "attach", "1a2b3c4d5e6f", "mlflow"},
	}}}
	signal := record.Outcome{Status: record.Interrupted, Signal: "SIGINT"}
	memory := record.Outcome{Status: record.Killed, Signal: "SIGKILL", OutOfMemory: true}
	for _, c := range []struct {
		name  string
		opts  []recordtest.Option
		facts report.SummaryFacts
		o     report.Options
	}{
		{"summary", nil, attached, pipe},
		{"summary-color", nil, attached, terminal},
		{"summary-gaps", []recordtest.Option{rich}, refused, pipe},
		{"summary-gaps-color", []recordtest.Option{rich}, refused, terminal},
		{"summary-narrow", []recordtest.Option{rich}, refused, narrow},
		{"summary-failed", []recordtest.Option{recordtest.Exited(3)}, attached, pipe},
		{"summary-interrupted", []recordtest.Option{recordtest.Ended(signal)}, attached, pipe},
		{"summary-killed", []recordtest.Option{recordtest.Ended(memory)}, attached, pipe},
		{"summary-nothing", []recordtest.Option{nothing}, report.SummaryFacts{}, pipe},
		{"summary-not-started", []recordtest.Option{nothing, notStarted}, report.SummaryFacts{}, pipe},
		{"summary-none", []recordtest.Option{nothing, none}, report.SummaryFacts{}, pipe},
		{"summary-unhashed", []recordtest.Option{nothing, declared}, report.SummaryFacts{}, pipe},
		{"summary-empty", []recordtest.Option{nothing, empty}, report.SummaryFacts{}, pipe},
		{"summary-many-gaps", []recordtest.Option{manyGaps}, report.SummaryFacts{}, pipe},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := recordtest.Record(t, c.opts...)
			golden(t, c.name, func(w io.Writer) error { return report.Summary(w, r, c.facts, c.o) })
		})
	}
}

// nothing takes away all that a capture sees, and what was declared.
func nothing(s *record.Statement) {
	recordtest.NoOutputs(s)
	d := &s.Predicate.BuildDefinition
	d.ResolvedDependencies = nil
	p := &d.ExternalParameters
	p.Inputs, p.Preprocessing, p.Outputs = record.Declared{}, record.Declared{}, record.Declared{}
}

// declared declares an input, of which a record without data knows nothing.
func declared(s *record.Statement) {
	s.Predicate.BuildDefinition.ExternalParameters.Inputs.Paths = []record.Location{recordtest.Location("repo:data")}
}

// none declares that there is none of anything, to a command that is not Python's.
func none(s *record.Statement) {
	p := &s.Predicate.BuildDefinition.ExternalParameters
	p.Command = []string{"true"}
	p.Inputs.None, p.Preprocessing.None, p.Outputs.None = true, true, true
}

func notStarted(s *record.Statement) {
	s.Predicate.RunDetails.Metadata.Outcome = record.Outcome{Status: record.NotStarted, Reason: "pyhton: not found"}
}

// empty adds inputs and outputs without a byte.
func empty(s *record.Statement) {
	recordtest.InputTree(record.RoleData, "repo:data", recordtest.Files{})(s)
	recordtest.Input(record.RolePreprocessing, "repo:prepare.py", "")(s)
	recordtest.Output("repo:metrics.json", "")(s)
	recordtest.OutputTree("repo:model", recordtest.Files{})(s)
}

func manyGaps(s *record.Statement) {
	for range 12 {
		recordtest.Gap("input-changed", "repo:data", "it was written during the run")(s)
	}
}
