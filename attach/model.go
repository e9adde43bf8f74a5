package attach

import (
	"time"

	"github.com/lineage-audit/lineage/record"
)

// Model is what a reference was resolved to. Two resolutions of one reference are
// to the same thing when [Model.Same] says so.
type Model struct {
	Ref           Ref
	Name          string // of the registered model
	Version       string
	Alias         string
	LoggedModelID string
	RunID         string
	Source        string // where the bytes are, as the system says it, without credentials
	Path          string // RefArtifact: the path among the run's artifacts
	Status        string // as the system says it: "READY", …
	Created       time.Time
	Ended         time.Time // of the run, if it is known
	Owner         string
	Invocations   []record.Invocation // that the model itself carries
	Targets       []Target            // on which its records hang, nearest first
}

// File is one file of a model.
type File struct {
	Path string // relative, separated by "/"
	Size int64
}

// Same tells whether n is what m was: the same version, model, run and source.
func (m Model) Same(n Model) bool {
	return m.Name == n.Name && m.Version == n.Version && m.LoggedModelID == n.LoggedModelID &&
		m.RunID == n.RunID && m.Source == n.Source && m.Path == n.Path
}
