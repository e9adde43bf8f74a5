package verify

import "slices"

// CheckID names a check. An id is never used again for another thing.
type CheckID string

// The checks. docs/checks.md says of each what it proves and what it does not.
const (
	RecordStrict          CheckID = "record.strict"
	RecordUnambiguous     CheckID = "record.unambiguous"
	ModelBytes            CheckID = "model.bytes"
	RunCompleted          CheckID = "run.completed"
	CodeCaptured          CheckID = "code.captured"
	DataCaptured          CheckID = "data.captured"
	EnvironmentCaptured   CheckID = "environment.captured"
	PackagesCaptured      CheckID = "packages.captured"
	RegistryAgrees        CheckID = "registry.agrees"
	InputsObserved        CheckID = "inputs.observed"
	InputsAvailable       CheckID = "inputs.available"
	PackagesLoaded        CheckID = "packages.loaded"
	PreprocessingCaptured CheckID = "preprocessing.captured"
	GitReachable          CheckID = "git.reachable"
	PackagesLocked        CheckID = "packages.locked"
	ImagePinned           CheckID = "image.pinned"
	GapsNone              CheckID = "gaps.none"
	SignatureTrusted      CheckID = "signature.trusted"
	TrailIncluded         CheckID = "trail.included"
	ReproductionSame      CheckID = "reproduction.same"
)

// Check is what one check found.
type Check struct {
	ID     CheckID `json:"id"`
	Rung   Rung    `json:"rung"`
	Status Status  `json:"status"`
	// SetAside tells that the policy took the check out of the rule, and SetAsideReason
	// why. The status is what it would be otherwise.
	SetAside       bool   `json:"setAside"`
	SetAsideReason string `json:"setAsideReason,omitempty"`
	// Reason says in one sentence why the status is what it is.
	Reason   string `json:"reason"`
	Expected string `json:"expected,omitempty"`
	Found    string `json:"found,omitempty"`
	// Evidence is what was looked at, thing by thing.
	Evidence []Evidence `json:"evidence"`
	// Mend is the command that would help, where there is one. It is quoted for a shell.
	Mend string `json:"mend,omitempty"`
	// Notes are said and change no status.
	Notes []string `json:"notes"`
}

// Evidence is one thing that a check looked at: a file, a record, a package.
type Evidence struct {
	Name     string `json:"name"`
	Where    string `json:"where,omitempty"`    // it was looked at
	Expected string `json:"expected,omitempty"` // by the record: "sha256:…"
	Found    string `json:"found,omitempty"`
	// Status is how this one thing came out, where things can come out differently.
	Status Status `json:"status,omitempty"`
}

// Checks are the ids of all checks, in the order of the table.
func Checks() []CheckID {
	ids := make([]CheckID, len(table))
	for i, c := range table {
		ids[i] = c.id
	}
	return ids
}

// RungOf is the rung that a check belongs to; false if there is no such check.
func RungOf(id CheckID) (Rung, bool) {
	i := slices.IndexFunc(table, func(c entry) bool { return c.id == id })
	if i < 0 {
		return "", false
	}
	return table[i].rung, true
}
