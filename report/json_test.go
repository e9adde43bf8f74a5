package report_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/report"
)

// conforms checks what f writes against a schema.
func conforms(t *testing.T, schema []byte, f func(io.Writer) error) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	text := render(t, f)
	written, err := jsonschema.UnmarshalJSON(bytes.NewReader([]byte(text)))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if err := compiled.Validate(written); err != nil {
		t.Errorf("%s: %v", text, err)
	}
}

func TestSummaryJSON(t *testing.T) {
	facts := report.SummaryFacts{Attached: attachments(), NotAttached: []report.NotAttached{{System: "mlflow", Why: "down"}}, Store: ".lineage"}
	for name, c := range map[string]struct {
		opts  []recordtest.Option
		facts report.SummaryFacts
	}{
		"plain":       {nil, facts},
		"rich":        {[]recordtest.Option{rich}, report.SummaryFacts{}},
		"failed":      {[]recordtest.Option{recordtest.Exited(3)}, facts},
		"not started": {[]recordtest.Option{nothing, notStarted}, report.SummaryFacts{}},
		"empty":       {[]recordtest.Option{nothing, empty}, report.SummaryFacts{}},
	} {
		t.Run(name, func(t *testing.T) {
			r := recordtest.Record(t, c.opts...)
			conforms(t, report.SummaryJSONSchema, func(w io.Writer) error { return report.SummaryJSON(w, r, c.facts) })
		})
	}
	r := recordtest.Record(t, rich)
	golden(t, "summary-json", func(w io.Writer) error { return report.SummaryJSON(w, r, facts) })
}

func TestLogJSON(t *testing.T) {
	all := runs(t)
	conforms(t, report.LogJSONSchema, func(w io.Writer) error { return report.LogJSON(w, all) })
	conforms(t, report.LogJSONSchema, func(w io.Writer) error { return report.LogJSON(w, nil) })
	golden(t, "log-json", func(w io.Writer) error { return report.LogJSON(w, all) })
}

// TestJSONKeepsStrings: escaping what is hidden changes no string.
func TestJSONKeepsStrings(t *testing.T) {
	run := report.Run{Intent: &record.Intent{Command: []string{hostile, "日本", "<&>"}}, State: report.Running, Problem: hostile}
	text := render(t, func(w io.Writer) error { return report.LogJSON(w, []report.Run{run}) })
	var got struct {
		Runs []struct {
			Command []string
			Problem string
		}
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if diff := cmp.Diff(run.Intent.Command, got.Runs[0].Command); diff != "" {
		t.Error(diff)
	}
	if got.Runs[0].Problem != hostile {
		t.Errorf("problem %+q", got.Runs[0].Problem)
	}
}

// broken is a writer that fails.
type broken struct{}

var errBroken = errors.New("broken pipe")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestFailingWriter(t *testing.T) {
	r := recordtest.Record(t)
	intent := recordtest.Intent(recordtest.Invocation, recordtest.Started)
	for name, err := range map[string]error{
		"summary":      report.Summary(broken{}, r, report.SummaryFacts{}, pipe),
		"summary JSON": report.SummaryJSON(broken{}, r, report.SummaryFacts{}),
		"log":          report.Log(broken{}, runs(t), pipe),
		"log JSON":     report.LogJSON(broken{}, nil),
		"show":         report.Show(broken{}, r, report.ShowFacts{}, pipe),
		"intent":       report.ShowIntent(broken{}, intent, report.Running, pipe),
		"verdict":      report.Verdict(broken{}, verdict(), pipe),
	} {
		if !errors.Is(err, errBroken) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
