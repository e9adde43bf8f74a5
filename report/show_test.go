package report_test

import (
	"io"
	"testing"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/report"
)

func TestShow(t *testing.T) {
	facts := report.ShowFacts{Attached: attachments()}
	files := report.ShowFacts{Attached: attachments(), Files: true, Manifests: manifests()}
	for _, c := range []struct {
		name  string
		opts  []recordtest.Option
		facts report.ShowFacts
		o     report.Options
	}{
		{"show", nil, report.ShowFacts{}, pipe},
		{"show-rich", []recordtest.Option{rich}, facts, pipe},
		{"show-rich-color", []recordtest.Option{rich}, facts, terminal},
		{"show-files", []recordtest.Option{rich}, files, pipe},
		{"show-nothing", []recordtest.Option{nothing, notStarted}, report.ShowFacts{}, narrow},
		{"show-many", []recordtest.Option{many}, report.ShowFacts{}, pipe},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := recordtest.Record(t, c.opts...)
			golden(t, c.name, func(w io.Writer) error { return report.Show(w, r, c.facts, c.o) })
		})
	}
}

// many makes a record of a tree with many differences.
func many(s *record.Statement) {
	c := s.Predicate.BuildDefinition.ResolvedDependencies[0].Annotations.Commit
	c.State = record.TreeFiltered
	for range 25 {
		c.Differences = append(c.Differences, record.Difference{Path: "data/images", Kind: "filtered"})
	}
}

func TestShowIntent(t *testing.T) {
	i := recordtest.Intent(recordtest.Invocation, recordtest.Started)
	golden(t, "intent", func(w io.Writer) error { return report.ShowIntent(w, i, report.Abandoned, terminal) })
}
