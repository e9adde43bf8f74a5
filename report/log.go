package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/record"
)

// What is known of a run that no readable record settles, beside how a run ends.
const (
	Running    record.Status = "running"    // announced, not settled, and its process lives
	Abandoned  record.Status = "abandoned"  // announced, not settled, and its process is gone
	Unknown    record.Status = "unknown"    // announced, not settled, and nobody here can tell
	Unreadable record.Status = "unreadable" // what is kept is no record that this program can read
)

// Run is one line of a log: a record, an intent without one, or what could not be
// read.
type Run struct {
	Record   *record.Record // nil until the run is settled
	Intent   *record.Intent // used where Record is nil
	State    record.Status  // of an intent: Running, Abandoned or Unknown
	Attached []record.Attachment

	ID      record.ID // of what could not be read, if known: Record and Intent are nil
	Problem string    // why it could not, or what else is wrong
}

// logColumns give way in a narrow terminal: the last ones first, and by name.
var logColumns = []column{
	{name: "id"}, {name: "when"}, {name: "status"}, {name: "commit", drops: true},
	{name: "command", least: 16, most: 80},
	{name: "outputs", least: 12, most: 40, drops: true},
	{name: "attached", drops: true},
}

// Log writes the runs as a table, in the order in which they are given, and
// nothing if there are none. What is wrong with a run stands below the table.
func Log(w io.Writer, runs []Run, o Options) error {
	p := &page{o: o}
	rows := make([][]cell, len(runs))
	for i, run := range runs {
		rows[i] = logRow(run, o)
	}
	if len(rows) > 0 {
		p.table(0, logColumns, rows)
	}
	for _, run := range runs {
		if run.Problem != "" {
			p.prose(0, []cell{{"PROBLEM", bad}, word(" %s: %s", name(run), run.Problem)}, 2)
		}
	}
	return p.writeTo(w)
}

// name is enough of a run's id, or of its invocation where it has none, or "-".
func name(run Run) string {
	switch {
	case run.Record != nil:
		return run.Record.ID().Short()
	case run.Intent != nil:
		return run.Intent.InvocationID.String()[:12]
	case run.ID.IsZero():
		return "-"
	}
	return run.ID.Short()
}

func logRow(run Run, o Options) []cell {
	when, status, command := "-", statusWord(Unreadable), "-"
	switch {
	case run.Record != nil:
		m := run.Record.Metadata()
		when, command = o.when(m.StartedOn.Time), Shell(run.Record.Parameters().Command)
		status = logStatus(run.Record)
	case run.Intent != nil:
		when, command = o.when(run.Intent.StartedOn.Time), Shell(run.Intent.Command)
		status = statusWord(run.State)
	}
	return []cell{
		word("%s", name(run)), word("%s", when), status, logCommit(run.Record),
		word("%s", command), word("%s", logOutputs(run.Record)), word("%s", logAttached(run.Attached)),
	}
}

func logStatus(r *record.Record) cell {
	o := r.Metadata().Outcome
	status := statusWord(o.Status)
	switch {
	case o.ExitCode != nil && *o.ExitCode != 0:
		status.text += fmt.Sprintf(" (%d)", *o.ExitCode)
	case o.Signal != "":
		status.text += " (" + o.Signal + ")"
	}
	if n := len(r.Gaps()); n > 0 {
		return cell{status.text + ", " + strings.ToUpper(plural(n, "gap", "gaps")), bad}
	}
	return status
}

func logCommit(r *record.Record) cell {
	var commits []record.Resource
	if r != nil {
		commits = r.Dependencies(record.RoleCommit)
	}
	if len(commits) == 0 {
		return word("-")
	}
	text, state := short(commitOf(&commits[0])), commits[0].Annotations.Commit.State
	switch {
	case text == "":
		return cell{"none yet", bad}
	case state != record.TreeClean:
		return cell{text + "-" + string(state), bad}
	}
	return word("%s", text)
}

func logOutputs(r *record.Record) string {
	if r == nil {
		return "-"
	}
	all := names(r.Outputs())
	if len(all) == 0 {
		return "-"
	}
	for i := range all {
		all[i] = strings.TrimPrefix(all[i], string(record.RootRepo)+":")
	}
	return strings.Join(all, ", ")
}

// logAttached names the versions of models on which a record hangs, which are what
// people ask for, or else the systems.
func logAttached(all []record.Attachment) string {
	var versions, systems []string
	for _, a := range all {
		if systems = append(systems, a.System); a.Kind == "model-version" && a.Name != "" {
			versions = append(versions, a.Name+" "+a.ID)
		}
	}
	shown := versions
	if len(shown) == 0 {
		shown = systems
	}
	if len(shown) == 0 {
		return "-"
	}
	slices.Sort(shown)
	return strings.Join(slices.Compact(shown), ", ")
}
