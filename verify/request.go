package verify

import (
	"time"

	"github.com/lineage-audit/lineage/record"
)

// Request is what is to be verified, by which rules, and with which eyes. Only
// Target is always needed; whatever else is left out makes the checks that need it
// lacking.
type Request struct {
	Asked   string    // the model as it was asked for, for the verdict and its commands
	Require Rung      // --require; empty leaves it to the policy
	Policy  Policy    // the zero value is [DefaultPolicy]
	Record  record.ID // --record; zero lets the rules choose
	// Repositories count for git.reachable besides those of the policy: --repo.
	Repositories []RepositoryRef
	// ClientFiles are those that a system's client adds to the copies it downloads.
	ClientFiles []ClientFile

	Target  Target
	Records Records
	Blobs   Blobs
	Opener  Repositories
	// Local is the repository of the work tree that the command runs in. Bytes of
	// the recorded commit are looked for in it; it does not count for git.reachable.
	Local  Repository
	Places []Looked
	Locks  Locks

	Version string    // of this program
	Time    time.Time // now
}

// RepositoryRef names a repository that counts, by the verifier's word.
type RepositoryRef struct {
	URL      string   `json:"url"`                // or a folder
	Branches []string `json:"branches,omitempty"` // that count: names or patterns of path.Match; all if empty
}

// ClientFile is a file that a system's client adds to what it downloads, and that
// is therefore no part of the model: MLflow's registered_model_meta.
type ClientFile struct {
	Path string // in the model's folder
	// Parse reads the content strictly: the model and version that it names, or an
	// error if it holds anything else.
	Parse func(content []byte) (name, version string, err error)
}
