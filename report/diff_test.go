package report_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/compare"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/report"
)

// shelf holds contents by their digests.
type shelf map[hashing.FileDigest][]byte

func (s shelf) Blob(_ context.Context, d hashing.FileDigest, _ int64) ([]byte, error) {
	if raw, found := s[d]; found {
		return raw, nil
	}
	return nil, compare.ErrNotFound
}

func (s shelf) File(ctx context.Context, f compare.File, limit int64) ([]byte, error) {
	return s.Blob(ctx, f.Digest, limit)
}

func (s shelf) Between(_ context.Context, a, b record.GitHash, _ int) (compare.Range, error) {
	return compare.Range{
		A: a, B: b, Relation: compare.RelationForward, Base: []record.GitHash{a}, CountB: 2,
		OnlyB: []compare.Commit{{Hash: b, Time: recordtest.Started, Author: "Ada", Subject: "Train longer"}},
	}, nil
}

const nextCommit record.GitHash = "89e6c98d92887913cadf06b2adb97f26cde4849b"

// next is the ordinary training, a commit later: with other data, code, packages,
// arguments and variables, and with another model.
func next(s *record.Statement) {
	recordtest.As(record.Invocation{2}, recordtest.Started.Add(time.Hour))(s)
	for _, role := range []record.Role{record.RoleData, record.RoleCode, record.RolePackage} {
		recordtest.Without(role)(s)
	}
	images := recordtest.Files{"a.png": "first image", "deep/c.png": "second image", "e.png": "third"}
	code := recordtest.Files{"lineage.yaml": recordtest.Code["lineage.yaml"], "prepare.py": recordtest.Code["prepare.py"], "train.py": "import torch\n"}
	for _, opt := range []recordtest.Option{
		recordtest.NoOutputs,
		recordtest.Input(record.RoleData, "repo:data/train.csv", "x,y\n1,3\n"),
		recordtest.InputTree(record.RoleData, "repo:data/images", images),
		recordtest.InputTree(record.RoleCode, "repo:.", code),
		recordtest.Dependency(recordtest.Package("numpy", "2.3.1")),
		recordtest.Dependency(recordtest.Package("attrs", "26.1.0")),
		recordtest.OutputTree("repo:model", recordtest.Files{"MLmodel": "flavors: {}\n", "data/model.pkl": "another pickle"}),
		recordtest.Output("repo:metrics.json", recordtest.Metrics),
		recordtest.Gap(record.GapInput, "repo:data/late.csv", "it was not there at the start"),
	} {
		opt(s)
	}
	d := &s.Predicate.BuildDefinition
	d.ExternalParameters.Command = append(d.ExternalParameters.Command, "--epochs", "3")
	d.InternalParameters.Variables[1].Value = "1"
	c := &d.ResolvedDependencies[0]
	c.Digest.GitCommit, c.URI = nextCommit, strings.Replace(c.URI, string(recordtest.Commit), string(nextCommit), 1)
}

func atHand() shelf {
	s := shelf{}
	add := func(raw []byte) { s[hashing.Bytes(raw)] = raw }
	for _, raw := range recordtest.Blobs() {
		add(raw)
	}
	for _, files := range []recordtest.Files{
		recordtest.Code, recordtest.Images, {"a.png": "first image", "deep/c.png": "second image", "e.png": "third"},
		{"lineage.yaml": recordtest.Code["lineage.yaml"], "prepare.py": recordtest.Code["prepare.py"], "train.py": "import torch\n"},
		{"train.csv": recordtest.Train, "later.csv": "x,y\n1,3\n"},
	} {
		add(files.Manifest().Bytes())
		for _, content := range files {
			add([]byte(content))
		}
	}
	return s
}

