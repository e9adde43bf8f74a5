package report_test

import (
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/verify"
)

// hostile does to a terminal whatever a name can: it sets the title, moves to a
// line of its own, paints, deletes, reorders and hides.
const hostile = "x\nFORGED\r\x1b]0;owned\a\x1b[2K\x1b[31m\u009b32m\u202eevil\u2066\u200b\ufeff\u2028FORGED\u0085FORGED\t\b\x7f\U000e0041"

// checkPage checks that a page holds only what it shows, and our own colours.
func checkPage(t *testing.T, where, text string, o report.Options) {
	t.Helper()
	if o.Color {
		text = regexp.MustCompile("\x1b\\[(0|1|32|33|1;31)m").ReplaceAllString(text, "")
	}
	for line := range strings.Lines(text) {
		line, ended := strings.CutSuffix(line, "\n")
		forged := strings.HasPrefix(line, "FORGED") || o.Width <= 0 && strings.HasPrefix(strings.TrimSpace(line), "FORGED")
		if !ended || forged || report.Clean(line) != line {
			t.Errorf("%s: line %+q", where, line)
		}
		checkHarmless(t, line)
	}
}

// everywhere renders a record by every function that takes one.
func everywhere(t *testing.T, where string, r *record.Record) {
	t.Helper()
	for _, o := range []report.Options{pipe, terminal} {
		for _, f := range []func(io.Writer) error{
			func(w io.Writer) error { return report.Summary(w, r, report.SummaryFacts{}, o) },
			func(w io.Writer) error { return report.Show(w, r, report.ShowFacts{Files: true}, o) },
			func(w io.Writer) error { return report.Show(w, r, report.ShowFacts{}, o) },
			func(w io.Writer) error { return report.Log(w, []report.Run{{Record: r}}, o) },
		} {
			checkPage(t, where, render(t, f), o)
		}
	}
	for _, f := range []func(io.Writer) error{
		func(w io.Writer) error { return report.SummaryJSON(w, r, report.SummaryFacts{}) },
		func(w io.Writer) error { return report.LogJSON(w, []report.Run{{Record: r}}) },
	} {
		checkPage(t, where, render(t, f), pipe)
	}
}

// TestHostileRecords puts a hostile text into each field of a record in turn. What
// a record cannot hold is refused when it is decoded.
func TestHostileRecords(t *testing.T) {
	accepted := map[string]bool{}
	for i := range 10_000 {
		s := recordtest.Statement(rich)
		where, found := poison(&s, i)
		if !found {
			break
		}
		r, err := record.Encode(s)
		if err != nil {
			continue
		}
		accepted[regexp.MustCompile(`\[\d+\]`).ReplaceAllString(where, "")] = true
		everywhere(t, where, r)
	}
	if len(accepted) < 60 {
		t.Errorf("only %d fields were tried: %v", len(accepted), accepted)
	}
}

// poison sets the nth string within v, and says where it stands.
func poison(v any, n int) (where string, found bool) {
	eachString(reflect.ValueOf(v).Elem(), "", func(at string, s reflect.Value) {
		if n == 0 {
			s.SetString(hostile)
			where, found = at, true
		}
		n--
	})
	return where, found
}

func eachString(v reflect.Value, at string, visit func(string, reflect.Value)) {
	switch v.Kind() {
	case reflect.String:
		visit(at, v)
	case reflect.Pointer:
		if !v.IsNil() {
			eachString(v.Elem(), at, visit)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			eachString(v.Index(i), at+"["+string(rune('0'+i%10))+"]", visit)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				eachString(v.Field(i), at+"."+v.Type().Field(i).Name, visit)
			}
		}
	}
}

// fill gives every field a value, and hostile texts to the strings.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0))
		fill(v.Index(1))
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i))
			}
		}
	case reflect.String:
		v.SetString(hostile + "\xff")
	case reflect.Bool:
		v.SetBool(true)
	}
}

func filled[T any]() (v T) {
	fill(reflect.ValueOf(&v).Elem())
	return v
}

func TestHostileFacts(t *testing.T) {
	r := recordtest.Record(t)
	attached, intent := filled[[]record.Attachment](), filled[record.Intent]()
	run := report.Run{Intent: &intent, State: hostile, Attached: attached, Problem: hostile}
	unread := report.Run{Problem: hostile}
	facts := report.SummaryFacts{Attached: attached, NotAttached: filled[[]report.NotAttached](), Store: hostile}
	for _, o := range []report.Options{pipe, terminal, narrow, {Width: 1}, {Width: -1, Color: true}} {
		for name, f := range map[string]func(io.Writer) error{
			"summary": func(w io.Writer) error { return report.Summary(w, r, facts, o) },
			"show":    func(w io.Writer) error { return report.Show(w, r, report.ShowFacts{Attached: attached}, o) },
			"intent":  func(w io.Writer) error { return report.ShowIntent(w, intent, hostile, o) },
			"log":     func(w io.Writer) error { return report.Log(w, []report.Run{run, unread}, o) },
		} {
			checkPage(t, name, render(t, f), o)
		}
	}
	checkPage(t, "summary as JSON", render(t, func(w io.Writer) error { return report.SummaryJSON(w, r, facts) }), pipe)
	checkPage(t, "log as JSON", render(t, func(w io.Writer) error { return report.LogJSON(w, []report.Run{run, unread}) }), pipe)
}

func TestHostileVerdicts(t *testing.T) {
	path := filled[verify.Verdict]()
	path.Target.Resolved.Kind = verify.TargetPath
	failed := filled[verify.Verdict]()
	for i := range failed.Checks {
		failed.Checks[i].Status, failed.Checks[i].Evidence[0].Status = verify.Failed, verify.Failed
	}
	held := filled[verify.Verdict]()
	for i := range held.Checks {
		held.Checks[i].Status = verify.Held
	}
	for name, v := range map[string]verify.Verdict{"path": path, "failed": failed, "held": held} {
		for _, o := range []report.Options{pipe, terminal, narrow, {Width: 1}} {
			checkPage(t, name, render(t, func(w io.Writer) error { return report.Verdict(w, v, o) }), o)
		}
	}
}
