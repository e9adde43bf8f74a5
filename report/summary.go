package report

import (
	"io"

	"github.com/lineage-audit/lineage/record"
)

// SummaryFacts are what a summary tells beside the record.
type SummaryFacts struct {
	Attached    []Attachment
	NotAttached []NotAttached
	Store       string // where the record is kept; "" to leave it out
}

// Summary writes what a run ends with, as text.
func Summary(w io.Writer, r *record.Record, f SummaryFacts, o Options) error { return nil }

// SummaryJSON writes the same as a document of type lineage.summary/v1.
func SummaryJSON(w io.Writer, r *record.Record, f SummaryFacts) error { return nil }
