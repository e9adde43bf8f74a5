package trace

import (
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Direction is the way a trace goes.
type Direction string

// The directions.
const (
	Upstream   Direction = "upstream"   // what it was made of
	Downstream Direction = "downstream" // what was made with it
)

// Graph is what a trace found. Texts in it are as records and systems have them:
// whoever shows them cleans them first.
type Graph struct {
	Asked     string    `json:"asked"` // as it was asked for
	Direction Direction `json:"direction"`
	Start     []string  `json:"start"` // ids of the nodes that the trace started from
	Nodes     []Node    `json:"nodes"` // in the order in which they were found: the start first
	Edges     []Edge    `json:"edges"`
	// Problems are what could not be read: what they would have added is not here.
	Problems []string `json:"problems"`
}

// Kind is what a node stands for.
type Kind string

// The kinds of nodes.
const (
	KindRun     Kind = "run"     // a recorded run, or one that has no record
	KindFile    Kind = "file"    // the bytes of one file
	KindFolder  Kind = "folder"  // the bytes of a folder
	KindModel   Kind = "model"   // an entry of a registry or tracker, on which a record hangs
	KindPackage Kind = "package" // what a downstream trace of a package starts from
	KindCommit  Kind = "commit"  // what a downstream trace of a commit starts from
	KindSource  Kind = "source"  // where bytes are from that no run made: a commit, a URI
	KindMissing Kind = "missing" // the place of a link that is not there, and why
	KindMore    Kind = "more"    // what a limit left out
)

// Node is one thing of a graph. The field of its kind is set: Artifact for a file
// and a folder, Missing for a source too.
type Node struct {
	ID       string    `json:"id"` // of printable ASCII without blanks and quotes; the same in every trace of the same things
	Kind     Kind      `json:"kind"`
	Run      *Run      `json:"run,omitempty"`
	Artifact *Artifact `json:"artifact,omitempty"`
	Model    *Model    `json:"model,omitempty"`
	Package  *Package  `json:"package,omitempty"`
	Commit   *Commit   `json:"commit,omitempty"`
	Missing  *Missing  `json:"missing,omitempty"`
	More     *More     `json:"more,omitempty"`
}

// Run is a run as a graph shows it.
type Run struct {
	Record     *record.ID        `json:"record,omitempty"` // nil if it has none
	Invocation record.Invocation `json:"invocation"`
	Status     record.Status     `json:"status"` // how it ended; of a run without a record what became of it
	Started    record.Timestamp  `json:"startedOn"`
	Finished   *record.Timestamp `json:"finishedOn,omitempty"`
	Command    []string          `json:"command"`
	Commit     record.GitHash    `json:"commit,omitempty"`
	State      record.TreeState  `json:"state,omitempty"` // of the work tree, compared with the commit
	Gaps       int               `json:"gaps"`            // how many facts the record says it lacks
}

// Artifact is the bytes of a file or a folder. The same bytes are two nodes where
// they came about at two times, by different runs.
type Artifact struct {
	File  *hashing.FileDigest `json:"sha256,omitempty"`
	Tree  *hashing.TreeDigest `json:"lineageTree1,omitempty"`
	Names []string            `json:"names"` // the places where runs of this graph met them, in order
	Files int64               `json:"files"`
	Bytes int64               `json:"bytes"`
	// SizeKnown is false where no record says how many bytes there are.
	SizeKnown bool `json:"sizeKnown"`
}

// Model is an entry of a system that keeps runs and models.
type Model struct {
	System string `json:"system"`
	Kind   string `json:"kind"` // run, logged-model, model-version
	ID     string `json:"id"`   // of a model version its number
	Name   string `json:"name,omitempty"`
	Alias  string `json:"alias,omitempty"`
	URL    string `json:"url,omitempty"`
}

// Package is one version of a package, or all of them.
type Package struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}

// Commit is a commit, perhaps shortened.
type Commit struct {
	Hash string `json:"hash"`
}

