package page_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/compare"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/report/page"
	"github.com/lineage-audit/lineage/trace"
	"github.com/lineage-audit/lineage/verify"
)

// now is when pages are made here.
var now = recordtest.Started.Add(24 * time.Hour)

// world are the facts of an ordinary model: everything of traced held, little more.
func world(t testing.TB, opts ...recordtest.Option) page.Facts {
	t.Helper()
	return worldOf(recordtest.Record(t, opts...))
}

func worldOf(r *record.Record) page.Facts {
	model := recordtest.Model.Manifest()
	f := page.Facts{
		Verdict: verdictOf(r), Record: r, Version: "0.1.0", Time: now,
		Manifests: map[hashing.TreeDigest]hashing.Manifest{},
		Attached:  []record.Attachment{{System: "mlflow", Kind: "model-version", ID: "7", Name: "fraud", URL: "https://mlflow.example/#/models/fraud/versions/7"}},
		Lineage:   page.Lineage{Graph: graphOf(5)},
		Before:    page.Before{What: "version 6 of fraud", Record: idOf(r), Diff: diff()},
		Hand:      handOf(r, model),
	}
	for _, files := range []recordtest.Files{recordtest.Code, recordtest.Images, recordtest.Model} {
		f.Manifests[files.Manifest().Digest()] = files.Manifest()
	}
	return f
}

func idOf(r *record.Record) *record.ID {
	id := r.ID()
	return &id
}

// verdictOf is a pass about the record, as package verify would give it.
func verdictOf(r *record.Record) verify.Verdict {
	tree := recordtest.Model.Manifest().Digest()
	digest := &verify.ModelDigest{Tree: &tree, Files: 2}
	resolved := &verify.Resolved{Kind: verify.TargetRegistry, System: "mlflow", Name: "fraud", Version: "7", LoggedModel: "m-1", Run: "8c2f", Source: "models:/m-1", Owner: "ada"}
	v := verify.Verdict{
		Schema: verify.Schema, Verifier: verify.Verifier{ID: verify.VerifierID, Version: record.Version{Lineage: "0.1.0"}}, TimeVerified: record.At(now),
		ResourceURI: "models:/fraud/7", Policy: verify.PolicyRef{URI: "file:lineage.policy.yaml", Digest: &verify.SHA256Digest{SHA256: hashing.Bytes([]byte("policy"))}},
		InputAttestations: []verify.Attestation{}, VerificationResult: verify.SLSAPassed, VerifiedLevels: []string{"LINEAGE_TRACED"}, SLSAVersion: "1.1",
		Result: verify.Pass, Reason: "every check of traced that was asked for was held", Required: verify.Traced, Reached: verify.Traced, Label: "traced",
		SetAside: []verify.SetAside{}, Authentication: verify.NotAuthenticated,
		Target: verify.TargetReport{Asked: "models:/fraud/7", Resolved: resolved, Digest: digest, Again: resolved, DigestAgain: digest},
		Record: idOf(r), Candidates: []verify.Candidate{{ID: r.ID(), By: verify.ByEntry, Standing: verify.Chosen}},
	}
	for _, id := range verify.Checks() {
		rung, _ := verify.RungOf(id)
		c := verify.Check{ID: id, Rung: rung, Status: verify.Held, Reason: "it is as it should be", Evidence: []verify.Evidence{}, Notes: []string{}}
		if rung != verify.Traced {
			c.Status, c.Reason = verify.Lacking, "nobody could look"
		}
		v.Checks = append(v.Checks, c)
	}
	at(&v, verify.ModelBytes).Expected = "lineageTree1:" + tree.String()
	available := at(&v, verify.InputsAvailable)
	available.Status = verify.Held
	for _, in := range r.Dependencies(record.RoleData) {
		text := "sha256:" + hashing.Bytes([]byte(recordtest.Train)).String()
		if in.Digest.Tree != nil {
			text = "lineageTree1:" + in.Digest.Tree.String()
		}
		available.Evidence = append(available.Evidence, verify.Evidence{Name: in.Name, Where: "recorded path: /work/" + in.Name, Expected: text, Found: text, Status: verify.Held})
	}
	return v
}