func comparison(t *testing.T, a, b *record.Record, lines int) compare.Diff {
	t.Helper()
	d, err := compare.Compare(t.Context(), compare.Run{Record: a}, compare.Run{Record: b}, compare.Options{Contents: atHand(), History: atHand(), Lines: lines})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// comparisons are one of each answer, and one of a run without a record.
func comparisons(t *testing.T) map[string]compare.Diff {
	t.Helper()
	first := recordtest.Record(t)
	again := recordtest.As(record.Invocation{2}, recordtest.Started.Add(time.Hour))
	model := func(s *record.Statement) {
		recordtest.NoOutputs(s)
		recordtest.Output("repo:model.bin", "another")(s)
	}
	intent := recordtest.Intent(record.Invocation{3}, recordtest.Started)
	abandoned, err := compare.Compare(t.Context(), compare.Run{Record: first}, compare.Run{Intent: &intent, State: report.Abandoned}, compare.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return map[string]compare.Diff{
		"same":          comparison(t, first, first, 0),
		"equal":         comparison(t, first, recordtest.Record(t, again), 0),
		"equal-outputs": comparison(t, first, recordtest.Record(t, again, recordtest.Without(record.RoleLock), recordtest.Input(record.RoleData, "repo:x.csv", "1")), 0),
		"changed":       comparison(t, first, recordtest.Record(t, next), 5),
		"unexplained":   comparison(t, first, recordtest.Record(t, again, model), 0),
		"abandoned":     abandoned,
	}
}

func TestDiff(t *testing.T) {
	all := comparisons(t)
	for name, d := range all {
		golden(t, "diff-"+name, func(w io.Writer) error { return report.Diff(w, d, report.DiffFacts{}, pipe) })
	}
	d := all["changed"]
	golden(t, "diff-changed-full", func(w io.Writer) error { return report.Diff(w, d, report.DiffFacts{Full: true}, pipe) })
	golden(t, "diff-changed-stat", func(w io.Writer) error { return report.Diff(w, d, report.DiffFacts{Stat: true}, pipe) })
	golden(t, "diff-changed-color", func(w io.Writer) error { return report.Diff(w, d, report.DiffFacts{}, terminal) })
	golden(t, "diff-json", func(w io.Writer) error { return report.DiffJSON(w, d, upstream) })
}

func TestDiffJSON(t *testing.T) {
	for name, d := range comparisons(t) {
		t.Run(name, func(t *testing.T) {
			conforms(t, report.DiffJSONSchema, func(w io.Writer) error { return report.DiffJSON(w, d, upstream) })
		})
	}
	rich := comparison(t, recordtest.Record(t), recordtest.Record(t, rich), 5)
	conforms(t, report.DiffJSONSchema, func(w io.Writer) error { return report.DiffJSON(w, rich, upstream) })
}

// TestDiffIsBounded: of very many things some are shown, and how to see the others.
func TestDiffIsBounded(t *testing.T) {
	many := func(s *record.Statement) {
		next(s)
		for i := range 500 {
			recordtest.Dependency(recordtest.Package(fmt.Sprintf("package-%d", i), "1"))(s)
		}
	}
	d := comparison(t, recordtest.Record(t), recordtest.Record(t, many), 0)
	text := render(t, func(w io.Writer) error { return report.Diff(w, d, report.DiffFacts{}, pipe) })
	if n := strings.Count(text, "\n"); n > 120 || !strings.Contains(text, "--full") {
		t.Errorf("%d lines:\n%s", n, text)
	}
	whole := render(t, func(w io.Writer) error { return report.Diff(w, d, report.DiffFacts{Full: true}, pipe) })
	if !strings.Contains(whole, "package-499") {
		t.Error("--full leaves packages out")
	}
}

// TestHostileDiff puts a hostile text into each string of a comparison.
func TestHostileDiff(t *testing.T) {
	seen := map[string]bool{}
	for name, d := range comparisons(t) {
		eachString(reflect.ValueOf(&d).Elem(), "", func(at string, s reflect.Value) {
			old, place := s.String(), string(d.Answer)+regexp.MustCompile(`\[\d+\]`).ReplaceAllString(at, "")
			if seen[place] || s.Type().Name() == "GitHash" || s.Type().Name() == "Answer" {
				return
			}
			seen[place] = true
			s.SetString(hostile)
			for _, o := range []report.Options{pipe, terminal, narrow} {
				for _, f := range []report.DiffFacts{{}, {Full: true}} {
					checkPage(t, name, render(t, func(w io.Writer) error { return report.Diff(w, d, f, o) }), o)
				}
			}
			checkPage(t, name, render(t, func(w io.Writer) error { return report.DiffJSON(w, d, upstream) }), pipe)
			s.SetString(old)
		})
	}
}

func TestFailingDiff(t *testing.T) {
	d := comparisons(t)["changed"]
	for name, err := range map[string]error{"text": report.Diff(broken{}, d, report.DiffFacts{}, pipe), "JSON": report.DiffJSON(broken{}, d, upstream)} {
		if !errors.Is(err, errBroken) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// upstream points to two makers.
var upstream = report.DiffFacts{
	Asked: [2]string{"models:/toy/1", "@1"},
	Upstream: []report.DiffUpstream{{
		At: []record.Location{{Root: record.RootRepo, Path: "data/prepared"}}, A: record.ID{1}, B: record.ID{2},
		Command: []string{"lineage", "diff", "010000000000", "020000000000"},
	}},
}

// Where a cause may lie in other runs, the page names them; and the entry of a tracker
// that a run stands for.
func TestDiffUpstream(t *testing.T) {
	got := render(t, func(w io.Writer) error { return report.Diff(w, compare.Diff{Answer: compare.Changed}, upstream, pipe) })
	for _, want := range []string{"a   000000000000  models:/toy/1  ", "b   000000000000  0001", "repo:data/prepared was made by a recorded run on either side; why it differs: lineage diff 010000000000 020000000000\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("it lacks %q:\n%s", want, got)
		}
	}
}
