package page

import (
	"github.com/lineage-audit/lineage/compare"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/trace"
	"github.com/lineage-audit/lineage/verify"
)

// Schema names the page's JSON and its version.
const Schema = "lineage.report/v1"

// document is lineage.report/v1, and what HTML and Markdown are written from.
type document struct {
	Schema   string           `json:"schema"`
	MadeOn   record.Timestamp `json:"madeOn"`
	MadeBy   record.Version   `json:"madeBy"`
	Verdict  verify.Verdict   `json:"verdict"`
	Checks   []explained      `json:"checks"`
	Facts    []fact           `json:"facts"`
	ToSupply []question       `json:"toBeSupplied"`
	Before   beforeDocument   `json:"before"`
	Lineage  lineageDocument  `json:"lineage"`
	Record   *recordDocument  `json:"record,omitempty"`
	Attached []attached       `json:"attached"`
	Problems []string         `json:"problems"`
}

// explained is a check with what it does not prove and how to check it by hand.
type explained struct {
	ID           verify.CheckID `json:"id"`
	Proves       string         `json:"proves"`
	DoesNotProve string         `json:"doesNotProve"`
	ByHand       []step         `json:"byHand"`
	// Check is the verdict's own, which JSON has there.
	Check verify.Check `json:"-"`
}

// step is one command, run by bash in the folder in which the page was made.
type step struct {
	Say     string   `json:"say"`
	Command []string `json:"command"` // its lines
	Prints  []string `json:"prints"`  // all that it writes to its standard output
}

// manner is how a fact stands.
type manner string

const (
	evidenced manner = "evidenced" // a check that looks at it held
	declared  manner = "declared"  // somebody's word, that nothing bears out
)

// fact is one thing that is known of the model.
type fact struct {
	Manner manner         `json:"manner"`
	Name   string         `json:"name"`
	Values []string       `json:"values"`
	Check  verify.CheckID `json:"check,omitempty"` // that bears it out, or does not
	Status verify.Status  `json:"status,omitempty"`
	Word   string         `json:"word"` // on whose word it stands
}

// question is what only a person can answer.
type question struct {
	Name string `json:"name"`
	Ask  string `json:"ask"`
}

type beforeDocument struct {
	What   string        `json:"what,omitempty"`
	Record *record.ID    `json:"record,omitempty"`
	Why    string        `json:"why,omitempty"` // nothing can be compared
	Diff   *compare.Diff `json:"diff,omitempty"`
}

type lineageDocument struct {
	Graph *trace.Graph `json:"graph,omitempty"`
	Why   string       `json:"why,omitempty"` // there is none
}

// recordDocument is what the record says, thing by thing.
type recordDocument struct {
	ID          record.ID          `json:"id"`
	Invocation  record.Invocation  `json:"invocation"`
	Command     string             `json:"command"` // quoted for a shell
	Directory   string             `json:"directory"`
	Parameters  []record.NameValue `json:"parameters"`
	Coverage    record.Coverage    `json:"coverage"`
	StartedOn   record.Timestamp   `json:"startedOn"`
	FinishedOn  record.Timestamp   `json:"finishedOn"`
	Environment []record.NameValue `json:"environment"`
	Variables   []record.Variable  `json:"variables"`
	Gaps        []record.Gap       `json:"gaps"`
	Notes       []record.Gap       `json:"notes"`
	Lists       []list             `json:"lists"`
	Packages    []packageDocument  `json:"packages"`
}

// list is the resources of one role.
type list struct {
	Role  record.Role `json:"role"`
	Title string      `json:"-"`
	Items []item      `json:"items"`
}

// item is one file, folder, commit, lock or interpreter.
type item struct {
	Name   string `json:"name"`
	Kind   string `json:"kind"`
	Digest string `json:"digest,omitempty"` // with its algorithm
	Bytes  *int64 `json:"bytes,omitempty"`
	Files  int64  `json:"files,omitempty"` // of a folder
	URI    string `json:"uri,omitempty"`
	Detail string `json:"detail,omitempty"`
	// Parts are the files of a folder, as far as its manifest is at hand, and Unlisted
	// how many more there are; JSON has the folder's digest.
	Parts    []part `json:"-"`
	Unlisted int64  `json:"-"`
}

type part struct{ Path, Digest string }

type packageDocument struct {
	Name     string `json:"name"`
	Version  string `json:"version"`
	Digest   string `json:"digest,omitempty"` // of its RECORD
	URI      string `json:"uri"`
	Files    string `json:"files,omitempty"` // whether they are those of the RECORD
	Location string `json:"location,omitempty"`
}

type attached struct {
	System string `json:"system"`
	Kind   string `json:"kind"`
	ID     string `json:"id"`
	Name   string `json:"name,omitempty"`
	URL    string `json:"url,omitempty"`
}
