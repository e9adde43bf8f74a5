package record

import "github.com/lineage-audit/lineage/hashing"

// The types of document that a record is.
const (
	StatementType = "https://in-toto.io/Statement/v1"
	PredicateType = "https://slsa.dev/provenance/v1"
	// BuildType names the kind of provenance and its version: docs/record.md.
	BuildType = "https://github.com/lineage-audit/lineage/run@v1"
)

// Statement is the whole document.
type Statement struct {
	Type          string     `json:"_type"`
	Subject       []Resource `json:"subject"`
	PredicateType string     `json:"predicateType"`
	Predicate     Predicate  `json:"predicate"`
}

// Predicate is SLSA Provenance v1.
type Predicate struct {
	BuildDefinition BuildDefinition `json:"buildDefinition"`
	RunDetails      RunDetails      `json:"runDetails"`
}

// BuildDefinition is what went into the run.
type BuildDefinition struct {
	BuildType            string      `json:"buildType"`
	ExternalParameters   Parameters  `json:"externalParameters"`
	InternalParameters   Environment `json:"internalParameters"`
	ResolvedDependencies []Resource  `json:"resolvedDependencies"`
}

// Parameters are what the user said: the command and what was declared.
type Parameters struct {
	Command          []string    `json:"command"` // secrets redacted
	WorkingDirectory Location    `json:"workingDirectory"`
	Parameters       []NameValue `json:"parameters,omitempty"`
	Inputs           Declared    `json:"inputs"`
	Preprocessing    Declared    `json:"preprocessing"`
	Outputs          Declared    `json:"outputs"`
	Source           string      `json:"source,omitempty"` // URL@COMMIT, declared where there is no .git
	Config           *FileFacts  `json:"config,omitempty"` // the lineage.yaml that was read
	// Sources are those that lineage.yaml declares of inputs.
	Sources []DeclaredSource `json:"sources,omitempty"`
	Strict  bool             `json:"strict,omitempty"`
}

// Declared is what was said of one kind of path: the paths, or that there are
// none. Nothing said is neither.
type Declared struct {
	None  bool       `json:"none,omitempty"`
	Paths []Location `json:"paths,omitempty"`
}

// NameValue is a thing that users name; names are never object keys.
type NameValue struct {
	Name     string `json:"name"`
	Value    string `json:"value"`
	Redacted bool   `json:"redacted,omitempty"`
}

// RunDetails is how the run went.
type RunDetails struct {
	Builder    Builder    `json:"builder"`
	Metadata   Metadata   `json:"metadata"`
	Byproducts []Resource `json:"byproducts"`
	// Coverage says how inputs came to be known.
	Coverage Coverage `json:"lineage_coverage"`
	// Gaps are what was to be captured and was not. Always there, empty only
	// when nothing was left out.
	Gaps []Gap `json:"lineage_gaps"`
	// Notes are said and are no gaps: a declared coverage, a failed attaching.
	Notes []Gap `json:"lineage_notes,omitempty"`
}

// Builder is where the run took place and what watched it.
type Builder struct {
	ID      string  `json:"id"` // BuilderID
	Version Version `json:"version"`
}

// Version is that of the program that captured the run.
type Version struct {
	Lineage string `json:"lineage"`
}

// Metadata is who, when, and how it ended.
type Metadata struct {
	InvocationID Invocation  `json:"invocationId"`
	StartedOn    Timestamp   `json:"startedOn"`
	FinishedOn   Timestamp   `json:"finishedOn"`
	Outcome      Outcome     `json:"lineage_outcome"`
	Parent       *Invocation `json:"lineage_parent,omitempty"`
	Group        *Group      `json:"lineage_group,omitempty"`
}

// Group is the job that the run was one process of.
type Group struct {
	Kind string `json:"kind"` // slurm, torchrun, explicit
	ID   string `json:"id"`
	Rank string `json:"rank,omitempty"`
	Size string `json:"size,omitempty"`
}

// Gap is one thing that was to be captured and was not, or one note.
type Gap struct {
	Kind string `json:"kind"` // a stable word: docs/record.md lists them
	What string `json:"what"` // the thing's name
	Why  string `json:"why"`
}

// Resource is in-toto's ResourceDescriptor, as far as records use it.
type Resource struct {
	Name        string      `json:"name,omitempty"`
	URI         string      `json:"uri,omitempty"`
	Digest      *DigestSet  `json:"digest,omitempty"`
	MediaType   string      `json:"mediaType,omitempty"`
	Annotations Annotations `json:"annotations"`
}

// DigestSet holds the algorithms that are accepted; any other is an error.
type DigestSet struct {
	SHA256    *hashing.FileDigest `json:"sha256,omitempty"`
	Tree      *hashing.TreeDigest `json:"lineageTree1,omitempty"`
	DirHash   string              `json:"dirHash,omitempty"` // as Tree, where the two coincide
	GitCommit GitHash             `json:"gitCommit,omitempty"`
}
