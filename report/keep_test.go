package report_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/report"
)

func sweep() report.Sweep {
	id := record.ID{1}
	run := report.SweptRun{Record: &id, Invocation: recordtest.Invocation, StartedOn: record.At(recordtest.Started), Status: record.Succeeded, Command: []string{"python", "\x1b[31mtrain.py"}}
	kept, gone, running := run, run, run
	kept.Why, gone.Objects = []string{"last=1", "within the grace time"}, &report.Tally{3, 4096}
	running.Record, running.Status = nil, report.Running
	return report.Sweep{
		Before: record.At(recordtest.Started), Removed: []report.SweptRun{gone}, Kept: []report.SweptRun{kept, kept}, Running: []report.SweptRun{running},
		Orphans: report.Tally{1, 10}, Total: report.Tally{4, 4106}, Damaged: []string{"records/00/x: bad"}, Blocked: true, Spared: []string{"blobs/x"}, Command: []string{"lineage", "gc", "--force"},
	}
}

func restored() report.Restored {
	return report.Restored{
		Record: record.ID{1}, Folder: "out", Commit: recordtest.Commit, Withheld: []report.LostFile{{".env", "it may hold a secret"}},
		Parts: []report.RestoredPart{
			{Location: recordtest.Location("repo:data"), Role: record.RoleData, Place: "data", Status: "partly", Files: 2, From: []report.RestoredFrom{{"kept blobs", "x", 2}}, Lost: []report.LostFile{{"a\u202eb", "gone\x1b[31m"}}, Command: []string{"lineage", "restore"}},
			{Location: recordtest.Location("repo:prepare.py"), Role: record.RolePreprocessing, Place: "prepare.py", Status: "restored", Files: 1, From: []report.RestoredFrom{{"the code", "prepare.py", 1}}},
		},
	}
}

func TestKeepDocuments(t *testing.T) {
	n := 3
	moved := report.Moved{File: "-", Runs: []record.ID{{1}}, Objects: 3, Bytes: 9}
	imported := moved
	imported.New, imported.NewRuns, imported.Missing = &n, &n, []string{"blobs/x"}
	for name, d := range map[string]struct {
		schema []byte
		write  func(io.Writer) error
	}{
		"gc":            {report.SweepJSONSchema, func(w io.Writer) error { return report.SweepJSON(w, sweep()) }},
		"gc empty":      {report.SweepJSONSchema, func(w io.Writer) error { return report.SweepJSON(w, report.Sweep{}) }},
		"restore":       {report.RestoredJSONSchema, func(w io.Writer) error { return report.RestoredJSON(w, restored()) }},
		"restore empty": {report.RestoredJSONSchema, func(w io.Writer) error { return report.RestoredJSON(w, report.Restored{}) }},
		"export":        {report.ExportJSONSchema, func(w io.Writer) error { return report.MovedJSON(w, moved) }},
		"import":        {report.ImportJSONSchema, func(w io.Writer) error { return report.MovedJSON(w, imported) }},
		"lock": {report.LockJSONSchema, func(w io.Writer) error {
			return report.LockedJSON(w, report.Locked{Record: record.ID{1}, Format: "pylock", File: "x", Left: []report.LockedPackage{{Name: "a", Version: "1", Why: "b"}}})
		}},
	} {
		t.Run(name, func(t *testing.T) { conforms(t, d.schema, d.write) })
	}
}

func TestKeepTexts(t *testing.T) {
	for name, d := range map[string]struct {
		write func(io.Writer, report.Options) error
		want  []string
	}{
		"gc": {func(w io.Writer, o report.Options) error { return report.SweepText(w, sweep(), o) }, []string{
			"would go       1 run: 4 objects, 4.1 kB", "last=1 (2)", "DAMAGED", "BLOCKED", "running        run 1f2e3d4c0000", "lineage gc --force",
		}},
		"restore": {func(w io.Writer, o report.Options) error { return report.RestoredText(w, restored(), o) }, []string{
			"PARTLY    code", "MISSING code .env: it may hold a secret", "PARTLY    data", "kept blobs (2 files)", "restored  preprocessing  prepare.py", "the code: prepare.py",
		}},
	} {
		var b bytes.Buffer
		if err := d.write(&b, report.Options{}); err != nil {
			t.Fatal(err)
		}
		for _, want := range d.want {
			if !strings.Contains(b.String(), want) {
				t.Errorf("%s has no %q:\n%s", name, want, b.String())
			}
		}
		if strings.ContainsAny(b.String(), "\x1b\u202e") {
			t.Errorf("%s lets escapes through:\n%q", name, b.String())
		}
	}
}
