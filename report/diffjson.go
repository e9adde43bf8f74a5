package report

import (
	_ "embed"
	"io"

	"github.com/lineage-audit/lineage/compare"
)

// DiffSchema is the type of the document that DiffJSON writes, and its version.
const DiffSchema = "lineage.diff/v1"

// DiffJSONSchema is the JSON Schema of lineage.diff/v1.
//
//go:embed diff.schema.json
var DiffJSONSchema []byte

// DiffJSON writes a comparison as a document of type lineage.diff/v1.
func DiffJSON(w io.Writer, d compare.Diff, f DiffFacts) error {
	doc := struct {
		Schema string   `json:"schema"`
		Asked  []string `json:"asked,omitempty"`
		compare.Diff
		Upstream []DiffUpstream `json:"upstream"`
	}{Schema: DiffSchema, Diff: d, Upstream: listed(f.Upstream)}
	if f.Asked != [2]string{} {
		doc.Asked = f.Asked[:]
	}
	return writeJSON(w, "  ", doc)
}