// Missing says where a trace ends, and why.
type Missing struct {
	Reason Reason `json:"reason"`
	Detail string `json:"detail"`         // for people
	What   string `json:"what,omitempty"` // the place, where no other node names it
	URI    string `json:"uri,omitempty"`
	// Files of the folder's Of files are those that this is about; both are 0 where
	// it is about all of it.
	Files int64 `json:"files,omitempty"`
	Of    int64 `json:"of,omitempty"`
	// Runs are those that the reason speaks of: abandoned ones, later ones.
	Runs []string `json:"runs,omitempty"`
}

// Reason is why a trace goes no further.
type Reason string

// The reasons. The first two name a source; the others say that none is known.
const (
	InCommit     Reason = "in-commit"     // the bytes stand in the commit of the run that read them
	HasURI       Reason = "has-uri"       // the record says where they can be had
	Unrecorded   Reason = "unrecorded"    // no recorded run made these bytes
	MadeLater    Reason = "made-later"    // only runs that began after the reader had ended made them
	Trivial      Reason = "trivial"       // bytes that any two runs may share: docs/trace.md has the rule
	NotHashed    Reason = "not-hashed"    // a gap: the bytes are not known
	OnServer     Reason = "on-server"     // a tracker has them, and names no run that has a record here
	AbandonedRun Reason = "abandoned-run" // a run that left no record may have made them
	Damaged      Reason = "damaged"       // records that cannot be read may name them
	NoManifest   Reason = "no-manifest"   // of a folder the list of files is not kept, so that no file of it can be found
	NothingUsed  Reason = "nothing-used"  // of a run: it read nothing that is in its record
	NothingMade  Reason = "nothing-made"  // of a run: it made nothing that is in its record
	NeverUsed    Reason = "never-used"    // no recorded run used these bytes
)

// More stands for nodes that a limit left out.
type More struct {
	Count int    `json:"count"`
	Of    string `json:"of"` // what they are: inputs, makers, readers, outputs, runs, models
	// AtLeast says that there are more than Count: nobody looked behind the limit.
	AtLeast bool `json:"atLeast"`
}

// Edge leads from what came before to what came of it, whichever way the trace went.
type Edge struct {
	From string `json:"from"`
	To   string `json:"to"`
	Why  Why    `json:"why"`
	// Role is what part the bytes had in the run that used them.
	Role record.Role `json:"role,omitempty"`
	// At are the places where the run made or read the bytes.
	At []string `json:"at,omitempty"`
	// Files of the folder's Of files are those that the edge is about; both are 0
	// where it is about all of it.
	Files int64 `json:"files,omitempty"`
	Of    int64 `json:"of,omitempty"`
	// Order is how sure the times make it that the maker came first.
	Order Order `json:"order,omitempty"`
	// Likely marks, of several runs that made the same bytes, the one that they most
	// plausibly are from.
	Likely bool `json:"likely,omitempty"`
}

// Why is what joins two nodes.
type Why string

// The reasons for an edge.
const (
	Made     Why = "made"      // run → bytes: they are an output of it, by digest
	MadePart Why = "made-part" // run → folder: files of it are outputs of the run, by digest
	Read     Why = "read"      // bytes → run
	ReadPart Why = "read-part" // bytes → run: files of it are among those that the run read
	Attached Why = "attached"  // run → model: the record hangs there
	IsBytes  Why = "is"        // bytes → model: they are what the entry holds
	Used     Why = "used"      // package or commit → run
	Ends     Why = "ends"      // to or from a source, a missing link, or what a limit left out
)

// Order is what the times say of a maker and of a reader.
type Order string

// The orders.
const (
	Before   Order = "before"   // it had ended when the reader started
	Overlaps Order = "overlaps" // it had started when the reader ended
	Skewed   Order = "skewed"   // only if the clocks of two machines disagree by some minutes
)
