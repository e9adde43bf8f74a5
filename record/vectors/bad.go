package main

import (
	"bytes"
	"strings"

	"github.com/lineage-audit/lineage/record"
	rt "github.com/lineage-audit/lineage/record/recordtest"
)

// badRecords are those that are refused, each for one reason.
func badRecords() []vector {
	var all []vector
	for _, part := range [][]vector{badBytes(), badBits(), badKeys(), badValues(), badTypes(), badSubjects(), badOutcomes(), badDetails(), badParameters(), badResources(), badTrees(), badParts(), badCommits(), badPackages(), badSurroundings()} {
		all = append(all, part...)
	}
	return all
}

func malformed(name string, raw []byte, because string) vector {
	return vector{name, raw, "malformed", because}
}

// unchecked is the document of a statement that Encode would refuse.
func unchecked(opts ...rt.Option) []byte { return parse([]byte(quote(rt.Statement(opts...)))).bytes() }

// badBytes are wrong before they are JSON of any kind.
func badBytes() []vector {
	base := encode()
	inner := string(bytes.TrimSpace(base))
	return []vector{
		malformed("empty", nil, "unexpected end of JSON input"),
		malformed("white-space-alone", []byte(" \n"), "unexpected end of JSON input"),
		malformed("truncated", base[:len(base)/2], "unexpected end of JSON input"),
		malformed("truncated-last-brace", []byte(inner[:len(inner)-1]), "unexpected end of JSON input"),
		malformed("truncated-in-key", base[:bytes.Index(base, []byte(`predicateType`))+4], "unexpected end of JSON input"),
		malformed("brace-too-many", []byte(inner+"}"), "invalid character"),
		malformed("trailing-document", append(bytes.Clone(base), base...), "invalid character"),
		malformed("trailing-garbage", append(bytes.Clone(base), 'x'), "invalid character"),
		malformed("trailing-nul", append(bytes.Clone(base), 0), "invalid character"),
		malformed("byte-order-mark", append([]byte("\ufeff"), base...), "invalid character"),
		malformed("utf-16", utf16(base), "invalid character"),
		malformed("comment", append([]byte("// a record\n"), base...), "invalid character"),
		malformed("comma-at-end", replaced(base, `"lineage_gaps":[]`, `"lineage_gaps":[],,`), "invalid character"),
		malformed("comma-missing", replaced(base, `],"lineage_notes"`, `]"lineage_notes"`), "invalid character"),
		malformed("single-quotes", bytes.ReplaceAll(base, []byte(`"`), []byte(`'`)), "invalid character"),
		malformed("invalid-utf8", replaced(base, `"main"`, "\"ma\xffin\""), "invalid UTF-8"),
		malformed("overlong-utf8", replaced(base, `"main"`, "\"ma\xc0\xafin\""), "invalid UTF-8"),
		malformed("surrogate-in-utf8", replaced(base, `"main"`, "\"ma\xed\xa0\x80in\""), "invalid UTF-8"),
		malformed("lone-high-surrogate", replaced(base, `"main"`, `"ma\ud800in"`), "surrogate"),
		malformed("lone-low-surrogate", replaced(base, `"main"`, `"ma\udc00in"`), "surrogate"),
		malformed("surrogates-swapped", replaced(base, `"main"`, `"ma\ude00\ud83din"`), "surrogate"),
		malformed("raw-control-character", replaced(base, `"main"`, "\"ma\tin\""), "invalid character"),
		malformed("escape-unknown", replaced(base, `"main"`, `"ma\xin"`), "invalid character"),
		malformed("escaped-control-character", replaced(base, `"main"`, `"ma\u001b[2Jin"`), "control characters"),
		malformed("escaped-nul", replaced(base, `"main"`, `"ma\u0000in"`), "control characters"),
		malformed("escaped-line-end", replaced(base, `"main"`, `"ma\nin"`), "control characters"),
		malformed("delete-character", replaced(base, `"main"`, "\"ma\x7fin\""), "control characters"),
		malformed("c1-control-character", replaced(base, `"main"`, "\"ma\u009bin\""), "control characters"),
	}
}

