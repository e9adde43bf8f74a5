package attach

import "fmt"

// RefKind is the form of a model reference.
type RefKind int

// The forms of a model reference.
const (
	RefPath        RefKind = iota + 1 // a file or folder of this machine
	RefArtifact                       // runs:/<run id>/<path>
	RefVersion                        // models:/<name>/<version>
	RefAlias                          // models:/<name>@<alias>
	RefLoggedModel                    // models:/m-<id>
	RefRun                            // runs:/<run id>, by ParseTarget only
)

// Ref is a model reference, parsed once. Only the fields of its kind are set.
type Ref struct {
	Kind    RefKind
	Asked   string // what was parsed, byte for byte
	Path    string // RefPath: the path; RefArtifact: the path among the run's artifacts
	RunID   string
	Name    string // of a registered model
	Version string // decimal digits
	Alias   string
	ModelID string // "m-…"
}

// MLflow names the system of the schemes runs: and models:.
const MLflow = "mlflow"

// String is the reference as it was asked for.
func (r Ref) String() string { return r.Asked }

// System names the system that resolves the reference; a path has none ("").
func (r Ref) System() string {
	if r.Kind == RefPath {
		return ""
	}
	return MLflow
}

// RefError says why a text is not a model reference: an error of whoever typed it.
type RefError struct {
	Text string
	Why  string
	Hint string
}

func (e *RefError) Error() string {
	return fmt.Sprintf("model reference %q: %s", e.Text, e.Why)
}

// ParseRef reads a model reference.
func ParseRef(s string) (Ref, error) { return Ref{}, &RefError{Text: s, Why: "not written yet"} }

// ParseTarget reads a model reference that is not a path, or runs:/<run id>: what
// a record can be hung on.
func ParseTarget(s string) (Ref, error) { return ParseRef(s) }
