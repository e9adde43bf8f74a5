package capture

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/capture/child"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
)

// However a command can end, a valid record says it, and only one that exited with
// 0, unasked, has succeeded.
func TestOutcomes(t *testing.T) {
	const sigint, sigkill, sigsegv, sigterm = child.Signal(2), child.Signal(9), child.Signal(11), child.Signal(15)
	code := func(n int64) *int64 { return &n }
	for name, c := range map[string]struct {
		ended child.Outcome
		want  record.Outcome
	}{
		"0":                     {child.Outcome{Status: child.Completed}, record.Outcome{Status: record.Succeeded, ExitCode: code(0)}},
		"3":                     {child.Outcome{Status: child.Failed, ExitCode: 3}, record.Outcome{Status: record.Failed, ExitCode: code(3)}},
		"nobody knows":          {child.Outcome{Status: child.Failed, ExitCode: -1}, record.Outcome{Status: record.Failed, ExitCode: code(-1)}},
		"a crash":               {child.Outcome{Status: child.Failed, ExitCode: -1, Signal: sigsegv, CoreDumped: true}, record.Outcome{Status: record.Killed, Signal: "SIGSEGV"}},
		"SIGKILL":               {child.Outcome{Status: child.Killed, ExitCode: -1, Signal: sigkill}, record.Outcome{Status: record.Killed, Signal: "SIGKILL"}},
		"no memory":             {child.Outcome{Status: child.Killed, ExitCode: -1, Signal: sigkill, OOM: true}, record.Outcome{Status: record.Killed, Signal: "SIGKILL", OutOfMemory: true}},
		"no memory, in a shell": {child.Outcome{Status: child.Killed, ExitCode: 137, OOM: true}, record.Outcome{Status: record.Killed, Signal: "SIGKILL", OutOfMemory: true}},
		"no memory, survived":   {child.Outcome{Status: child.Completed, OOM: true}, record.Outcome{Status: record.Succeeded, ExitCode: code(0), OutOfMemory: true}},
		"Ctrl-C":                {child.Outcome{Status: child.Interrupted, ExitCode: -1, Signal: sigint, InterruptedBy: sigint}, record.Outcome{Status: record.Interrupted, Signal: "SIGINT"}},
		"a checkpoint":          {child.Outcome{Status: child.Interrupted, InterruptedBy: sigterm}, record.Outcome{Status: record.Interrupted, ExitCode: code(0)}},
		"killed in the end":     {child.Outcome{Status: child.Killed, ExitCode: -1, Signal: sigkill, InterruptedBy: sigterm}, record.Outcome{Status: record.Killed, Signal: "SIGKILL"}},
		"not found":             {child.Outcome{Status: child.NotStarted, ExitCode: 127}, record.Outcome{Status: record.NotStarted, Reason: "the command was not found"}},
		"not executable":        {child.Outcome{Status: child.NotStarted, ExitCode: 126}, record.Outcome{Status: record.NotStarted, Reason: "the command could not be executed"}},
		"no process":            {child.Outcome{Status: child.NotStarted, ExitCode: 125}, record.Outcome{Status: record.NotStarted, Reason: "fork; no processes"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := outcomeOf(c.ended, errors.New("fork\nno processes"))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
			r := recordtest.Record(t, recordtest.Ended(got))
			if promotable := len(r.Statement().Subject) > 1; promotable != (got.Status == record.Succeeded) {
				t.Errorf("with %+v there are %d subjects", got, len(r.Statement().Subject))
			}
		})
	}
}
