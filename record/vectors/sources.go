package main

import (
	"bytes"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	rt "github.com/lineage-audit/lineage/record/recordtest"
)

func fetched() record.Fetched {
	return record.Fetched{
		Digest: hashing.Bytes([]byte(rt.Train)), Bytes: int64(len(rt.Train)), FetchedOn: record.At(rt.Started),
		URI: "s3://data.example/train.csv?versionId=3sL4kqtJ", VersionID: "3sL4kqtJ", ETag: `"9b2cf535f27731c974343645a3985328"`,
	}
}

func encodeFetched(f record.Fetched) []byte {
	raw, err := record.EncodeFetched(f)
	if err != nil {
		panic("vectors: " + err.Error())
	}
	return raw
}

func goodSources() []vector {
	least, empty := fetched(), fetched()
	least.URI, least.VersionID, least.ETag = "https://data.example/train.csv", "", ""
	empty.Digest, empty.Bytes = hashing.EmptyFile, 0
	return []vector{
		{name: "everything", raw: encodeFetched(fetched())},
		{name: "minimal", raw: encodeFetched(least)},
		{name: "empty-file", raw: encodeFetched(empty)},
	}
}

func badSources() []vector {
	base := encodeFetched(fetched())
	all := []vector{
		malformed("truncated", base[:len(base)/2], "unexpected EOF"),
		malformed("trailing-document", append(bytes.Clone(base), base...), "data after the end"),
		malformed("duplicated-key", edit(base, again("uri")), "stands twice"),
		malformed("unknown-key", edit(base, add("", "token", `"x"`)), "unknown key"),
		malformed("key-in-other-case", edit(base, rename("uri", `"URI"`)), "unknown key"),
	}
	for _, key := range []string{"_type", "sha256", "bytes", "uri", "fetchedOn"} {
		name := key
		if key == "_type" {
			name = "type"
		}
		all = append(all, malformed("missing-"+name, edit(base, remove(key)), "is missing"))
	}
	for name, c := range map[string]struct{ path, raw, because string }{
		"type-newer":             {"_type", `"https://github.com/lineage-audit/lineage/source@v2"`, "want " + quote(record.SourceType)},
		"digest-zero":            {"sha256", zeros(64), "a digest of zeros"},
		"digest-short":           {"sha256", zeros(12), "not a digest"},
		"bytes-negative":         {"bytes", "-1", "bytes with that digest"},
		"bytes-none":             {"bytes", "0", "bytes with that digest"},
		"bytes-of-the-empty":     {"sha256", quote(hashing.EmptyFile), "bytes with that digest"},
		"bytes-float":            {"bytes", "12.0", "not a plain 64-bit integer"},
		"uri-empty":              {"uri", `""`, "no URI with a scheme"},
		"uri-without-scheme":     {"uri", `"data/train.csv"`, "no URI with a scheme"},
		"uri-scheme-alone":       {"uri", `"https:"`, "no URI with a scheme"},
		"uri-control-character":  {"uri", `"https://a\u001b[2J"`, "control characters"},
		"version-empty":          {"versionId", `""`, "left out"},
		"etag-null":              {"etag", "null", "got null"},
		"time-with-offset":       {"fetchedOn", `"2026-03-14T16:09:26+01:00"`, "shortest spelling"},
		"time-year-one":          {"fetchedOn", `"0001-01-01T00:00:00Z"`, "in the year 1"},
		"uri-upper-case-scheme":  {"uri", `"HTTPS://data.example/a"`, "no URI with a scheme"},
		"uri-scheme-with-digits": {"uri", `"3s://data.example/a"`, "no URI with a scheme"},
	} {
		all = append(all, malformed(name, edit(base, set(c.path, c.raw)), c.because))
	}
	return all
}
