package verify

import _ "embed"

// SchemaJSON is the JSON Schema of lineage.verdict/v1.
//
//go:embed verdict.schema.json
var SchemaJSON []byte