// at is a check of a verdict.
func at(v *verify.Verdict, id verify.CheckID) *verify.Check {
	for i := range v.Checks {
		if v.Checks[i].ID == id {
			return &v.Checks[i]
		}
	}
	panic("no check " + id)
}

func handOf(r *record.Record, model hashing.Manifest) page.Hand {
	tree := r.Dependencies(record.RoleCode)[0].Digest.Tree
	h := page.Hand{
		Folder: "/work", Record: ".lineage/records/aa/record.intoto.json", Records: ".lineage/records", Naming: []string{".lineage/records/aa/record.intoto.json"},
		Blobs:   map[hashing.FileDigest]string{tree.ManifestDigest(): ".lineage/blobs/code"},
		Code:    page.Code{Repository: ".", Commit: recordtest.Commit, Stored: map[string]string{"repo:.": ".", "repo:requirements.lock": "requirements.lock"}},
		Entries: []page.Entry{{Say: "The alias means this version.", URL: "https://mlflow.example/api?name=fraud", Has: `"version":"7"`}},
	}
	for _, e := range model.Entries() {
		h.Served = append(h.Served, page.Served{Path: e.Path, URL: "https://mlflow.example/" + e.Path, Digest: e.Digest})
	}
	return h
}

// graphOf is a lineage of about so many nodes: files that runs read, side by side,
// and the model that the last one made.
func graphOf(nodes int) *trace.Graph {
	g := &trace.Graph{Asked: "models:/fraud/7", Direction: trace.Upstream, Start: []string{"model"}, Problems: []string{}}
	add := func(n trace.Node) string {
		g.Nodes = append(g.Nodes, n)
		return n.ID
	}
	edge := func(from, to string, why trace.Why) {
		g.Edges = append(g.Edges, trace.Edge{From: from, To: to, Why: why, Role: record.RoleData})
	}
	model := add(trace.Node{ID: "model", Kind: trace.KindModel, Model: &trace.Model{System: "mlflow", Kind: "model-version", Name: "fraud", ID: "7"}})
	run := func(n int) string {
		id := record.IDOf([]byte(fmt.Sprint(n)))
		return add(trace.Node{ID: fmt.Sprintf("run-%d", n), Kind: trace.KindRun, Run: &trace.Run{Record: &id, Status: record.Succeeded, Started: record.At(now), Command: []string{"python", "step.py", fmt.Sprint(n)}}})
	}
	file := func(name string) string {
		digest := hashing.Bytes([]byte(name))
		return add(trace.Node{ID: "file-" + digest.String()[:16], Kind: trace.KindFile, Artifact: &trace.Artifact{File: &digest, Names: []string{name}, Files: 1, Bytes: 1000, SizeKnown: true}})
	}
	last := run(0)
	edge(last, model, trace.Attached)
	for n := 1; len(g.Nodes) < nodes; n++ {
		prepared := file(fmt.Sprintf("repo:data/prepared/part-%04d.parquet", n))
		edge(prepared, last, trace.Read)
		if len(g.Nodes) >= nodes {
			break
		}
		step := run(n)
		edge(step, prepared, trace.Made)
		if len(g.Nodes) >= nodes {
			break
		}
		edge(file(fmt.Sprintf("repo:data/raw/part-%04d.csv", n)), step, trace.Read)
	}
	return g
}

