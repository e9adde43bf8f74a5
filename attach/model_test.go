package attach

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/record"
)

func TestNotOwn(t *testing.T) {
	inv, other := record.Invocation{1}, record.Invocation{2}
	start := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	span := Span{inv, start, start.Add(time.Minute)}
	runs := []Target{{Kind: KindLoggedModel, ID: "m-1"}, {Kind: KindRun, ID: "r1"}}
	tests := []struct {
		name  string
		model Model
		why   string
	}{
		{"own", Model{Invocations: []record.Invocation{inv}, RunID: "r1", Created: start.Add(time.Second)}, ""},
		{"no invocation", Model{RunID: "r1", Created: start}, "carry"},
		{"another's invocation", Model{Invocations: []record.Invocation{other}, RunID: "r1", Created: start}, "carry"},
		{"no run", Model{Invocations: []record.Invocation{inv}, Created: start}, "no run"},
		{"another run", Model{Invocations: []record.Invocation{inv}, RunID: "m-1", Created: start}, "none of the command's"},
		{"before", Model{Invocations: []record.Invocation{inv}, RunID: "r1", Created: start.Add(-time.Hour)}, "clocks"},
		{"after", Model{Invocations: []record.Invocation{inv}, RunID: "r1", Created: start.Add(time.Hour)}, "clocks"},
		{"never", Model{Invocations: []record.Invocation{inv}, RunID: "r1"}, "clocks"},
	}
	for _, tt := range tests {
		got := NotOwn(tt.model, span, runs)
		if (tt.why == "") != (got == "") || !strings.Contains(got, tt.why) {
			t.Errorf("%s: NotOwn = %q, want %q", tt.name, got, tt.why)
		}
	}
}

func TestSameSeesEveryChange(t *testing.T) {
	m := Model{Name: "n", Version: "1", RunID: "r"}
	if !m.Same(m) {
		t.Error("a model is not the same as itself")
	}
	for _, change := range []func(*Model){
		func(m *Model) { m.Name = "x" }, func(m *Model) { m.Version = "2" }, func(m *Model) { m.Alias = "x" },
		func(m *Model) { m.LoggedModelID = "m-1" }, func(m *Model) { m.RunID = "s" },
		func(m *Model) { m.ClaimedRunID = "s" }, func(m *Model) { m.Source = "x" },
		func(m *Model) { m.Location = "x" }, func(m *Model) { m.Path = "x" },
		func(m *Model) { m.SingleFile = true }, func(m *Model) { m.Created = time.Unix(1, 0) },
	} {
		n := m
		change(&n)
		if m.Same(n) {
			t.Errorf("%+v is taken for %+v", n, m)
		}
	}
}

func TestRunDataJSONIsOneDocumentForOneRun(t *testing.T) {
	a := RunData{RunID: "r", Metrics: []Metric{{Name: "b", Value: "NaN"}, {Name: "a", Value: "1e-3"}}}
	b := RunData{RunID: "r", Metrics: []Metric{{Name: "a", Value: "1e-3"}, {Name: "b", Value: "NaN"}}}
	one, err := a.JSON()
	two, err2 := b.JSON()
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	if diff := cmp.Diff(string(one), string(two)); diff != "" {
		t.Errorf("the order of metrics shows:\n%s", diff)
	}
	for _, want := range []string{`"version": "lineage.run-data/v1"`, `"params": []`, `"tags": []`, `"value": "1e-3"`} {
		if !strings.Contains(string(one), want) {
			t.Errorf("%s is not in\n%s", want, one)
		}
	}
}

func TestCheckPath(t *testing.T) {
	for _, good := range []string{"a", "a/b", "a b/ü", "..a", "a..", "-", "a%b"} {
		if err := CheckPath(good); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{"", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", `a\b`, `..\a`, "a\nb", "a\x00", "\xff",
		strings.Repeat("a", 5000)} {
		if CheckPath(bad) == nil {
			t.Errorf("CheckPath(%q) = nil", bad)
		}
	}
}
