package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/lineage-audit/lineage/record"
)

// SweepSchema is the document that SweepJSON writes.
const SweepSchema = "lineage.gc/v1"

// Sweep is what a sweep of a store would remove, or has removed.
type Sweep struct {
	Schema  string           `json:"schema"`
	Done    bool             `json:"done"` // otherwise it is what would be removed
	Before  record.Timestamp `json:"before"`
	Removed []SweptRun       `json:"removed"`
	Kept    []SweptRun       `json:"kept"`
	Running []SweptRun       `json:"running"`
	Orphans Tally            `json:"orphans"` // what belongs to no run
	Total   Tally            `json:"total"`   // of the runs and the orphans
	Damaged []string         `json:"damaged"`
	Blocked bool             `json:"blocked"` // blobs and intents stay because of the damage
	Spared  []string         `json:"spared"`  // keys that were put again meanwhile
	// Command does what was only told; nil where there is nothing to do.
	Command []string `json:"command,omitempty"`
}

// SweptRun is one run of a sweep.
type SweptRun struct {
	Record     *record.ID        `json:"record,omitempty"`
	Invocation record.Invocation `json:"invocation"`
	StartedOn  record.Timestamp  `json:"startedOn"`
	Status     record.Status     `json:"status"`
	Command    []string          `json:"command"`
	Why        []string          `json:"why,omitempty"`     // it is kept
	Objects    *Tally            `json:"objects,omitempty"` // what goes with it
}

// Tally counts objects.
type Tally struct {
	Objects int   `json:"objects"`
	Bytes   int64 `json:"bytes"`
}

func (t Tally) String() string {
	return plural(t.Objects, "object", "objects") + ", " + humanize.Bytes(uint64(max(0, t.Bytes)))
}

// SweepJSON writes the document lineage.gc/v1.
func SweepJSON(w io.Writer, s Sweep) error {
	s.Schema = SweepSchema
	s.Removed, s.Kept, s.Running = listed(s.Removed), listed(s.Kept), listed(s.Running)
	s.Damaged, s.Spared = listed(s.Damaged), listed(s.Spared)
	return WriteJSON(w, s)
}

// SweepText writes what is removed as a table, and why the rest is kept.
func SweepText(w io.Writer, s Sweep, o Options) error {
	p := &page{o: o}
	if len(s.Removed) > 0 {
		p.table(0, sweepColumns, sweepRows(s.Removed, o))
		p.gap()
	}
	label := "would go"
	if s.Done {
		label = "removed"
	}
	p.fact(label, word("%s: %s", plural(len(s.Removed), "run", "runs"), s.Total))
	if s.Orphans.Objects > 0 {
		p.fact("", word("among them of no run: %s", s.Orphans))
	}
	p.fact("kept", word("%s%s", plural(len(s.Kept), "run", "runs"), reasons(s.Kept)))
	for _, r := range s.Running {
		p.fact(string(r.Status), word("run %s since %s: what was put since then stays", r.Invocation.String()[:12], o.when(r.StartedOn.Time)))
	}
	for _, d := range s.Damaged {
		p.alert(cell{"DAMAGED", bad}, word("%s", d))
	}
	if s.Blocked {
		p.alert(cell{"BLOCKED", bad}, word("blobs and intents stay: nobody knows what the damaged names"))
	}
	for _, key := range s.Spared {
		p.fact("spared", word("%s: it was put again meanwhile", key))
	}
	if len(s.Command) > 0 {
		p.fact("to do it", word("%s", Shell(s.Command)))
	}
	return p.writeTo(w)
}

var sweepColumns = []column{
	{name: "id"}, {name: "when"}, {name: "status"}, {name: "objects", drops: true}, {name: "size", drops: true}, {name: "command", least: 16, most: 80},
}

func sweepRows(runs []SweptRun, o Options) (rows [][]cell) {
	for _, r := range runs {
		id, objects, bytes := r.Invocation.String()[:12], "-", "-"
		if r.Record != nil {
			id = r.Record.Short()
		}
		if r.Objects != nil {
			objects, bytes = fmt.Sprint(r.Objects.Objects), humanize.Bytes(uint64(max(0, r.Objects.Bytes)))
		}
		rows = append(rows, []cell{word("%s", id), word("%s", o.when(r.StartedOn.Time)), statusWord(r.Status), word("%s", objects), word("%s", bytes), word("%s", Shell(r.Command))})
	}
	return rows
}

// reasons counts why runs are kept, the commonest first.
func reasons(kept []SweptRun) string {
	count := map[string]int{}
	var names []string
	for _, r := range kept {
		for _, why := range r.Why {
			if count[why]++; count[why] == 1 {
				names = append(names, why)
			}
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return count[b] - count[a] })
	for i, n := range names {
		names[i] = fmt.Sprintf("%s (%d)", n, count[n])
	}
	if len(names) == 0 {
		return ""
	}
	return ": " + strings.Join(names, ", ")
}
