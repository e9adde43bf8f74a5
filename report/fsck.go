package report

import (
	_ "embed"
	"io"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"

	"github.com/lineage-audit/lineage/record"
)

// CheckSchema is the document that CheckJSON writes.
const CheckSchema = "lineage.fsck/v1"

// CheckJSONSchema is the JSON Schema of lineage.fsck/v1.
//
//go:embed fsck.schema.json
var CheckJSONSchema []byte

// Check is what a check of a store found.
type Check struct {
	Schema    string         `json:"schema"`
	Store     string         `json:"store"`
	Sound     bool           `json:"sound"` // nothing that was kept is lost
	Objects   []CheckedKind  `json:"objects"`
	Bytes     int64          `json:"bytes"`
	Findings  []CheckFinding `json:"findings"`
	Unsettled []CheckedRun   `json:"unsettled"`
	Index     *CheckedIndex  `json:"index,omitempty"` // where it was made anew
}

// CheckedKind counts the objects of a kind.
type CheckedKind struct {
	Kind  string `json:"kind"`
	Count int    `json:"count"`
}

// CheckFinding is one thing that is not as it should be.
type CheckFinding struct {
	Fault  string `json:"fault"`
	Damage bool   `json:"damage"`
	Name   string `json:"name"`
	Why    string `json:"why"`
	Of     string `json:"of,omitempty"` // what names it
	Mend   string `json:"mend"`         // what to do
}

// CheckedRun is a run without a record.
type CheckedRun struct {
	Invocation record.Invocation `json:"invocation"`
	Status     record.Status     `json:"status"`
	StartedOn  record.Timestamp  `json:"startedOn"`
	Command    []string          `json:"command"`
	Mend       string            `json:"mend"`
}

// CheckedIndex is an index that was made anew.
type CheckedIndex struct {
	Runs    int     `json:"runs"`
	Seconds float64 `json:"seconds"`
	Bytes   int64   `json:"bytes"`
	Path    string  `json:"path"`
}

// mends say what helps against a fault.
var mends = map[string]string{
	"damaged":   "put the file back from a backup or another copy of the store; else remove it, and what only it told is lost",
	"foreign":   "move it out of the store, if somebody put it there",
	"missing":   "put the file back from a backup or another copy of the store: `lineage import` takes what `lineage export` wrote there",
	"unowned":   "put the record back from a backup, or remove the file",
	"unread":    "see to it that it can be read, and check again",
	"orphan":    "nothing need be done; `lineage gc` says which are removed",
	"leftover":  "nothing need be done: it goes with a later run",
	"bystander": "nothing need be done",
}

// MendOf is what helps against a fault of a check.
func MendOf(fault string) string { return mends[fault] }

// MendOfRun is what can be done about a run without a record; damaged tells whether
// one that cannot be read may be its.
func MendOfRun(status record.Status, damaged bool) string {
	switch {
	case status == Abandoned && damaged:
		return "its wrapper was killed, or a record that cannot be read is that of this run"
	case status == Abandoned:
		return "its wrapper was killed: run it again; `lineage gc` removes what is left of it"
	case status == Running:
		return "it goes on"
	}
	return "look on the host where it was started"
}

// CheckJSON writes the document lineage.fsck/v1.
func CheckJSON(w io.Writer, c Check) error {
	c.Schema = CheckSchema
	c.Objects, c.Findings, c.Unsettled = listed(c.Objects), listed(c.Findings), listed(c.Unsettled)
	return WriteJSON(w, c)
}

// mostAlike is how many findings that are no damage are written one by one.
const mostAlike = 5

// CheckText writes what a check found: every damage, and examples of the rest.
func CheckText(w io.Writer, c Check, o Options) error {
	p := &page{o: o}
	damage := slices.DeleteFunc(slices.Clone(c.Findings), func(f CheckFinding) bool { return !f.Damage })
	for _, f := range damage {
		p.alert(cell{strings.ToUpper(f.Fault), bad}, word("%s: %s", f.Name, f.Why))
		if f.Of != "" {
			p.fact("", word("named by %s", f.Of))
		}
		p.fact("", word("%s", f.Mend))
	}
	for _, r := range c.Unsettled {
		p.alert(cell{string(r.Status), doubt}, word("run %s, started %s: %s", r.Invocation.String()[:12], o.when(r.StartedOn.Time), Shell(r.Command)))
		p.fact("", word("%s", r.Mend))
	}
	for _, fault := range []string{"orphan", "leftover", "bystander"} {
		p.alike(c.Findings, fault)
	}
	p.fact("read", word("%s, %s", counted(c.Objects), humanize.Bytes(uint64(max(0, c.Bytes)))))
	if i := c.Index; i != nil {
		p.fact("index", word("made anew from %s in %.1f s: %s, %s", plural(i.Runs, "record", "records"), i.Seconds, i.Path, humanize.Bytes(uint64(max(0, i.Bytes)))))
	}
	if c.Sound {
		p.alert(cell{"sound", good}, word("%s", c.Store))
	} else {
		p.alert(cell{"DAMAGED", bad}, word("%s: %s", c.Store, plural(len(damage), "thing is", "things are")+" not as kept"))
	}
	return p.writeTo(w)
}

// alike writes the findings of one fault, the first of them by name.
func (p *page) alike(all []CheckFinding, fault string) {
	found := slices.DeleteFunc(slices.Clone(all), func(f CheckFinding) bool { return f.Fault != fault })
	if len(found) == 0 {
		return
	}
	for _, f := range found[:min(mostAlike, len(found))] {
		p.alert(cell{fault, doubt}, word("%s: %s", f.Name, f.Why))
	}
	if more := len(found) - mostAlike; more > 0 {
		p.fact("", word("and %d more: --json lists them", more))
	}
	p.fact("", word("%s", found[0].Mend))
}

func counted(kinds []CheckedKind) string {
	var all []string
	for _, k := range kinds {
		all = append(all, plural(k.Count, strings.TrimSuffix(k.Kind, "s"), k.Kind))
	}
	if len(all) == 0 {
		return "nothing"
	}
	return strings.Join(all, ", ")
}
