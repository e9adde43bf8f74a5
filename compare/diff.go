package compare

import (
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Diff is what differs between two runs, A and B.
type Diff struct {
	A      Side   `json:"a"`
	B      Side   `json:"b"`
	Answer Answer `json:"answer"`
	// Causes are all areas that may bear on the outputs: those that differ come
	// first, the likeliest cause before the others, and then those that do not.
	Causes []Area `json:"causes"`
	// Results are what came out: outputs, metrics, tags and the outcome.
	Results []Area `json:"results"`
	// Gaps are those of either run.
	Gaps []Gap `json:"gaps"`
}

// Side is one of the two runs.
type Side struct {
	Record     *record.ID        `json:"record,omitempty"` // none of a run without a record
	Invocation record.Invocation `json:"invocation"`
	Status     record.Status     `json:"status"`
	StartedOn  record.Timestamp  `json:"startedOn"`
	FinishedOn *record.Timestamp `json:"finishedOn,omitempty"`
	Commit     record.GitHash    `json:"commit,omitempty"`
	Command    []string          `json:"command"`
	Coverage   record.Coverage   `json:"coverage,omitempty"` // how its inputs came to be known
}

// Answer is what the comparison comes to.
type Answer string

// The answers.
const (
	// SameRun: both sides are one record.
	SameRun Answer = "same-run"
	// Equal: the outputs are the same, and nothing that was recorded differs.
	Equal Answer = "equal"
	// EqualOutputs: the outputs are the same although something differs that could
	// have changed them.
	EqualOutputs Answer = "equal-outputs"
	// Changed: the outputs differ, and so does something that may be the cause.
	Changed Answer = "changed"
	// Unexplained: the outputs differ, and nothing that was recorded and bears on
	// them does. The run is not deterministic, or something was not captured.
	Unexplained Answer = "unexplained"
	// OutputsUnknown: nobody can tell whether the outputs are the same, since not
	// all of them were recorded of both runs.
	OutputsUnknown Answer = "outputs-unknown"
)

// Status is how the two runs compare in one area.
type Status string

// The statuses.
const (
	// Same: all of it was captured of both runs, and is the same.
	Same Status = "same"
	// Differs: at least one thing is known to differ.
	Differs Status = "differs"
	// Unknown: nothing is known to differ, and something cannot be told.
	Unknown Status = "unknown"
	// Unrecorded: neither run has any of it on record, and nothing says that there
	// was any.
	Unrecorded Status = "unrecorded"
)

// AreaName names an area. The words are stable.
type AreaName string

// The areas.
const (
	Data          AreaName = "data"
	Preprocessing AreaName = "preprocessing"
	Code          AreaName = "code"
	Command       AreaName = "command"  // arguments, parameters, working folder
	Settings      AreaName = "settings" // environment variables and ranks
	Packages      AreaName = "packages"
	Interpreter   AreaName = "interpreter"
	Environment   AreaName = "environment" // system, hardware, limits, container, libraries
	Locks         AreaName = "locks"
	Capture       AreaName = "capture" // what was declared, and how the run was recorded

	Outputs AreaName = "outputs"
	Metrics AreaName = "metrics"
	Tags    AreaName = "tags"
	Outcome AreaName = "outcome"
)

// Areas are those of Diff.Causes, in the order in which they are taken to bear on
// the outputs where nothing else tells them apart.
var Areas = []AreaName{Data, Preprocessing, Code, Command, Settings, Packages, Interpreter, Environment, Locks, Capture}

// ResultAreas are those of Diff.Results.
var ResultAreas = []AreaName{Outputs, Metrics, Tags, Outcome}

// Area is one part of what runs consist of.
type Area struct {
	Name   AreaName `json:"name"`
	Status Status   `json:"status"`
	// Bearing is the strongest of the items that are known to differ, or None.
	Bearing Bearing `json:"bearing"`
	// A and B count the things that each run has of it: files, packages, facts.
	A      int64   `json:"countA"`
	B      int64   `json:"countB"`
	Items  []Item  `json:"items"`  // what differs or cannot be told, the likeliest first
	Doubts []Doubt `json:"doubts"` // why there may be more
	// Commits says how the commits of the two runs stand to each other, of Code.
	Commits *Range `json:"commits,omitempty"`

	empty bool // there was none of it to be recorded
}

// Bearing is how likely a difference bears on the outputs: see the package's doc.
type Bearing string

// The bearings, the strongest first.
const (
	Read  Bearing = "read"  // the run is known to have been given it to read, or to have run it
	Set   Bearing = "set"   // it was set for the run
	There Bearing = "there" // it was there while the run took place, used or not
	None  Bearing = "none"  // it cannot change what is computed
)

// Kind is what became of a thing from A to B.
type Kind string

// The kinds.
const (
	KindChanged Kind = "changed"
	KindAdded   Kind = "added"   // only B has it
	KindRemoved Kind = "removed" // only A has it
	KindRenamed Kind = "renamed" // the same bytes at another place
	KindUnknown Kind = "unknown" // it cannot be told whether it differs: Why says why
)

// Item is one thing that differs, or of which that cannot be told.
type Item struct {
	Kind    Kind    `json:"kind"`
	Sort    Sort    `json:"sort"`
	What    string  `json:"what"`          // its name, as the records have it
	Was     string  `json:"was,omitempty"` // its name in A, if it was renamed
	A       string  `json:"a,omitempty"`   // a digest, a version or a value
	B       string  `json:"b,omitempty"`
	Bearing Bearing `json:"bearing"`
	Why     string  `json:"why,omitempty"` // of what is unknown; else a remark
	// Details are further facts of the thing that differ.
	Details []Detail `json:"details,omitempty"`
	// Files are those of a folder.
	Files *Files `json:"files,omitempty"`
	// Content is how the bytes of a file differ, where that was asked for.
	Content *Content `json:"content,omitempty"`
}

// Sort is what kind of thing an item is.
type Sort string

// The sorts.
const (
	SortFile        Sort = "file"
	SortFolder      Sort = "folder"
	SortCommit      Sort = "commit"
	SortArgument    Sort = "argument"
	SortParameter   Sort = "parameter"
	SortVariable    Sort = "variable"
	SortPackage     Sort = "package"
	SortInterpreter Sort = "interpreter"
	SortImage       Sort = "image"
	SortLock        Sort = "lock"
	SortMetric      Sort = "metric"
	SortTag         Sort = "tag"
	SortFact        Sort = "fact" // any other field of the records
)

// Detail is one fact of a thing that differs.
type Detail struct {
	Name string `json:"name"` // as docs/record.md has it
	A    string `json:"a,omitempty"`
	B    string `json:"b,omitempty"`
}

// Files are the files at which two folders differ.
type Files struct {
	Same    int `json:"same"`
	Changed int `json:"changed"`
	Added   int `json:"added"`
	Removed int `json:"removed"`
	Renamed int `json:"renamed"`
	// Elsewhere are those among them that are items of an area before this one:
	// tracked data is code and data. They are not listed again.
	Elsewhere int          `json:"elsewhere,omitempty"`
	List      []FileChange `json:"list"` // Options.Files of them at most
}

// FileChange is one file at which two folders differ.
type FileChange struct {
	Kind    Kind                `json:"kind"`
	Path    string              `json:"path"`          // below the folder, encoded as records do
	Was     string              `json:"was,omitempty"` // its path in A, if it was renamed
	A       *hashing.FileDigest `json:"a,omitempty"`
	B       *hashing.FileDigest `json:"b,omitempty"`
	Bearing Bearing             `json:"bearing"`
	Why     string              `json:"why,omitempty"` // a remark
	Content *Content            `json:"content,omitempty"`
}

// Doubt is why something cannot be told of one run, or of both.
type Doubt struct {
	Of   Of     `json:"of"`
	What string `json:"what"`
	Why  string `json:"why"`
}

// Of tells of which run something is said.
type Of string

// The runs.
const (
	OfA    Of = "a"
	OfB    Of = "b"
	OfBoth Of = "both"
)

// Gap is a gap of a record.
type Gap struct {
	Of Of `json:"of"`
	record.Gap
}
