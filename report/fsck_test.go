package report_test

import (
	"io"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report"
)

func someCheck() report.Check {
	c := report.Check{
		Store: ".lineage", Bytes: 2_000_000, Objects: []report.CheckedKind{{Kind: "blobs", Count: 9}, {Kind: "records", Count: 2}},
		Unsettled: []report.CheckedRun{{Invocation: record.Invocation{1}, Status: report.Abandoned, Command: []string{"a b"}, Mend: report.MendOfRun(report.Abandoned, true)}},
		Index:     &report.CheckedIndex{Runs: 2, Seconds: 0.25, Bytes: 4096, Path: ".lineage/.index/x"},
	}
	for _, fault := range []string{"damaged", "missing", "orphan", "orphan", "orphan", "orphan", "orphan", "orphan", "orphan"} {
		c.Findings = append(c.Findings, report.CheckFinding{
			Fault: fault, Damage: fault != "orphan", Name: "blobs/\x1b[31m", Why: "it is", Of: "records/1", Mend: report.MendOf(fault),
		})
	}
	return c
}

func TestCheckText(t *testing.T) {
	var b strings.Builder
	if err := report.CheckText(&b, someCheck(), report.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"DAMAGED  ", "MISSING  ", "named by records/1", "and 2 more", "abandoned", "'a b'", "9 blobs, 2 records, 2.0 MB", "made anew from 2 records", "2 things are not as kept"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "\x1b") {
		t.Errorf("a name reaches the terminal: %q", b.String())
	}
}

func TestCheckJSON(t *testing.T) {
	for name, c := range map[string]report.Check{"some": someCheck(), "sound": {Store: "x", Sound: true}} {
		t.Run(name, func(t *testing.T) {
			conforms(t, report.CheckJSONSchema, func(w io.Writer) error { return report.CheckJSON(w, c) })
		})
	}
}
