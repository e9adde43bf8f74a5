package record

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Status is how a command ended.
type Status string

// The statuses.
const (
	Succeeded   Status = "succeeded"   // it exited with 0 and was not told to stop
	Failed      Status = "failed"      // it exited with another status
	Interrupted Status = "interrupted" // it was told to stop, by the terminal or a signal
	Killed      Status = "killed"      // a signal that it was not told by us ended it
	NotStarted  Status = "not-started" // it was not found, or could not be executed
)

// Outcome is how a command ended.
type Outcome struct {
	Status      Status `json:"status"`
	ExitCode    *int64 `json:"exitCode,omitempty"` // absent where a signal ended it
	Signal      string `json:"signal,omitempty"`   // SIGKILL
	OutOfMemory bool   `json:"outOfMemory,omitempty"`
	Reason      string `json:"reason,omitempty"` // of NotStarted
}

// Ended0 tells whether the command succeeded: only then are its outputs subjects.
func (o Outcome) Ended0() bool {
	return o.Status == Succeeded && o.ExitCode != nil && *o.ExitCode == 0
}

// Coverage is how inputs came to be known.
type Coverage string

// The coverages.
const (
	CoverageDeclared Coverage = "declared"
	CoverageObserved Coverage = "observed"
)

// Place is where a run took place.
type Place string

// The places.
const (
	PlaceLocal   Place = "local"
	PlaceCI      Place = "ci"
	PlaceCluster Place = "cluster"
)

const builderPrefix = "https://github.com/lineage-audit/lineage/builder@v1/"

// BuilderID names the kind of place, and whether the run was watched.
func BuilderID(p Place, c Coverage) string { return builderPrefix + string(p) + "/" + string(c) }

func checkBuilder(id string, c Coverage) error {
	rest, ours := strings.CutPrefix(id, builderPrefix)
	place, coverage, found := strings.Cut(rest, "/")
	if !ours || !found || !slices.Contains([]Place{PlaceLocal, PlaceCI, PlaceCluster}, Place(place)) || Coverage(coverage) != c {
		return fmt.Errorf("builder id %q does not go with coverage %q", id, c)
	}
	return nil
}

// GitHash is the name of a git object: 40 or 64 lower-case hexadecimal digits.
type GitHash string

// ErrGitHash says that a text is not a git object's name.
var ErrGitHash = errors.New("not a git object name of 40 or 64 lower-case hexadecimal digits")

// UnmarshalText refuses all but 40 or 64 lower-case hexadecimal digits.
func (h *GitHash) UnmarshalText(text []byte) error {
	s := string(text)
	if len(s) != 40 && len(s) != 64 || strings.Trim(s, "0123456789abcdef") != "" {
		return fmt.Errorf("%q: %w", s, ErrGitHash)
	}
	*h = GitHash(s)
	return nil
}

// Timestamp is a time in UTC, as RFC 3339 with as many digits of a second as it has.
type Timestamp struct{ time.Time }

// At is t as records hold it.
func At(t time.Time) Timestamp { return Timestamp{t.UTC().Round(0)} }

// MarshalText is RFC 3339 in UTC.
func (t Timestamp) MarshalText() ([]byte, error) {
	return []byte(t.UTC().Format(time.RFC3339Nano)), nil
}

// MarshalJSON hides that of time.Time, which has rules of its own.
func (t Timestamp) MarshalJSON() ([]byte, error) {
	return []byte(`"` + t.UTC().Format(time.RFC3339Nano) + `"`), nil
}

// UnmarshalText reads exactly what MarshalText writes.
func (t *Timestamp) UnmarshalText(text []byte) error {
	parsed, err := time.Parse(time.RFC3339Nano, string(text))
	if err != nil {
		return fmt.Errorf("%q is not a time in RFC 3339", text)
	}
	if At(parsed).UTC().Format(time.RFC3339Nano) != string(text) {
		return fmt.Errorf("%q is not the shortest spelling of its time in UTC", text)
	}
	*t = At(parsed)
	return nil
}
