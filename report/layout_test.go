package report_test

import (
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/olekukonko/tablewriter/pkg/twwidth"
	"pgregory.net/rapid"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/verify"
)

// TestColorOnlyPaints: without its colours a painted page is the plain one.
func TestColorOnlyPaints(t *testing.T) {
	r := recordtest.Record(t, rich)
	for _, width := range []int{0, 40, 80, 200} {
		for name, f := range map[string]func(io.Writer, report.Options) error{
			"summary": func(w io.Writer, o report.Options) error { return report.Summary(w, r, report.SummaryFacts{}, o) },
			"show":    func(w io.Writer, o report.Options) error { return report.Show(w, r, report.ShowFacts{Files: true}, o) },
			"log":     func(w io.Writer, o report.Options) error { return report.Log(w, runs(t), o) },
			"verdict": func(w io.Writer, o report.Options) error { return report.Verdict(w, failing(), o) },
		} {
			plain := render(t, func(w io.Writer) error { return f(w, report.Options{Width: width}) })
			painted := render(t, func(w io.Writer) error { return f(w, report.Options{Width: width, Color: true}) })
			if got := regexp.MustCompile("\x1b\\[[0-9;]*m").ReplaceAllString(painted, ""); got != plain || painted == plain {
				t.Errorf("%s, %d columns: painted it is\n%s\nwithout colours\n%s", name, width, painted, plain)
			}
		}
	}
}

// TestReasonsStandWhole: however narrow the page, every word of a reason is there
// and no digest is cut.
func TestReasonsStandWhole(t *testing.T) {
	digest := strings.Repeat("0123456789abcdef", 4)
	rapid.Check(t, func(rt *rapid.T) {
		words := rapid.SliceOfN(rapid.StringMatching(`[a-zé日]{1,12}`), 1, 12).Draw(rt, "words")
		reason := strings.Join(slices.Insert(words, rapid.IntRange(0, len(words)).Draw(rt, "at"), digest), " ")
		v := verify.Verdict{Reason: reason, Checks: []verify.Check{{Reason: reason, Notes: []string{reason}}}}
		o := report.Options{Width: rapid.IntRange(1, 120).Draw(rt, "width"), Color: rapid.Bool().Draw(rt, "color")}
		text := render(t, func(w io.Writer) error { return report.Verdict(w, v, o) })
		if n := strings.Count(text, digest); n != 4 { // below the verdict, in the table, with the check and as its note
			rt.Errorf("the digest of %q stands %d times in\n%s", reason, n, text)
		}
		if got := len(regexp.MustCompile(regexp.QuoteMeta(words[0])).FindAllString(text, -1)); got < 4 {
			rt.Errorf("%q stands %d times in\n%s", words[0], got, text)
		}
	})
}

// TestLogFits: where a log can be shortened to the width of the terminal, it is.
func TestLogFits(t *testing.T) {
	long := func(s *record.Statement) {
		p := &s.Predicate.BuildDefinition.ExternalParameters
		p.Command = []string{"python", strings.Repeat("長い名前", 100)}
	}
	all := []report.Run{{Record: recordtest.Record(t, long), Attached: attachments()}}
	for _, width := range []int{60, 80, 100, 132, 300} {
		o := report.Options{Width: width, Now: terminal.Now}
		text := render(t, func(w io.Writer) error { return report.Log(w, all, o) })
		for line := range strings.Lines(text) {
			if got := twwidth.Width(strings.TrimSuffix(line, "\n")); got > width {
				t.Errorf("%d columns: a line has %d:\n%s", width, got, text)
			}
		}
		if strings.Contains(text, "↩") || strings.Count(text, "\n") > 3 {
			t.Errorf("%d columns: it is wrapped:\n%s", width, text)
		}
	}
}

// TestLargeIsQuick: a record can hold megabytes of text, and a store many runs.
func TestLargeIsQuick(t *testing.T) {
	r := recordtest.Record(t, recordtest.Gap("input-changed", strings.Repeat("a b ", 1<<18), strings.Repeat("x", 1<<20)))
	for _, o := range []report.Options{pipe, terminal} {
		render(t, func(w io.Writer) error { return report.Summary(w, r, report.SummaryFacts{}, o) })
		render(t, func(w io.Writer) error { return report.Show(w, r, report.ShowFacts{}, o) })
		render(t, func(w io.Writer) error { return report.Log(w, slices.Repeat([]report.Run{{Record: r}}, 1000), o) })
	}
}

func TestUntrustedStatusesAreNoGoodOnes(t *testing.T) {
	v := verdict()
	v.Result = "PASS"
	for i := range v.Checks {
		v.Checks[i].Status = "Held"
	}
	text := render(t, func(w io.Writer) error { return report.Verdict(w, v, pipe) })
	if strings.Contains(text, "PASS") || strings.Contains(text, " held ") {
		t.Errorf("it passed:\n%s", text)
	}
}