func diff() *compare.Diff {
	return &compare.Diff{
		A: compare.Side{Status: record.Succeeded, Command: []string{"python"}}, B: compare.Side{Status: record.Succeeded, Command: []string{"python"}}, Answer: compare.Changed,
		Causes: []compare.Area{
			{Name: compare.Data, Status: compare.Differs, A: 2, B: 2, Doubts: []compare.Doubt{}, Items: []compare.Item{{
				Kind: compare.KindChanged, Sort: compare.SortFile, What: "repo:data/train.csv", A: "sha256:aa", B: "sha256:bb", Bearing: compare.Read,
			}}},
			{Name: compare.Preprocessing, Status: compare.Same, Items: []compare.Item{}, Doubts: []compare.Doubt{}},
			{Name: compare.Code, Status: compare.Differs, Items: []compare.Item{{
				Kind: compare.KindChanged, Sort: compare.SortFolder, What: "repo:.", A: "lineageTree1:" + strings.Repeat("ab", 32), B: "lineageTree1:" + strings.Repeat("cd", 32),
				Files: &compare.Files{Same: 3, Changed: 1, List: []compare.FileChange{{Kind: compare.KindChanged, Path: "train.py"}}},
			}}, Doubts: []compare.Doubt{}},
			{Name: compare.Packages, Status: compare.Unknown, Items: []compare.Item{}, Doubts: []compare.Doubt{{Of: compare.OfA, What: "numpy", Why: "it was not captured"}}},
		},
		Results: []compare.Area{{Name: compare.Outputs, Status: compare.Differs, Items: []compare.Item{}, Doubts: []compare.Doubt{}}},
		Gaps:    []compare.Gap{},
	}
}

// formats are the ways to render a page.
var formats = map[string]func(io.Writer, page.Facts) error{"html": page.HTML, "markdown": page.Markdown, "json": page.JSON}

func render(t testing.TB, format string, f page.Facts) string {
	t.Helper()
	var b bytes.Buffer
	if err := formats[format](&b, f); err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return b.String()
}

// scenes are the pages that there are, by what is special about them.
func scenes(t testing.TB) map[string]page.Facts {
	failed := world(t, recordtest.Gap("input-changed", "repo:data/train.csv", "it was written while the run went on"))
	failed.Verdict.Result, failed.Verdict.ExitStatus, failed.Verdict.Reason = verify.Fail, 1, "model.bytes failed: other bytes"
	failed.Verdict.VerificationResult, failed.Verdict.VerifiedLevels = verify.SLSAFailed, []string{"FAILED"}
	failed.Verdict.Reached, failed.Verdict.Label = verify.Untraced, "untraced"
	c := at(&failed.Verdict, verify.ModelBytes)
	c.Status, c.Reason, c.Found, c.Mend = verify.Failed, "other bytes", "lineageTree1:"+strings.Repeat("ab", 32), "lineage verify models:/fraud/7"
	c.Evidence = []verify.Evidence{{Name: "model.pkl", Where: "repo:model", Expected: "sha256:" + strings.Repeat("cd", 32), Found: "sha256:" + strings.Repeat("ef", 32), Status: verify.Failed}}

	untraced := world(t)
	untraced.Record, untraced.Verdict.Record, untraced.Hand = nil, nil, page.Hand{}
	untraced.Before, untraced.Lineage = page.Before{Why: "there is no record of this one"}, page.Lineage{Why: "no record"}
	untraced.Verdict.Result, untraced.Verdict.ExitStatus, untraced.Verdict.Reached, untraced.Verdict.Label = verify.CannotVerify, 3, verify.Untraced, "untraced"
	untraced.Verdict.VerificationResult, untraced.Verdict.VerifiedLevels = verify.SLSAFailed, []string{"FAILED"}
	untraced.Verdict.Candidates, untraced.Verdict.Target.Resolved = []verify.Candidate{}, nil
	for i := range untraced.Verdict.Checks {
		untraced.Verdict.Checks[i].Status, untraced.Verdict.Checks[i].Reason = verify.Lacking, "no record names these bytes"
	}
	untraced.Problems = []string{"reading the record again: it is gone"}

	big := world(t, func(s *record.Statement) {
		for i := range 2000 {
			recordtest.Dependency(recordtest.Package(fmt.Sprintf("package-%04d", i), "1.0"))(s)
		}
	})
	big.Lineage.Graph = graphOf(500)
	return map[string]page.Facts{"pass": world(t), "fail": failed, "untraced": untraced, "big": big}
}
