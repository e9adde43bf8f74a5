package attach

import (
	"encoding/json"
	"slices"
	"strings"
)

// RunDataVersion is the version of the document that [RunData.JSON] writes.
const RunDataVersion = "lineage.run-data/v1"

// RunData is what a tracker knows of a run: its metrics, parameters and tags, as
// they were when they were read.
type RunData struct {
	Version string      `json:"version"`
	System  string      `json:"system"`
	RunID   string      `json:"runId"`
	Name    string      `json:"name"`
	Status  string      `json:"status"`
	Metrics []Metric    `json:"metrics"`
	Params  []NameValue `json:"params"`
	Tags    []NameValue `json:"tags"`
}

// Metric is the last value that was logged. The value is the decimal text that the
// tracker sent, or NaN, Infinity or -Infinity: no digit is lost on the way.
type Metric struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Step  int64  `json:"step"`
	Time  int64  `json:"timeMillis"`
}

// NameValue is a parameter or a tag.
type NameValue struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// JSON is the document: the same bytes for the same data, whatever order they came in.
func (d RunData) JSON() ([]byte, error) {
	d.Version = RunDataVersion
	d.Metrics = sorted(d.Metrics, func(a, b Metric) int { return strings.Compare(a.Name, b.Name) })
	byName := func(a, b NameValue) int { return strings.Compare(a.Name, b.Name) }
	d.Params, d.Tags = sorted(d.Params, byName), sorted(d.Tags, byName)
	b, err := json.MarshalIndent(d, "", "  ")
	return append(b, '\n'), err
}

func sorted[T any](all []T, compare func(a, b T) int) []T {
	all = slices.AppendSeq(make([]T, 0, len(all)), slices.Values(all))
	slices.SortStableFunc(all, compare)
	return all
}
