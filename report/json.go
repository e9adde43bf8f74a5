package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf16"

	"github.com/lineage-audit/lineage/record"
)

// The documents of this package and their versions.
const (
	SummarySchema = "lineage.summary/v1"
	LogSchema     = "lineage.log/v1"
)

// summaryDocument is described by summary.schema.json.
type summaryDocument struct {
	Schema        string             `json:"schema"`
	Record        record.ID          `json:"record"`
	Invocation    record.Invocation  `json:"invocation"`
	Outcome       record.Outcome     `json:"outcome"`
	StartedOn     record.Timestamp   `json:"startedOn"`
	FinishedOn    record.Timestamp   `json:"finishedOn"`
	Complete      bool               `json:"complete"` // no gap
	Coverage      record.Coverage    `json:"coverage"`
	Commits       []commitDocument   `json:"commits"`
	Code          tally              `json:"code"`
	Data          tally              `json:"data"`
	Preprocessing tally              `json:"preprocessing"`
	Outputs       tally              `json:"outputs"`
	Packages      int                `json:"packages"`
	Attached      []attachedDocument `json:"attached"`
	NotAttached   []NotAttached      `json:"notAttached"`
	Missing       []absence          `json:"missing"`
	Unsourced     []unsourced        `json:"unsourced"`
	SourcingDoubt string             `json:"sourcingDoubt,omitempty"`
	Gaps          []record.Gap       `json:"gaps"`
	Notes         []record.Gap       `json:"notes"`
	Store         string             `json:"store,omitempty"`
}

type commitDocument struct {
	Commit      record.GitHash   `json:"commit,omitempty"`
	State       record.TreeState `json:"state"`
	Branch      string           `json:"branch,omitempty"`
	Differences int              `json:"differences"`
}

type attachedDocument struct {
	System string `json:"system"`
	Kind   string `json:"kind"`
	ID     string `json:"id"`
	Name   string `json:"name,omitempty"`
	URL    string `json:"url,omitempty"`
}

// SummaryJSON writes what Summary does as a document of type lineage.summary/v1,
// on one line.
func SummaryJSON(w io.Writer, r *record.Record, f SummaryFacts) error {
	m := r.Metadata()
	return writeJSON(w, "", summaryDocument{
		Schema: SummarySchema, Record: r.ID(), Invocation: m.InvocationID,
		Outcome: m.Outcome, StartedOn: m.StartedOn, FinishedOn: m.FinishedOn,
		Complete: len(r.Gaps()) == 0, Coverage: r.Coverage(),
		Commits: commitDocuments(r),
		Code:    count(r.Dependencies(record.RoleCode)), Data: count(r.Dependencies(record.RoleData)),
		Preprocessing: count(r.Dependencies(record.RolePreprocessing)), Outputs: count(r.Outputs()),
		Packages: len(r.Dependencies(record.RolePackage)),
		Attached: attachedDocuments(f.Attached), NotAttached: listed(f.NotAttached),
		Missing: missing(r), Unsourced: f.Sourcing.documents(), SourcingDoubt: f.Sourcing.Doubt, Gaps: listed(r.Gaps()), Notes: listed(r.Notes()), Store: f.Store,
	})
}

// logDocument is described by log.schema.json.
type logDocument struct {
	Schema string        `json:"schema"`
	Runs   []runDocument `json:"runs"`
}

type runDocument struct {
	Record     *record.ID         `json:"record,omitempty"`
	Invocation *record.Invocation `json:"invocation,omitempty"`
	Status     record.Status      `json:"status"`
	Outcome    *record.Outcome    `json:"outcome,omitempty"`
	StartedOn  *record.Timestamp  `json:"startedOn,omitempty"`
	FinishedOn *record.Timestamp  `json:"finishedOn,omitempty"`
	Command    []string           `json:"command"`
	Commits    []commitDocument   `json:"commits"`
	Outputs    []string           `json:"outputs"`
	Gaps       int                `json:"gaps"`
	Attached   []attachedDocument `json:"attached"`
	Problem    string             `json:"problem,omitempty"`
}

// LogJSON writes the runs as one document of type lineage.log/v1.
func LogJSON(w io.Writer, runs []Run) error {
	d := logDocument{LogSchema, []runDocument{}}
	for _, run := range runs {
		d.Runs = append(d.Runs, runDocumentOf(run))
	}
	return writeJSON(w, "  ", d)
}

func runDocumentOf(run Run) runDocument {
	d := runDocument{
		Status: Unreadable, Command: []string{}, Commits: []commitDocument{}, Outputs: []string{},
		Attached: attachedDocuments(run.Attached), Problem: run.Problem,
	}
	switch {
	case run.Record != nil:
		id, m := run.Record.ID(), run.Record.Metadata()
		d.Record, d.Invocation = &id, &m.InvocationID
		d.Status, d.Outcome, d.StartedOn, d.FinishedOn = m.Outcome.Status, &m.Outcome, &m.StartedOn, &m.FinishedOn
		d.Command, d.Commits = run.Record.Parameters().Command, commitDocuments(run.Record)
		d.Outputs, d.Gaps = names(run.Record.Outputs()), len(run.Record.Gaps())
	case run.Intent != nil:
		d.Invocation, d.Status = &run.Intent.InvocationID, run.State
		d.StartedOn, d.Command = &run.Intent.StartedOn, run.Intent.Command
	case !run.ID.IsZero():
		d.Record = &run.ID
	}
	return d
}

func commitDocuments(r *record.Record) []commitDocument {
	all := []commitDocument{}
	for _, c := range r.Dependencies(record.RoleCommit) {
		f := c.Annotations.Commit
		all = append(all, commitDocument{commitOf(&c), f.State, f.Branch, len(f.Differences)})
	}
	return all
}

func attachedDocuments(all []record.Attachment) []attachedDocument {
	docs := []attachedDocument{}
	for _, a := range all {
		docs = append(docs, attachedDocument{a.System, a.Kind, a.ID, a.Name, a.URL})
	}
	return docs
}

// listed makes an empty list stand as [], not as null.
func listed[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

// WriteJSON writes v as JSON for a package that has a document of its own: indented,
// and with what Clean would escape as \u escapes, which changes the bytes and no
// string.
func WriteJSON(w io.Writer, v any) error { return writeJSON(w, "  ", v) }

// writeJSON writes v with what Clean would escape as \u escapes, which changes the
// bytes and no string.
func writeJSON(w io.Writer, indent string, v any) error {
	var plain, safe bytes.Buffer
	e := json.NewEncoder(&plain)
	e.SetEscapeHTML(false)
	e.SetIndent("", indent)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("writing a report: %w", err)
	}
	eachRune(plain.String(), func(part string, r rune, hidden bool) {
		if !hidden || r == '\n' {
			safe.WriteString(part)
			return
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&safe, `\u%04x`, unit)
		}
	})
	return write(w, bytes.ReplaceAll(safe.Bytes(), []byte("##"), []byte(`#\u0023`))) // "##[" is a command to runners of CI
}
