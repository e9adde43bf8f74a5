package report

import _ "embed"

// SweepJSONSchema is the JSON Schema of lineage.gc/v1.
//
//go:embed gc.schema.json
var SweepJSONSchema []byte

// RestoredJSONSchema is the JSON Schema of lineage.restore/v1.
//
//go:embed restore.schema.json
var RestoredJSONSchema []byte

// ExportJSONSchema is the JSON Schema of lineage.export/v1.
//
//go:embed export.schema.json
var ExportJSONSchema []byte

// ImportJSONSchema is the JSON Schema of lineage.import/v1.
//
//go:embed import.schema.json
var ImportJSONSchema []byte

// LockJSONSchema is the JSON Schema of lineage.lock/v1.
//
//go:embed lock.schema.json
var LockJSONSchema []byte