// badBits have one bit flipped, in the byte after a text.
func badBits() []vector {
	base := encode()
	flip := func(text string, bit byte) []byte {
		raw := bytes.Clone(base)
		raw[bytes.Index(base, []byte(text))+len(text)] ^= bit
		return raw
	}
	metrics := rt.SHA256(rt.Metrics).SHA256.String()
	return []vector{
		malformed("bit-flipped-in-subject-digest", flip(`"name":"repo:model/MLmodel","digest":{"sha256":"`, 1), "is not the sum of its"),
		malformed("bit-flipped-in-tree-digest", flip(`"name":"repo:model","digest":{"lineageTree1":"`, 1), "dirHash"),
		malformed("bit-flipped-in-case", flip(metrics[:strings.IndexAny(metrics, "abcdef")], 0x20), "not a digest"),
		malformed("bit-flipped-in-role", flip(`"role":"dat`, 1), "role"),
		malformed("bit-flipped-in-key", flip(`"lineage_gap`, 1), "unknown key"),
		malformed("bit-flipped-in-commit", flip(`"gitCommit":"`, 1), "is not that of commit"),
		malformed("bit-flipped-in-exit-code", flip(`"exitCode":`, 1), "does not have exit code"),
		malformed("bit-flipped-in-quote", flip(`"_type"`, 2), "invalid character"),
	}
}

func utf16(raw []byte) []byte {
	out := []byte{0xff, 0xfe}
	for _, c := range raw {
		out = append(out, c, 0)
	}
	return out
}

// objects are where the format has an object, by its path in "everything".
var objects = map[string]string{
	"document": "", "subject": "subject.0", "annotations": "subject.0.annotations", "digest": "subject.0.digest",
	"file": "subject.1.annotations.file", "tree": "subject.2.annotations.tree", "origin": "subject.5.annotations.origin",
	"link":      "subject.8.annotations.tree.links.0",
	"predicate": "predicate", "build-definition": "predicate.buildDefinition",
	"parameters":  "predicate.buildDefinition.externalParameters",
	"parameter":   "predicate.buildDefinition.externalParameters.parameters.0",
	"declared":    "predicate.buildDefinition.externalParameters.inputs",
	"config":      "predicate.buildDefinition.externalParameters.config",
	"environment": "predicate.buildDefinition.internalParameters",
	"os":          "predicate.buildDefinition.internalParameters.os",
	"cpu":         "predicate.buildDefinition.internalParameters.cpu",
	"variable":    "predicate.buildDefinition.internalParameters.variables.0",
	"limit":       "predicate.buildDefinition.internalParameters.limits.0",
	"dependency":  "predicate.buildDefinition.resolvedDependencies.0",
	"commit":      "predicate.buildDefinition.resolvedDependencies.0.annotations.commit",
	"remote":      "predicate.buildDefinition.resolvedDependencies.0.annotations.commit.remotes.0",
	"difference":  "predicate.buildDefinition.resolvedDependencies.0.annotations.commit.differences.0",
	"lock":        "predicate.buildDefinition.resolvedDependencies.5.annotations.lock",
	"interpreter": "predicate.buildDefinition.resolvedDependencies.6.annotations.interpreter",
	"package":     "predicate.buildDefinition.resolvedDependencies.10.annotations.package",
	"files":       "predicate.buildDefinition.resolvedDependencies.10.annotations.package.files",
	"direct-url":  "predicate.buildDefinition.resolvedDependencies.10.annotations.package.directURL",
	"conda":       "predicate.buildDefinition.resolvedDependencies.10.annotations.package.conda",
	"run-details": "predicate.runDetails", "builder": "predicate.runDetails.builder", "version": "predicate.runDetails.builder.version",
	"metadata": "predicate.runDetails.metadata", "outcome": "predicate.runDetails.metadata.lineage_outcome",
	"group": "predicate.runDetails.metadata.lineage_group", "byproduct": "predicate.runDetails.byproducts.0",
	"gap": "predicate.runDetails.lineage_gaps.0", "note": "predicate.runDetails.lineage_notes.0",
}

