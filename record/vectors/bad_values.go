package main

import (
	"strings"

	"github.com/lineage-audit/lineage/record"
	rt "github.com/lineage-audit/lineage/record/recordtest"
)

const (
	fileBytes = "subject.1.annotations.file.bytes"
	fileName  = "subject.1.name"
	fileAt    = "subject.1.annotations.file.location"
	fileHash  = "subject.1.digest.sha256"
	exitCode  = "predicate.runDetails.metadata.lineage_outcome.exitCode"
	started   = "predicate.runDetails.metadata.startedOn"
	finished  = "predicate.runDetails.metadata.finishedOn"
)

// values are of another kind than the field's, or not its spelling.
var values = map[string]struct{ path, raw, because string }{
	"null-document":         {"", "null", "build type"},
	"null-subject":          {"subject", "null", "got null"},
	"null-predicate":        {"predicate", "null", "build type"},
	"null-digest":           {"subject.1.digest", "null", "got null"},
	"null-gaps":             {"predicate.runDetails.lineage_gaps", "null", "got null"},
	"null-in-array":         {"subject.1", "null", "got null"},
	"null-optional":         {exitCode, "null", "got null"},
	"wrong-type-subject":    {"subject", "{}", "want an array"},
	"wrong-type-digest":     {fileHash, "1", "want a string"},
	"wrong-type-bytes":      {fileBytes, `"15"`, "want an integer"},
	"wrong-type-bool":       {"predicate.buildDefinition.externalParameters.parameters.1.redacted", "1", "want true or false"},
	"wrong-type-metadata":   {"predicate.runDetails.metadata", "[]", "want an object"},
	"wrong-type-command":    {"predicate.buildDefinition.externalParameters.command", `"python train.py"`, "want an array"},
	"wrong-type-time":       {started, "1773500966", "want a string"},
	"float":                 {fileBytes, "15.0", "not a plain 64-bit integer"},
	"float-with-fraction":   {fileBytes, "15.5", "not a plain 64-bit integer"},
	"exponent":              {fileBytes, "15e0", "not a plain 64-bit integer"},
	"exponent-upper-case":   {fileBytes, "1E1", "not a plain 64-bit integer"},
	"minus-zero":            {exitCode, "-0", "not a plain 64-bit integer"},
	"leading-zero":          {fileBytes, "015", "invalid character"},
	"plus-sign":             {fileBytes, "+15", "invalid character"},
	"hexadecimal-number":    {fileBytes, "0x0f", "invalid character"},
	"not-a-number":          {fileBytes, "NaN", "invalid character"},
	"beyond-64-bits":        {fileBytes, "9223372036854775808", "not a plain 64-bit integer"},
	"very-long-number":      {fileBytes, strings.Repeat("9", 400), "not a plain 64-bit integer"},
	"negative-bytes":        {fileBytes, "-1", "has -1 bytes"},
	"optional-empty-array":  {"predicate.buildDefinition.externalParameters.parameters", "[]", "left out"},
	"optional-empty-string": {"predicate.buildDefinition.resolvedDependencies.0.annotations.commit.branch", `""`, "left out"},
	"optional-false":        {"predicate.buildDefinition.externalParameters.parameters.1.redacted", "false", "left out"},
	"optional-zero":         {"predicate.buildDefinition.internalParameters.memory", "0", "left out"},
	"digest-upper-case":     {fileHash, strings.ToUpper(sha256Of(rt.Metrics)), "not a digest"},
	"digest-too-short":      {fileHash, zeros(62), "not a digest"},
	"digest-too-long":       {fileHash, zeros(66), "not a digest"},
	"digest-with-algorithm": {fileHash, `"sha256:` + sha256Of(rt.Metrics)[1:], "not a digest"},
	"digest-with-space":     {fileHash, `" ` + sha256Of(rt.Metrics)[2:], "not a digest"},
	"digest-in-base64":      {fileHash, `"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="`, "not a digest"},
	"digest-of-zeros":       {fileHash, zeros(64), "digest of zeros"},
	"digest-empty":          {fileHash, `""`, "not a digest"},
	"commit-upper-case":     {commitHash, quote(strings.ToUpper(string(rt.Commit))), "not a git object name"},
	"commit-abbreviated":    {commitHash, quote(rt.Commit[:12]), "not a git object name"},
	"commit-of-zeros":       {commitHash, zeros(40), "digest of zeros"},
	"invocation-upper-case": {"predicate.runDetails.metadata.invocationId", quote(strings.ToUpper(rt.Invocation.String())), "not an invocation"},
	"invocation-as-uuid":    {"predicate.runDetails.metadata.invocationId", `"1f2e3d4c-0000-0000-0000-0000000000ff"`, "not an invocation"},
	"invocation-zero":       {"predicate.runDetails.metadata.invocationId", zeros(32), "invocation is zero"},
	"time-with-offset":      {started, `"2026-03-14T16:09:26.535+01:00"`, "shortest spelling"},
	"time-offset-zero":      {started, `"2026-03-14T15:09:26.535+00:00"`, "shortest spelling"},
	"time-trailing-zero":    {started, `"2026-03-14T15:09:26.5350Z"`, "shortest spelling"},
	"time-lower-case":       {started, `"2026-03-14t15:09:26.535z"`, "not a time in RFC 3339"},
	"time-without-zone":     {started, `"2026-03-14T15:09:26.535"`, "not a time in RFC 3339"},
	"time-comma":            {started, `"2026-03-14T15:09:26,535Z"`, "shortest spelling"},
	"time-leap-second":      {started, `"2026-03-14T15:09:60Z"`, "not a time in RFC 3339"},
	"time-no-such-day":      {started, `"2026-02-30T15:09:26Z"`, "not a time in RFC 3339"},
	"time-year-one":         {started, `"0001-01-01T00:00:00Z"`, "in the year 1"},
	"finished-before-start": {finished, `"2026-03-14T15:09:26.534Z"`, "before it started"},
	"location-without-root": {fileAt, `"metrics.json"`, "does not start with one of"},
	"location-unknown-root": {fileAt, `"user:metrics.json"`, "does not start with one of"},
	"location-root-in-case": {fileAt, `"Repo:metrics.json"`, "does not start with one of"},
	"location-above-root":   {fileAt, `"repo:../metrics.json"`, "not a clean path below its root"},
	"location-parent":       {fileAt, `"repo:.."`, "not a clean path below its root"},
	"location-not-clean":    {fileAt, `"repo:./metrics.json"`, "not a clean path below its root"},
	"location-double-slash": {fileAt, `"repo:a//metrics.json"`, "not a clean path below its root"},
	"location-slash-at-end": {fileAt, `"repo:metrics.json/"`, "not a clean path below its root"},
	"location-detour":       {fileAt, `"repo:a/../metrics.json"`, "not a clean path below its root"},
	"location-absolute":     {fileAt, `"repo:/metrics.json"`, "not a clean path below its root"},
	"location-abs-relative": {fileAt, `"abs:metrics.json"`, "not a clean path below its root"},
	"location-empty":        {fileAt, `"repo:"`, "empty or not encoded"},
	"location-bad-escape":   {fileAt, `"repo:%zz"`, "escape"},
	"location-lower-escape": {fileAt, `"repo:%0a"`, "empty or not encoded"},
	"location-cut-escape":   {fileAt, `"repo:metrics%2"`, "ends within an escape"},
	"location-needless":     {fileAt, `"repo:%6Detrics.json"`, "empty or not encoded"},
	"location-nul":          {fileAt, `"repo:metrics%00"`, "empty or not encoded"},
	"location-raw-control":  {fileAt, `"repo:metrics\u000a"`, "empty or not encoded"},
	"name-not-location":     {fileName, `"repo:metrics2.json"`, "not named by its location"},
	"type-other":            {"_type", `"https://in-toto.io/Statement/v0.1"`, "want \"https://in-toto.io/Statement/v1\""},
	"predicate-type-other":  {"predicateType", `"https://slsa.dev/provenance/v0.2"`, "want \"https://slsa.dev/provenance/v1\""},
	"array-as-document":     {"", "[]", "cannot unmarshal array"},
	"string-as-document":    {"", `"record"`, "cannot unmarshal string"},
}

