package record

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record/strict"
)

// SourceType names the document that says where bytes were fetched from.
const SourceType = "https://github.com/lineage-audit/lineage/source@v1"

// maxSource bounds a source's file.
const maxSource = 1 << 20

// Fetched says that bytes with a digest were had from a URI: all of them were read,
// and hashed on the way. It says nothing of who else has them.
type Fetched struct {
	Type      string             `json:"_type"`
	Digest    hashing.FileDigest `json:"sha256"`
	Bytes     int64              `json:"bytes"`
	URI       string             `json:"uri"` // without credentials
	FetchedOn Timestamp          `json:"fetchedOn"`
	VersionID string             `json:"versionId,omitempty"` // of an object that has versions
	ETag      string             `json:"etag,omitempty"`      // as the origin has it
}

// EncodeFetched is the document's file.
func EncodeFetched(f Fetched) ([]byte, error) {
	f = cleaned(f)
	f.Type = SourceType
	raw, err := marshal(f)
	if err != nil {
		return nil, fmt.Errorf("encoding a source: %w", err)
	}
	_, err = DecodeFetched(raw)
	return raw, err
}

// DecodeFetched reads the document strictly; its errors wrap [ErrMalformed].
func DecodeFetched(raw []byte) (Fetched, error) {
	var f Fetched
	if err := strict.Unmarshal(bytes.Clone(raw), maxSource, &f); err != nil {
		return Fetched{}, fmt.Errorf("source: %w: %w", ErrMalformed, err)
	}
	err := errors.Join(
		must(f.Type == SourceType, "type is %q, want %q", f.Type, SourceType),
		must(!f.Digest.IsZero(), "a digest of zeros"),
		must(f.Bytes >= 0 && (f.Bytes == 0) == f.Digest.IsEmpty(), "%d bytes with that digest", f.Bytes),
		must(!f.FetchedOn.IsZero(), "it was fetched in the year 1"),
		CheckURI(f.URI),
		checkTexts(&f),
	)
	if err != nil {
		return Fetched{}, fmt.Errorf("source: %w: %w", ErrMalformed, err)
	}
	return f, nil
}

// CheckURI is nil if the text has a scheme, so that it names the same place everywhere.
func CheckURI(uri string) error {
	scheme, rest, found := strings.Cut(uri, ":")
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789+.-"
	return must(found && rest != "" && scheme != "" && scheme[0] >= 'a' && scheme[0] <= 'z' && strings.Trim(scheme, letters) == "",
		"%q is no URI with a scheme", uri)
}

// DeclaredSource is where the user said that a file or folder is from: `sources:` of
// lineage.yaml. Nobody has looked there.
type DeclaredSource struct {
	Path Location `json:"path"`
	// URI ends with a slash where Path is a folder.
	URI string `json:"uri"`
	// Digest is what was said of a file's bytes.
	Digest *hashing.FileDigest `json:"sha256,omitempty"`
}

// checkDeclaredSources: each path has one.
func checkDeclaredSources(all []DeclaredSource) (err error) {
	seen := map[Location]bool{}
	for _, s := range all {
		err = errors.Join(err, CheckURI(s.URI),
			must(!seen[s.Path], "two sources of %q are declared", s.Path),
			must(s.Digest == nil || !s.Digest.IsZero(), "the declared digest of %q is of zeros", s.Path))
		seen[s.Path] = true
	}
	return err
}
