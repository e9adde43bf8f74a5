package report

import (
	"io"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// ShowFacts are what is shown beside the record.
type ShowFacts struct {
	Attached []Attachment
	Files    bool // list every file and every package
	// Manifests are those of the record's folders, as far as they are at hand; a
	// folder without one is said to have none.
	Manifests map[hashing.TreeDigest]hashing.Manifest
}

// Show writes what one record says.
func Show(w io.Writer, r *record.Record, f ShowFacts, o Options) error { return nil }

// ShowIntent writes what is known of a run that no record settles, which is
// Running, Abandoned or Unsettled.
func ShowIntent(w io.Writer, i record.Intent, state record.Status, o Options) error { return nil }