// badValues have one of these values.
func badValues() (all []vector) {
	base := encode()
	for name, c := range values {
		v := malformed(name, edit(base, set(c.path, c.raw)), c.because)
		if c.raw == "null" && c.because == "build type" { // then there is no document of ours at all
			v.refusal = "foreign"
		}
		all = append(all, v)
	}
	return all
}

const (
	buildType  = "predicate.buildDefinition.buildType"
	commitHash = "predicate.buildDefinition.resolvedDependencies.0.digest.gitCommit"
)

// badTypes are documents of another kind or version.
func badTypes() []vector {
	base := encode()
	of := func(text string) []byte { return edit(base, set(buildType, quote(text))) }
	const next = "https://github.com/lineage-audit/lineage/run@v2"
	return []vector{
		{"newer-version", of(next), "newer", next},
		{"newer-version-unknown-key", edit(of(next), add("", "novelty", "1")), "newer", next},
		{"foreign-in-other-case", of(strings.ToUpper(record.BuildType)), "foreign", "build type"},
		{"newer-version-minor", of(record.BuildType + ".1"), "newer", "v1.1"},
		{"foreign-build-type", of("https://actions.github.io/buildtypes/workflow/v1"), "foreign", "actions.github.io"},
		{"foreign-build-type-near", of("https://github.com/lineage-audit/lineage/run"), "foreign", "lineage/run"},
		{"foreign-missing-build-type", edit(base, remove(buildType)), "foreign", "build type"},
		{"foreign-empty-object", []byte("{}\n"), "foreign", "build type"},
		{"foreign-intent", intent(), "foreign", "build type"},
		malformed("wrong-type-build-type", edit(base, set(buildType, "1")), "cannot unmarshal number"),
	}
}
