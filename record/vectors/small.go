package main

import (
	"bytes"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	rt "github.com/lineage-audit/lineage/record/recordtest"
)

func intent() []byte { return encodeIntent(rt.Intent(rt.Invocation, rt.Started)) }

func encodeIntent(i record.Intent) []byte {
	raw, err := record.EncodeIntent(i)
	if err != nil {
		panic("vectors: " + err.Error())
	}
	return raw
}

func goodIntents() []vector {
	whole := rt.Intent(rt.Invocation, rt.Started)
	whole.Parent, whole.Group = &record.Invocation{0xab}, &record.Group{Kind: "slurm", ID: "4711", Rank: "0", Size: "8"}
	whole.Process.Namespace = "pid:[4026531836]"
	least := record.Intent{
		InvocationID: rt.Invocation, StartedOn: record.At(rt.Started), Command: []string{"true"},
		WorkingDirectory: rt.Location("abs:/"), Process: record.Process{PID: 1},
	}
	return []vector{
		{name: "ordinary", raw: intent()},
		{name: "everything", raw: encodeIntent(whole)},
		{name: "minimal", raw: encodeIntent(least)},
	}
}

func badIntents() []vector {
	base := intent()
	all := []vector{
		malformed("empty", nil, "unexpected EOF"),
		malformed("truncated", base[:len(base)/2], "unexpected EOF"),
		malformed("trailing-document", append(bytes.Clone(base), base...), "data after the end"),
		malformed("invalid-utf8", replaced(base, `"trainer"`, "\"\xff\""), "invalid UTF-8"),
		malformed("lone-surrogate", replaced(base, `"trainer"`, `"\ud800"`), "surrogate"),
		malformed("control-character", replaced(base, `"trainer"`, `"\u001b[2J"`), "control characters"),
		malformed("duplicated-key", edit(base, again("process.pid")), "stands twice"),
		malformed("unknown-key", edit(base, add("", "user", `"ada"`)), "unknown key"),
		malformed("unknown-key-in-process", edit(base, add("process", "ppid", "1")), "unknown key"),
		malformed("key-in-other-case", edit(base, rename("process.pid", `"PID"`)), "unknown key"),
		malformed("array-as-document", []byte("[]\n"), "want an object"),
		malformed("null-document", []byte("null\n"), "want an object, got null"),
	}
	for name, c := range map[string]struct{ path, raw, because string }{
		"type-of-record":        {"_type", quote(record.StatementType), "want " + quote(record.IntentType)},
		"type-newer":            {"_type", `"https://github.com/lineage-audit/lineage/intent@v2"`, "want " + quote(record.IntentType)},
		"invocation-zero":       {"invocationId", zeros(32), "invocation is zero"},
		"invocation-upper-case": {"invocationId", quote(strings.ToUpper(rt.Invocation.String())), "not an invocation"},
		"time-with-offset":      {"startedOn", `"2026-03-14T16:09:26+01:00"`, "shortest spelling"},
		"time-year-one":         {"startedOn", `"0001-01-01T00:00:00Z"`, "in the year 1"},
		"command-empty":         {"command", "[]", "the command is empty"},
		"command-without-name":  {"command.0", `""`, "the command is empty"},
		"command-null":          {"command", "null", "got null"},
		"folder-not-clean":      {"workingDirectory", `"repo:a/.."`, "not a clean path"},
		"pid-zero":              {"process.pid", "0", "pid 0"},
		"pid-negative":          {"process.pid", "-1", "pid -1"},
		"pid-float":             {"process.pid", "1.0", "not a plain 64-bit integer"},
		"pid-text":              {"process.pid", `"1"`, "want an integer"},
		"optional-empty":        {"process.host", `""`, "left out"},
		"process-null":          {"process", "null", "got null"},
	} {
		all = append(all, malformed(name, edit(base, set(c.path, c.raw)), c.because))
	}
	for _, key := range []string{"_type", "invocationId", "startedOn", "command", "workingDirectory", "process", "process.pid"} {
		all = append(all, malformed("missing-"+strings.NewReplacer("process.", "", "_", "").Replace(key), edit(base, remove(key)), "is missing"))
	}
	return append(all,
		malformed("parent-is-itself", edit(base, add("", "parent", quote(rt.Invocation))), "the parent is zero or the run itself"),
		malformed("group-without-kind", edit(base, add("", "group", `{"kind":"","id":"1"}`)), "group without kind or id"),
	)
}

func attachment() record.Attachment {
	return record.Attachment{
		RecordID: record.IDOf([]byte("a record")), AttachedOn: record.At(rt.Started),
		System: "mlflow", Kind: "model-version", ID: "7", Name: "fraud-classifier", Run: "8c2f",
		URL: "https://mlflow.example/#/models/fraud-classifier/versions/7", Location: "lineage/record.intoto.json",
	}
}

func encodeAttachment(a record.Attachment) []byte {
	raw, err := record.EncodeAttachment(a)
	if err != nil {
		panic("vectors: " + err.Error())
	}
	return raw
}

func goodAttachments() []vector {
	least := attachment()
	least.Kind, least.Name, least.Run, least.URL, least.Location = "run", "", "", "", ""
	return []vector{{name: "everything", raw: encodeAttachment(attachment())}, {name: "minimal", raw: encodeAttachment(least)}}
}

