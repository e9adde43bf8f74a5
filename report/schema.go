package report

import _ "embed"

// SummaryJSONSchema is the JSON Schema of lineage.summary/v1.
//
//go:embed summary.schema.json
var SummaryJSONSchema []byte

// LogJSONSchema is the JSON Schema of lineage.log/v1.
//
//go:embed log.schema.json
var LogJSONSchema []byte
