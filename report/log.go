package report

import (
	"io"

	"github.com/lineage-audit/lineage/record"
)

// State is how far a run is: how it ended, or one of these.
const (
	Running    record.Status = "running"    // announced, not settled, and its process lives
	Abandoned  record.Status = "abandoned"  // announced, not settled, and its process is gone
	Unsettled  record.Status = "unsettled"  // announced and not settled, on a machine that cannot be asked
	Unreadable record.Status = "unreadable" // what is kept is no record that this program can read
)

// Run is one line of a log: a record, an intent without one, or what could not be
// read.
type Run struct {
	Record   *record.Record // nil until the run is settled
	Intent   *record.Intent // used where Record is nil
	State    record.Status  // of an intent: Running, Abandoned or Unsettled
	Attached []Attachment

	ID      record.ID // of what could not be read: Record and Intent are nil
	Problem string    // why it could not
}

// Log writes the runs as a table, in the order in which they are given.
func Log(w io.Writer, runs []Run, o Options) error { return nil }

// LogJSON writes the runs as one document of type lineage.log/v1.
func LogJSON(w io.Writer, runs []Run) error { return nil }
