package page

import (
	"time"

	"github.com/lineage-audit/lineage/compare"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/trace"
	"github.com/lineage-audit/lineage/verify"
)

// Facts are what a page is made of.
type Facts struct {
	Verdict verify.Verdict
	// Record is the one that the verdict is about, nil if there is none.
	Record *record.Record
	// Manifests are those of the record's folders, as far as they are at hand.
	Manifests map[hashing.TreeDigest]hashing.Manifest
	// Attached is where the record hangs, as far as that is known here.
	Attached []record.Attachment
	Lineage  Lineage
	Before   Before
	Hand     Hand
	// Problems are what could not be looked at while the page was made.
	Problems []string

	Version string    // of this program
	Time    time.Time // now
}

// Lineage is what the model was made of.
type Lineage struct {
	Graph *trace.Graph // nil if there is none
	Why   string       // why there is none
}

// Before is the version before this one, and what changed since.
type Before struct {
	// What names it: "version 6 of fraud", "the run before with the same outputs".
	What   string
	Record *record.ID
	Diff   *compare.Diff // nil if nothing can be compared
	Why    string        // why not: there is no version before, or it has no record
}

// Hand says what commands can reach that are run in the folder in which the page
// was made. What is empty cannot be reached, and no command speaks of it.
type Hand struct {
	Folder string // where they are run, as an absolute path
	// Record is the record's file, RecordURL the address at which a server has it.
	Record, RecordURL string
	// Records is the folder of the store's records, Naming are those files of it, in
	// order, that have the model's digest in them.
	Records string
	Naming  []string
	// Model is the model's file or folder, Served its files where a server has them.
	Model  string
	Served []Served
	// Blobs are the files of kept blobs, by digest.
	Blobs map[hashing.FileDigest]string
	// Code is where the recorded commit can be had, and what of the record is in it.
	Code Code
	// Entries are questions to a registry, about what it says of the model.
	Entries []Entry
	// Curl is what curl needs besides an address: options that name variables of the
	// environment, and no secret.
	Curl string
}

// Served is one file of a model that a server has.
type Served struct {
	Path   string // below the model's folder; "" if the model is one file
	URL    string
	Digest hashing.FileDigest
}

// Code is a repository that has the recorded commit.
type Code struct {
	Repository string // a folder
	Commit     record.GitHash
	// Stored are the paths in the commit's tree of those files and folders of the
	// record, by their names, whose every byte is stored there as it was recorded.
	Stored map[string]string
}

// Entry is one question to a registry: the answer at URL has, between the blanks of
// its JSON, the text Has.
type Entry struct {
	Say, URL, Has string
}
