package main

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	rt "github.com/lineage-audit/lineage/record/recordtest"
)

func encode(opts ...rt.Option) []byte {
	r, err := record.Encode(rt.Statement(opts...))
	if err != nil {
		panic("vectors: " + err.Error())
	}
	return r.Bytes()
}

// goodRecords are those that are read. Each is valid in a way of its own.
func goodRecords() []vector {
	succeeded := encode()
	vectors := []vector{
		{name: "succeeded", raw: succeeded},
		{name: "everything", raw: encode(everything...)},
		{name: "everything-around", raw: everythingAround()},
		{name: "minimal", raw: minimal()},
	}
	for name, opts := range map[string][]rt.Option{
		"failed":                {rt.Exited(3)},
		"exit-code-negative":    {rt.Exited(-1)},
		"interrupted-by-signal": {rt.Ended(record.Outcome{Status: record.Interrupted, Signal: "SIGINT"})},
		"interrupted-exit-130":  {rt.Ended(record.Outcome{Status: record.Interrupted, ExitCode: int64p(130)})},
		"interrupted-exit-0":    {rt.Ended(record.Outcome{Status: record.Interrupted, ExitCode: int64p(0)})},
		"killed-out-of-memory":  {rt.Ended(record.Outcome{Status: record.Killed, Signal: "SIGKILL", OutOfMemory: true})},
		"not-started":           {rt.NoOutputs, rt.Ended(record.Outcome{Status: record.NotStarted, Reason: "the command was not found"})},
		"observed":              {rt.Observed},
		"gaps":                  {rt.Gap("input-changed", "repo:data/train.csv", "it changed while the run went on")},
		"no-commit":             {rt.Without(record.RoleCommit), rt.Dependency(commit("", record.CommitFacts{State: record.TreeNoCommit}))},
		"dirty":                 {rt.Without(record.RoleCommit), rt.Dependency(commit(rt.Commit, dirty))},
		"filtered":              {rt.Without(record.RoleCommit), rt.Dependency(commit(rt.Commit, record.CommitFacts{State: record.TreeFiltered}))},
		"commit-declared":       {rt.Without(record.RoleCommit), rt.Dependency(commit(rt.Commit, record.CommitFacts{State: record.TreeUnknown, Declared: true}))},
		"commit-sha256":         {rt.Without(record.RoleCommit), rt.Dependency(commit(rt.Commit+record.GitHash(strings.Repeat("0", 24)), record.CommitFacts{State: record.TreeClean, ObjectFormat: "sha256"}))},
		"no-git":                {rt.Without(record.RoleCommit)},
		"no-packages":           {rt.Without(record.RolePackage), rt.Without(record.RoleInterpreter), rt.Without(record.RoleLock)},
		"package-twice":         {rt.Dependency(rt.Package("numpy", "1.26.4"))},
		"interpreters-two":      {rt.Dependency(otherInterpreter())},
		"package-no-record":     {rt.Dependency(withoutDigest(rt.Package("legacy", "1.0")))},
		"output-empty-file":     {rt.Output("repo:empty.bin", "")},
		"output-empty-folder":   {rt.OutputTree("repo:empty", nil)},
		"output-of-one-file":    {rt.OutputTree("repo:one", rt.Files{"file": "1"})},
		"output-on-server":      {serverModel},
		"output-of-many-files":  {many(record.MaxParts + 1)},
		"output-in-root":        {rt.NoOutputs, rt.OutputTree("repo:.", rt.Files{"a": "1", "b/c": "2"})},
		"output-roots":          {rt.Output("abs:/mnt/m.bin", "m"), rt.Output("home:m.bin", "m"), rt.Output("venv:m.bin", "m")},
		"output-alike-names":    {rt.OutputTree("repo:.model", rt.Files{"a": "1"}), rt.Output("repo:model-2", "2"), rt.Output("repo:model.bin", "3"), rt.Output("repo:mode", "4")},
		"no-outputs":            {rt.NoOutputs},
		"input-empty-folder":    {rt.InputTree(record.RoleData, "repo:none", nil)},
		"input-twice":           {rt.Input(record.RoleData, "repo:data/train.csv", rt.Train)},
		"input-in-two-roles":    {rt.Input(record.RolePreprocessing, "repo:data/train.csv", "as it was later")},
		"names-escaped-in-tree": {rt.OutputTree("repo:names", rt.Files{"new\nline": "1", "back\\slash": "2", "re\rturn": "3", "ü": "4", "%41": "5"})},
		"names-encoded":         {rt.Output("repo:new%0Aline", "1"), rt.Output("repo:%FF%FE", "2"), rt.Output("repo:100%25", "3"), rt.Output("repo:dàtâ 数据 😀", "4")},
		"sizes-largest":         {rt.NoOutputs, largest},
		"none-declared":         {noneDeclared},
		"time-whole-second":     {rt.As(rt.Invocation, rt.Started.Truncate(1e9))},
		"time-nanoseconds":      {rt.As(rt.Invocation, rt.Started.Add(1))},
		"took-no-time":          {tookNoTime},
		"no-container":          {container(record.Container{None: true})},
		"image-unknown":         {container(record.Container{Runtime: "docker"})},
	} {
		vectors = append(vectors, vector{name: name, raw: encode(opts...)})
	}
	return append(vectors, goodSpellings(succeeded)...)
}