func badAttachments() []vector {
	base := encodeAttachment(attachment())
	all := []vector{
		malformed("truncated", base[:len(base)/2], "unexpected EOF"),
		malformed("trailing-document", append(bytes.Clone(base), base...), "data after the end"),
		malformed("duplicated-key", edit(base, again("id")), "stands twice"),
		malformed("unknown-key", edit(base, add("", "token", `"x"`)), "unknown key"),
		malformed("key-in-other-case", edit(base, rename("id", `"ID"`)), "unknown key"),
		malformed("missing-record", edit(base, remove("recordId")), "is missing"),
		malformed("missing-id", edit(base, remove("id")), "is missing"),
	}
	for name, c := range map[string]struct{ path, raw, because string }{
		"type-newer":        {"_type", `"https://github.com/lineage-audit/lineage/attachment@v2"`, "want " + quote(record.AttachmentType)},
		"record-zero":       {"recordId", zeros(64), "the record's id is zero"},
		"record-short":      {"recordId", zeros(12), "not a digest"},
		"id-empty":          {"id", `""`, "is missing"},
		"system-empty":      {"system", `""`, "is missing"},
		"kind-empty":        {"kind", `""`, "is missing"},
		"name-null":         {"name", "null", "got null"},
		"control-character": {"name", `"a\u001b[2J"`, "control characters"},
		"time-with-offset":  {"attachedOn", `"2026-03-14T16:09:26+01:00"`, "shortest spelling"},
	} {
		all = append(all, malformed(name, edit(base, set(c.path, c.raw)), c.because))
	}
	return all
}

// trees are the folders that the good manifests are of.
var trees = map[string]rt.Files{
	"empty":          nil,
	"one-empty-file": {"empty": ""},
	"ordinary":       rt.Model,
	"byte-order":     {"a": "", "a-b": "", "ab/c": "", "a.b": "", "A": "", "á": "", "abc": "", "a b": ""},
	"escapes":        {"new\nline": "1", "back\\slash": "2", "re\rturn": "3", "\\": "4", "\n": "5", "all\\\n\r": "6"},
	"odd-names":      {" leading": "", "trailing ": "", "two  spaces": "", "*star": "", "d/-": "", "--help": "", "...": "", "\xff\xfe": "", "tab\t": ""},
}

func goodManifests() (all []vector) {
	for name, files := range trees {
		all = append(all, vector{name: name, raw: files.Manifest().Bytes()})
	}
	return all
}

func badManifests() []vector {
	sum := hashing.Bytes([]byte("1")).String()
	bad := func(name, text, because string) vector { return malformed(name, []byte(text), because) }
	return []vector{
		bad("no-line-end", sum+"  a", "no line end"),
		bad("empty-line", "\n", "no two spaces"),
		bad("empty-line-at-end", sum+"  a\n\n", "no two spaces"),
		bad("crlf", sum+"  a\r\n", "not escaped"),
		bad("one-space", sum+" a\n", "no two spaces"),
		bad("binary-mark", sum+" *a\n", "no two spaces"),
		bad("tab", sum+"\ta\n", "no two spaces"),
		bad("three-spaces-before-digest", "   "+sum+"  a\n", "not a digest"),
		bad("upper-case", strings.ToUpper(sum)+"  a\n", "not a digest"),
		bad("short-digest", sum[2:]+"  a\n", "not a digest"),
		bad("long-digest", sum+"00  a\n", "not a digest"),
		bad("md5", sum[:32]+"  a\n", "not a digest"),
		bad("bsd-style", "SHA256 (a) = "+sum+"\n", "no two spaces"),
		bad("comment", "# files\n"+sum+"  a\n", "no two spaces"),
		bad("byte-order-mark", "\ufeff"+sum+"  a\n", "not a digest"),
		bad("no-path", sum+"  \n", "not clean and relative"),
		bad("absolute", sum+"  /a\n", "not clean and relative"),
		bad("above", sum+"  ../a\n", "not clean and relative"),
		bad("above-inside", sum+"  a/../b\n", "not clean and relative"),
		bad("dot", sum+"  ./a\n", "not clean and relative"),
		bad("dot-alone", sum+"  .\n", "not clean and relative"),
		bad("double-slash", sum+"  a//b\n", "not clean and relative"),
		bad("slash-at-end", sum+"  a/\n", "not clean and relative"),
		bad("dash-at-top", sum+"  -\n", "standard input"),
		bad("nul", sum+"  a\x00b\n", "NUL"),
		bad("path-twice", sum+"  a\n"+sum+"  a\n", "out of order"),
		bad("out-of-order", sum+"  b\n"+sum+"  a\n", "out of order"),
		bad("order-of-escaped-text", `\`+sum+`  a\nb`+"\n"+sum+"  a\tb\n", "out of order"),
		bad("escape-mark-needless", `\`+sum+"  a\n", "not escaped"),
		bad("escape-mark-missing", sum+`  a\nb`+"\n", "not escaped"),
		bad("escape-unknown", `\`+sum+`  a\tb`+"\n", "not escaped"),
		bad("escape-cut", `\`+sum+`  a\`+"\n", "not escaped"),
	}
}
