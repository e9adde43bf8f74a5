package ci_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/report/ci"
	"github.com/lineage-audit/lineage/verify"
)

// large is a verdict whose every text is as long as may be, and more.
func large() verify.Verdict {
	v := everyLacking()
	for i := range v.Checks {
		c := &v.Checks[i]
		c.Reason = strings.Repeat("ä", 1<<20)
		for j := range 5000 {
			c.Evidence = append(c.Evidence, verify.Evidence{Name: fmt.Sprint(j, strings.Repeat("`x", 300)), Where: c.Reason[:3000], Status: verify.Failed})
		}
	}
	return v
}

// TestMarkdownFits: however little room there is, what is written fits, is whole
// lines, and says the result if it says anything.
func TestMarkdownFits(t *testing.T) {
	v := large()
	for _, limit := range []int{-1, 0, 1, 10, 27, 28, 50, 100, 1000, 3000, 10_000, 100_000, 1 << 20, 1 << 30} {
		got := render(t, ci.Markdown, v, ci.Options{Limit: limit})
		most := limit
		if limit <= 0 || limit > 1<<20 {
			most = 1 << 20
		}
		if len(got) > most || got != "" && (!strings.HasPrefix(got, "### lineage: CANNOT VERIFY\n") || !strings.HasSuffix(got, "\n")) {
			t.Errorf("limit %d: %d bytes: %.60q … %q", limit, len(got), got, got[max(0, len(got)-60):])
		}
	}
	if got := render(t, ci.Markdown, v, ci.Options{Limit: 5000}); !strings.HasSuffix(got, "*Cut short: the log has the rest.*\n") {
		t.Errorf("it does not say that it is cut short: %q", got[max(0, len(got)-100):])
	}
}

// TestFormatsAreBounded: a verdict of gigabytes becomes no report of gigabytes.
func TestFormatsAreBounded(t *testing.T) {
	v := large()
	for _, f := range []ci.Format{ci.JUnit, ci.SARIF, ci.GitLab, ci.Markdown} {
		if n := len(render(t, f, v, ci.Options{})); n > 8<<20 {
			t.Errorf("%s has %d bytes", f, n)
		}
	}
}

// TestAnnotationsAreGrouped: of each kind there are ten at most, and nothing that
// stands in the way is lost.
func TestAnnotationsAreGrouped(t *testing.T) {
	count := map[string]int{}
	var last command
	for _, c := range runnerCommands(render(t, ci.GitHub, everyLacking(), ci.Options{})) {
		count[c.name]++
		if c.name == "error" {
			last = c
		}
	}
	if diff := cmp.Diff(map[string]int{"stop-commands": 1, "error": 10}, count); diff != "" {
		t.Error(diff)
	}
	if last.properties["title"] != "lineage: 12 more checks" || strings.Count(last.message, "\n") != 11 || !strings.Contains(last.message, "reproduction.same: lacking") {
		t.Errorf("the last is %+v", last)
	}
}

// TestAnchor: a file that is not plainly one of the repository is none.
func TestAnchor(t *testing.T) {
	for anchor, want := range map[string]string{
		"": "lineage.yaml", "ci/policy.yaml": "ci/policy.yaml", "/etc/passwd": "lineage.yaml", "../x": "lineage.yaml", "..": "lineage.yaml",
		"a/../../x": "lineage.yaml", "./x": "lineage.yaml", `a\b`: "lineage.yaml", "a\nb": "lineage.yaml", ".": "lineage.yaml", "a//b": "lineage.yaml",
		"with space.yaml": "with space.yaml",
	} {
		var entries []struct{ Location struct{ Path string } }
		decode(t, render(t, ci.GitLab, cannot(), ci.Options{Anchor: anchor}), &entries)
		if got := entries[0].Location.Path; got != want {
			t.Errorf("anchor %q is shown at %q, want %q", anchor, got, want)
		}
	}
}

func TestParse(t *testing.T) {
	for _, f := range ci.Formats() {
		if got, err := ci.Parse(string(f)); got != f || err != nil {
			t.Errorf("%s: %s, %v", f, got, err)
		}
		if _, err := ci.Render(f+"x", sample(verify.Pass), ci.Options{}); err == nil {
			t.Errorf("%sx is a format", f)
		}
	}
	for _, s := range []string{"", "JSON", "xml", "text "} {
		if f, err := ci.Parse(s); err == nil {
			t.Errorf("%q is %s", s, f)
		}
	}
	if _, err := ci.Render(ci.JSON, ci.Unfinished("x", "y", 2), ci.Options{}); err == nil {
		t.Error("a verdict that nobody made is a document")
	}
}
