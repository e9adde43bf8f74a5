package report

import (
	_ "embed"
	"io"

	"github.com/lineage-audit/lineage/hashing"
)

// GetSchema is the type of the document that GotJSON writes.
const GetSchema = "lineage.get/v1"

// GetJSONSchema is the JSON Schema of lineage.get/v1.
//
//go:embed get.schema.json
var GetJSONSchema []byte

// Got is what `lineage get` has put in its place: a file, or a folder.
type Got struct {
	Schema string              `json:"schema"`
	Path   string              `json:"path"`
	URI    string              `json:"uri"` // as it was asked for, without credentials
	SHA256 *hashing.FileDigest `json:"sha256,omitempty"`
	Tree   *hashing.TreeDigest `json:"lineageTree1,omitempty"`
	Bytes  int64               `json:"bytes"`
	Files  []GotFile           `json:"files"`
	Store  string              `json:"store"` // where it is noted
}

// GotFile is one file of it.
type GotFile struct {
	Path      string             `json:"path"` // below the folder; "." for a file
	URI       string             `json:"uri"`
	SHA256    hashing.FileDigest `json:"sha256"`
	Bytes     int64              `json:"bytes"`
	VersionID string             `json:"versionId,omitempty"`
	ETag      string             `json:"etag,omitempty"`
	Resumed   int64              `json:"resumed,omitempty"` // bytes that an earlier call had fetched
	Kept      bool               `json:"kept,omitempty"`    // the bytes were there already
}

// GotJSON writes it as one document.
func GotJSON(w io.Writer, g Got) error {
	g.Schema, g.Files = GetSchema, listed(g.Files)
	return writeJSON(w, "  ", g)
}
