package report_test

import (
	"bytes"
	"flag"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/report"
)

var update = flag.Bool("update", false, "write the golden files")

// TestMain fixes what the width of some characters otherwise depends on: the locale.
func TestMain(m *testing.M) {
	twwidth.SetEastAsian(false)
	os.Exit(m.Run())
}

// The options that golden files are made with.
var (
	pipe     = report.Options{}
	terminal = report.Options{Color: true, Width: 80, Now: recordtest.Started.Add(26 * time.Hour)}
	narrow   = report.Options{Width: 50, Now: recordtest.Started.Add(26 * time.Hour)}
)

// render is what f writes.
func render(t *testing.T, f func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := f(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// golden compares what f writes with a file.
func golden(t *testing.T, name string, f func(io.Writer) error) {
	t.Helper()
	got, path := render(t, f), filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