// goodSpellings say the same facts in other bytes: they are other records.
func goodSpellings(base []byte) []vector {
	var indented, compact bytes.Buffer
	if json.Indent(&indented, base, "", "\t") != nil || json.Compact(&compact, base) != nil {
		panic("vectors: the base is no JSON")
	}
	reversed := edit(base, func(n *node) {
		for i, j := 0, len(n.kids)-1; i < j; i, j = i+1, j-1 {
			n.kids[i], n.kids[j] = n.kids[j], n.kids[i]
		}
	})
	return []vector{
		{name: "spelling-indented", raw: indented.Bytes()},
		{name: "spelling-no-line-end", raw: compact.Bytes()},
		{name: "spelling-crlf", raw: bytes.ReplaceAll(indented.Bytes(), []byte("\n"), []byte("\r\n"))},
		{name: "spelling-other-order", raw: reversed},
		{name: "spelling-escaped-key", raw: replaced(base, `"startedOn"`, `"st\u0061rtedOn"`)},
		{name: "spelling-escaped-digest", raw: edit(base, set("subject.1.digest.sha256", escaped(hashing.Bytes([]byte(rt.Metrics)).String())))},
		{name: "spelling-surrogate-pair", raw: edit(base, set("predicate.runDetails.lineage_notes.0.why", `"\ud83d\ude00"`))},
		{name: "spelling-escaped-solidus", raw: edit(base, set("predicate.runDetails.lineage_notes.0.why", `"a\/b\"c\\d"`))},
	}
}

// escaped spells the first character of a string as an escape.
func escaped(s string) string { return `"\u00` + hex(s[0]) + s[1:] + `"` }

func hex(c byte) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[c>>4], digits[c&15]})
}

func int64p(n int64) *int64 { return &n }

func tookNoTime(s *record.Statement) {
	m := &s.Predicate.RunDetails.Metadata
	m.FinishedOn = m.StartedOn
}

func noneDeclared(s *record.Statement) {
	p := &s.Predicate.BuildDefinition.ExternalParameters
	p.Inputs, p.Preprocessing, p.Outputs = record.Declared{None: true}, record.Declared{}, record.Declared{None: true}
}

func largest(s *record.Statement) {
	rt.Output("repo:large", "large")(s)
	s.Subject[len(s.Subject)-1].Annotations.File.Bytes = math.MaxInt64
}

// otherInterpreter is that of another environment, at the same place in it.
func otherInterpreter() record.Resource {
	at := rt.Location("venv:bin/python")
	return record.Resource{Name: at.String(), Digest: rt.SHA256("another interpreter"), Annotations: record.Annotations{
		Role: record.RoleInterpreter, Interpreter: &record.InterpreterFacts{
			Location: at, Resolved: at, Implementation: "CPython", Version: "3.12.0", Environment: "conda", Seen: "running",
		},
	}}
}

func withoutDigest(r record.Resource) record.Resource {
	r.Digest = nil
	return r
}

var dirty = record.CommitFacts{State: record.TreeDirty, Differences: []record.Difference{
	{Path: "train.py", Kind: "modified"}, {Path: "new%0Aline.py", Kind: "untracked"},
}}

func commit(hash record.GitHash, facts record.CommitFacts) record.Resource {
	facts.Location = rt.Location("repo:.")
	r := record.Resource{
		Name: "repo:.", URI: "git:no-commit",
		Annotations: record.Annotations{Role: record.RoleCommit, Commit: &facts},
	}
	if hash != "" {
		r.URI, r.Digest = "git+https://git.example/ada/fraud.git@"+string(hash), &record.DigestSet{GitCommit: hash}
	}
	return r
}

// serverModel adds a model that a tracking server keeps.
func serverModel(s *record.Statement) {
	n := len(s.Subject)
	rt.OutputTree("server:logged-model/m-1234", rt.Model)(s)
	for i := range s.Subject[n:] {
		s.Subject[n+i].Annotations.Origin = &record.Origin{Kind: "server", System: "mlflow", Target: "logged-model", ID: "m-1234"}
	}
}
