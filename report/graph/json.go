package graph

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf16"

	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/trace"
)

// Schema names the JSON of a graph and its version.
const Schema = "lineage.trace/v1"

// JSONSchema is the JSON Schema of lineage.trace/v1.
//
//go:embed trace.schema.json
var JSONSchema []byte

// document is described by trace.schema.json.
type document struct {
	Schema string `json:"schema"`
	trace.Graph
}

// JSON writes a graph as one document of type lineage.trace/v1. Every string is there
// unchanged; what would steer a terminal is spelled as an escape of JSON.
func JSON(w io.Writer, g trace.Graph) error {
	var plain, safe bytes.Buffer
	e := json.NewEncoder(&plain)
	e.SetIndent("", "  ")
	if err := e.Encode(document{Schema, g}); err != nil {
		return fmt.Errorf("writing a graph: %w", err)
	}
	for _, r := range plain.String() {
		if r == '\n' || report.Clean(string(r)) == string(r) {
			safe.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&safe, `\u%04x`, unit)
		}
	}
	if _, err := w.Write(safe.Bytes()); err != nil {
		return fmt.Errorf("writing a graph: %w", err)
	}
	return nil
}
