package report

import (
	"io"

	"github.com/lineage-audit/lineage/record"
)

// The documents that MovedJSON and LockedJSON write.
const (
	ExportSchema = "lineage.export/v1"
	ImportSchema = "lineage.import/v1"
	LockSchema   = "lineage.lock/v1"
)

// Moved is what was written to a bundle, or read from one.
type Moved struct {
	Schema  string      `json:"schema"`
	File    string      `json:"file"` // "-" for a stream
	Runs    []record.ID `json:"runs"`
	Objects int         `json:"objects"`
	Bytes   int64       `json:"bytes"` // of the objects
	New     *int        `json:"new,omitempty"`
	NewRuns *int        `json:"newRuns,omitempty"`
	Missing []string    `json:"missing"` // keys that records name and that were not to be had
}

// MovedJSON writes the document lineage.export/v1 or lineage.import/v1.
func MovedJSON(w io.Writer, m Moved) error {
	m.Schema = ExportSchema
	if m.New != nil {
		m.Schema = ImportSchema
	}
	m.Runs, m.Missing = listed(m.Runs), listed(m.Missing)
	return WriteJSON(w, m)
}

// Locked is what a lock file of a run holds, and what it does not.
type Locked struct {
	Schema string          `json:"schema"`
	Record record.ID       `json:"record"`
	Format string          `json:"format"`
	File   string          `json:"file"`
	Hashed []LockedPackage `json:"hashed"`
	Left   []LockedPackage `json:"left"`
}

// LockedPackage is one package of it.
type LockedPackage struct {
	Name    string   `json:"name"`
	Version string   `json:"version"`
	From    []string `json:"from,omitempty"` // who has its hashes
	Why     string   `json:"why,omitempty"`  // it was left out
}

// LockedJSON writes the document lineage.lock/v1.
func LockedJSON(w io.Writer, l Locked) error {
	l.Schema = LockSchema
	l.Hashed, l.Left = listed(l.Hashed), listed(l.Left)
	return WriteJSON(w, l)
}