// required are some of the keys that must be there, by their path in "succeeded".
var required = map[string]string{
	"type": "_type", "subject": "subject", "predicate-type": "predicateType", "role": "subject.1.annotations.role",
	"annotations": "subject.1.annotations", "location": "subject.1.annotations.file.location",
	"bytes": "subject.1.annotations.file.bytes", "files": "subject.2.annotations.tree.files",
	"command":      "predicate.buildDefinition.externalParameters.command",
	"inputs":       "predicate.buildDefinition.externalParameters.inputs",
	"environment":  "predicate.buildDefinition.internalParameters",
	"variables":    "predicate.buildDefinition.internalParameters.variables",
	"dependencies": "predicate.buildDefinition.resolvedDependencies",
	"run-details":  "predicate.runDetails", "builder": "predicate.runDetails.builder",
	"metadata": "predicate.runDetails.metadata", "invocation": "predicate.runDetails.metadata.invocationId",
	"started": "predicate.runDetails.metadata.startedOn", "finished": "predicate.runDetails.metadata.finishedOn",
	"outcome": "predicate.runDetails.metadata.lineage_outcome", "byproducts": "predicate.runDetails.byproducts",
	"coverage": "predicate.runDetails.lineage_coverage", "gaps": "predicate.runDetails.lineage_gaps",
	"gap-why": "predicate.runDetails.lineage_notes.0.why",
}

// badKeys have keys that are not ours, twice, in another case, or not at all.
func badKeys() []vector {
	whole, base := everythingAround(), encode()
	var all []vector
	for name, path := range objects {
		all = append(all, malformed("unknown-key-in-"+name, edit(whole, add(path, "extra", `"1"`)), `unknown key "extra"`))
	}
	for name, path := range required {
		all = append(all, malformed("missing-"+name, edit(base, remove(path)), "is missing"))
	}
	for name, path := range map[string]string{
		"subject": "subject", "predicate": "predicate", "digest": "subject.1.digest.sha256", "role": "subject.1.annotations.role",
		"command": "predicate.buildDefinition.externalParameters.command", "gaps": "predicate.runDetails.lineage_gaps",
		"outcome": "predicate.runDetails.metadata.lineage_outcome",
	} {
		all = append(all, malformed("duplicated-key-"+name, edit(base, again(path)), "stands twice"))
	}
	return append(all,
		malformed("duplicated-key-by-escape", edit(base, func(n *node) {
			again("predicate.runDetails.lineage_gaps")(n)
			parent, i := n.find("predicate.runDetails.lineage_gaps")
			other := *parent.kids[i]
			other.key, parent.kids[i] = `"lineage_g\u0061ps"`, &other
		}), "stands twice"),
		malformed("duplicated-key-other-value", edit(base, add("predicate.runDetails.metadata.lineage_outcome", "status", `"failed"`)), "stands twice"),
		malformed("key-in-other-case", edit(base, rename("subject", `"Subject"`)), `unknown key "Subject"`),
		malformed("key-in-other-case-beside", edit(base, add("", "SUBJECT", "[]")), `unknown key "SUBJECT"`),
		malformed("key-in-other-case-digest", edit(base, rename("subject.1.digest.sha256", `"SHA256"`)), `unknown key "SHA256"`),
		malformed("key-with-long-s", edit(base, rename("subject", `"ſubject"`)), "unknown key"),
		malformed("key-with-space", edit(base, rename("subject", `"subject "`)), "unknown key"),
		malformed("key-empty", edit(base, add("", "", "1")), `unknown key ""`),
	)
}

func sha256Of(content string) string { return quote(rt.SHA256(content).SHA256.String()) }

func zeros(n int) string { return quote(strings.Repeat("0", n)) }

func outcome(o record.Outcome) rt.Option {
	return func(s *record.Statement) { s.Predicate.RunDetails.Metadata.Outcome = o }
}
