package report_test

import (
	"io"
	"strings"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/report"
)

// runs is one of each kind.
func runs(t *testing.T) []report.Run {
	made := func(n byte, opts ...recordtest.Option) *record.Record {
		started := recordtest.Started.Add(-time.Duration(n) * 40 * time.Hour)
		return recordtest.Record(t, append(opts, recordtest.As(record.Invocation{n, 1}, started))...)
	}
	intent := func(n byte) *record.Intent {
		i := recordtest.Intent(record.Invocation{n, 1}, recordtest.Started.Add(25*time.Hour))
		return &i
	}
	manyOutputs := func(s *record.Statement) {
		recordtest.Output("repo:figures/confusion matrix.png", "1")(s)
		recordtest.Output("repo:予測/結果.csv", "2")(s)
	}
	return []report.Run{
		{Intent: intent(90), State: report.Running},
		{Intent: intent(91), State: report.Abandoned},
		{Intent: intent(92), State: report.Unknown, Problem: "it started on another host, \"trainer\""},
		{Record: made(0), Attached: attachments()},
		{Record: made(1, rich)},
		{Record: made(2, recordtest.Exited(3))},
		{Record: made(3, recordtest.Ended(record.Outcome{Status: record.Killed, Signal: "SIGKILL"}))},
		{Record: made(4, nothing)},
		{Record: made(100, manyOutputs)},
		{ID: record.ID{1, 2, 3}, Problem: "reading records/01/0102….intoto.json: its bytes have another digest"},
		{Problem: "listing records: permission denied"},
	}
}

func TestLog(t *testing.T) {
	for name, o := range map[string]report.Options{"log": pipe, "log-color": terminal, "log-narrow": narrow} {
		t.Run(name, func(t *testing.T) {
			golden(t, name, func(w io.Writer) error { return report.Log(w, runs(t), o) })
		})
	}
}

func TestLogOfNothingIsEmpty(t *testing.T) {
	if got := render(t, func(w io.Writer) error { return report.Log(w, nil, pipe) }); got != "" {
		t.Errorf("it wrote %q", got)
	}
}

// Of where a record hangs, the log names the versions of models: people ask for those.
func TestLogNamesVersions(t *testing.T) {
	run := report.Run{Record: recordtest.Record(t), Attached: []record.Attachment{
		{System: "mlflow", Kind: "run", ID: "0123"},
		{System: "mlflow", Kind: "model-version", Name: "toy", ID: "5"},
		{System: "mlflow", Kind: "model-version", Name: "toy", ID: "5"},
	}}
	text := func() string {
		return render(t, func(w io.Writer) error { return report.Log(w, []report.Run{run}, pipe) })
	}
	if got := text(); !strings.Contains(got, " toy 5\n") || strings.Contains(got, "mlflow") {
		t.Errorf("got %s", got)
	}
	run.Attached = run.Attached[:1]
	if got := text(); !strings.Contains(got, " mlflow\n") {
		t.Errorf("got %s", got)
	}
}
