package report_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/sourcing"
)

// several has inputs of all kinds, of which nothing says where they are from.
func several(s *record.Statement) {
	recordtest.Without(record.RoleData)(s)
	recordtest.Input(record.RoleData, "repo:data/raw.csv", "1")(s)
	recordtest.Input(record.RoleData, "home:set.csv", "2")(s)
	recordtest.Input(record.RoleData, "repo:-x", "3")(s)
	recordtest.InputTree(record.RoleData, "repo:images", recordtest.Files{"a.png": "a", "b.png": "b", "c.png": "c", "d\n.png": "d"})(s)
	recordtest.InputTree(record.RoleData, "abs:/mnt/mixed", recordtest.Files{"a.png": "e", "b.png": "f"})(s)
	recordtest.InputTree(record.RoleData, "repo:sourced", recordtest.Files{"a": "g", "b": "h"})(s)
	d := &s.Predicate.BuildDefinition
	for i := range d.ResolvedDependencies {
		switch r := &d.ResolvedDependencies[i]; r.Name {
		case "abs:/mnt/mixed":
			r.Annotations.Tree.Sources = []record.Source{{Path: "a.png", URI: "https://data.example/a.png"}}
		case "repo:sourced":
			r.URI = "s3://data.example/sourced/"
		}
	}
}

func manifestsOf(_ *record.Record, all ...recordtest.Files) sourcing.Manifests {
	known := map[hashing.TreeDigest]hashing.Manifest{}
	for _, files := range all {
		m := files.Manifest()
		known[m.Digest()] = m
	}
	return func(d hashing.TreeDigest) (hashing.Manifest, error) {
		if m, found := known[d]; found {
			return m, nil
		}
		return hashing.Manifest{}, errors.New("not found")
	}
}

func TestUnsourced(t *testing.T) {
	r := recordtest.Record(t, several)
	deps := r.Statement().Predicate.BuildDefinition.ResolvedDependencies
	facts := report.Sourcing{Doubt: "not all records of the store were looked through: a recorded run may have made them"}
	facts.Unsourced = sourcing.Unsourced(deps, manifestsOf(r,
		recordtest.Files{"a.png": "a", "b.png": "b", "c.png": "c", "d\n.png": "d"}, recordtest.Files{"a.png": "e", "b.png": "f"}))
	golden(t, "summary-unsourced", func(w io.Writer) error { return report.Summary(w, r, report.SummaryFacts{Sourcing: facts}, pipe) })
	golden(t, "summary-unsourced-narrow", func(w io.Writer) error { return report.Summary(w, r, report.SummaryFacts{Sourcing: facts}, narrow) })
	golden(t, "show-unsourced", func(w io.Writer) error { return report.Show(w, r, report.ShowFacts{Sourcing: facts}, pipe) })
	golden(t, "summary-unsourced-json", func(w io.Writer) error { return report.SummaryJSON(w, r, report.SummaryFacts{Sourcing: facts}) })
	conforms(t, report.SummaryJSONSchema, func(w io.Writer) error { return report.SummaryJSON(w, r, report.SummaryFacts{Sourcing: facts}) })
	facts = report.Sourcing{Unsourced: sourcing.Unsourced(deps, manifestsOf(r))}
	golden(t, "summary-unsourced-unread", func(w io.Writer) error { return report.Summary(w, r, report.SummaryFacts{Sourcing: facts}, pipe) })
}

func TestManyUnsourced(t *testing.T) {
	r := recordtest.Record(t, recordtest.Without(record.RoleData), func(s *record.Statement) {
		for i := range 8 {
			recordtest.Input(record.RoleData, fmt.Sprintf("repo:data/%d.csv", i), fmt.Sprint(i))(s)
		}
	})
	facts := report.Sourcing{Unsourced: sourcing.Unsourced(r.Statement().Predicate.BuildDefinition.ResolvedDependencies, manifestsOf(r))}
	golden(t, "summary-unsourced-many", func(w io.Writer) error { return report.Summary(w, r, report.SummaryFacts{Sourcing: facts}, pipe) })
}
