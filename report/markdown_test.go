package report_test

import (
	"testing"

	"github.com/lineage-audit/lineage/report"
)

func TestCodeSpan(t *testing.T) {
	for in, want := range map[string]string{
		"":              "",
		"a":             "`a`",
		"a`b":           "``a`b``",
		"`a":            "`` `a ``",
		" a":            "`  a `",
		"a``b`c":        "```a``b`c```",
		"##[error]x":    "`#\\x23[error]x`",
		"###":           "`#\\x23#`",
		"<b>[x](y) @z|": "`<b>[x](y) @z|`",
	} {
		if got := report.CodeSpan(in); got != want {
			t.Errorf("CodeSpan(%q) = %q, want %q", in, got, want)
		}
	}
}
