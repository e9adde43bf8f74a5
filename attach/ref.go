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

// MLflow names the system of the schemes runs: and models:.
const MLflow = "mlflow"

// Ref is a model reference, parsed once. Only the fields of its kind are set. It
// is comparable.
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

// String is the reference as it was asked for.
func (r Ref) String() string { return r.Asked }

// System names the system that resolves the reference; a path has none ("").
func (r Ref) System() string {
	if r.Kind == RefPath {
		return ""
	}
	return MLflow
}

// RefError says why a text is not a reference: an error of whoever typed it.
type RefError struct {
	Text string
	Why  string
	Hint string // what to type instead
}

// Error names the text and the reason.
func (e *RefError) Error() string {
	return fmt.Sprintf("model reference %q: %s", e.Text, e.Why)
}

// LoggedModelRef is the reference to the logged model with this id.
func LoggedModelRef(id string) Ref {
	return Ref{Kind: RefLoggedModel, Asked: "models:/" + id, ModelID: id}
}

// VersionRef is the reference to a version of a registered model.
func VersionRef(name, version string) Ref {
	return Ref{Kind: RefVersion, Asked: "models:/" + name + "/" + version, Name: name, Version: version}
}
