package page

import (
	_ "embed"
	"fmt"
	"io"

	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/verify"
)

// SchemaJSON is the JSON Schema of lineage.report/v1. It refers to that of
// lineage.verdict/v1.
//
//go:embed report.schema.json
var SchemaJSON []byte

// JSON writes the page's facts as a document of type lineage.report/v1. It refuses a
// verdict that verify did not make, as that would not fit its own schema.
func JSON(w io.Writer, f Facts) error {
	if f.Verdict.Schema != verify.Schema {
		return fmt.Errorf("writing a page: its verdict is of schema %q", f.Verdict.Schema)
	}
	return report.WriteJSON(w, build(f))
}
