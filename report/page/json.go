package page

import (
	_ "embed"
	"io"
)

// SchemaJSON is the JSON Schema of lineage.report/v1.
//
//go:embed report.schema.json
var SchemaJSON []byte

// JSON writes the page's facts as a document of type lineage.report/v1.
func JSON(w io.Writer, f Facts) error { return nil }
