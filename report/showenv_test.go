package report_test

import (
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/report"
)

// TestShowContainer: what is said of a container is said of where the wrapper stood, unless the
// run was watched, and never more than the record knows.
func TestShowContainer(t *testing.T) {
	none := &record.Container{None: true}
	for name, c := range map[string]struct {
		container *record.Container
		option    recordtest.Option
		want      string
	}{
		"nobody looked":    {nil, func(*record.Statement) {}, "container      NOT KNOWN\n"},
		"none":             {none, func(*record.Statement) {}, "container      none around lineage run; not watched whether the command started one\n"},
		"none and watched": {none, recordtest.Observed, "container      none\n"},
		"only an image":    {&record.Container{Image: "train:7"}, func(*record.Statement) {}, "container      NOT KNOWN: nothing but an image that was named says that there was one\n"},
		"docker":           {&record.Container{Runtime: "docker", ID: "4711"}, func(*record.Statement) {}, "container      docker 4711\n"},
	} {
		r := recordtest.Record(t, c.option, func(s *record.Statement) { s.Predicate.BuildDefinition.InternalParameters.Container = c.container })
		var b strings.Builder
		if err := report.Show(&b, r, report.ShowFacts{}, pipe); err != nil || !strings.Contains(b.String(), c.want) {
			t.Errorf("%s: no %q, %v, in\n%s", name, c.want, err, b.String())
		}
	}
}
