package page_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/lineage-audit/lineage/docs"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/report/page"
	"github.com/lineage-audit/lineage/verify"
)

// schema is that of lineage.report/v1, with the one of the verdict that it refers to.
func schema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	for url, raw := range map[string][]byte{
		"https://github.com/lineage-audit/lineage/verdict.schema.json": verify.SchemaJSON,
		"https://github.com/lineage-audit/lineage/report.schema.json":  page.SchemaJSON,
	} {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource(url, doc); err != nil {
			t.Fatal(err)
		}
	}
	return c.MustCompile("https://github.com/lineage-audit/lineage/report.schema.json")
}

func TestJSONFitsItsSchema(t *testing.T) {
	s := schema(t)
	for name, f := range scenes(t) {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(render(t, "json", f)))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestJSONRefusesWhatVerifyDidNotMake(t *testing.T) {
	if err := page.JSON(io.Discard, page.Facts{}); err == nil {
		t.Error("a page without a verdict was written")
	}
}

// TestEveryFormatSaysIt: what a page has to say stands in HTML and in Markdown.
func TestEveryFormatSaysIt(t *testing.T) {
	for name, want := range map[string][]string{
		"pass": {
			"PASS", "traced", verify.NotAuthenticated[len("not authenticated: "):], "models:/fraud/7", "file:lineage.policy.yaml",
			"Evidenced", "Declared", "To be supplied by a person", "Intended purpose", "Approval", "version 6 of fraud",
			"The outputs differ, and so does what may be the cause.", "2026-03-15 15:09:26 UTC", "0.1.0", "scikit-learn",
			"repo:data/train.csv", "git -C . cat-file", "sha256sum &lt;.lineage/records/aa/record.intoto.json", "https://mlflow.example/#/models/fraud/versions/7",
		},
		"fail":     {"FAIL", "FAILED", "input-changed", "it was written while the run went on", "lineage verify models:/fraud/7", strings.Repeat("ef", 32)},
		"untraced": {"CANNOT VERIFY", "lacking", "there is no record of this one", "reading the record again: it is gone", "nobody said what was left out"},
		"big":      {"package-1999"},
	} {
		f := scenes(t)[name]
		html, markdown := render(t, "html", f), render(t, "markdown", f)
		for _, text := range want {
			if !strings.Contains(html, text) {
				t.Errorf("%s: the HTML does not say %q", name, text)
			}
			if !strings.Contains(markdown, strings.ReplaceAll(text, "&lt;", "<")) {
				t.Errorf("%s: the Markdown does not say %q", name, text)
			}
		}
	}
}

// TestLimitsAreTheDocumentation: what a check does not prove is the documentation's
// own text.
func TestLimitsAreTheDocumentation(t *testing.T) {
	markdown := render(t, "markdown", world(t))
	for _, id := range verify.Checks() {
		e, _ := docs.Check(string(id))
		if !strings.Contains(markdown, "**it does not prove**: "+e.DoesNotProve) {
			t.Errorf("of %s it does not say what it does not prove", id)
		}
	}
}

// TestOnlyWhatHeldIsEvidenced: a fact moves to what is declared when its check is
// not held, and what a person must supply stays blank.
func TestOnlyWhatHeldIsEvidenced(t *testing.T) {
	f := world(t)
	if html := between(render(t, "html", f), `class="manner evidenced"`, `class="manner declared"`); !strings.Contains(html, "The code") {
		t.Errorf("the code is not evidenced:\n%s", html)
	}
	for _, status := range []verify.Status{verify.Failed, verify.Lacking, verify.NotApplicable, "", "unheard of"} {
		at(&f.Verdict, verify.CodeCaptured).Status = status
		html := render(t, "html", f)
		if strings.Contains(between(html, `class="manner evidenced"`, `class="manner declared"`), "The code") {
			t.Errorf("%q: the code is evidenced", status)
		}
		if !strings.Contains(between(html, `class="manner declared"`, `class="manner supply"`), "The code") {
			t.Errorf("%q: the code is not declared", status)
		}
	}
	for i := range f.Verdict.Checks {
		f.Verdict.Checks[i].Status = verify.Lacking
		f.Verdict.Checks[i].Evidence = nil
	}
	if html := between(render(t, "html", f), `class="manner evidenced"`, `class="manner declared"`); !strings.Contains(html, "Nothing.") {
		t.Errorf("something is evidenced where no check held:\n%s", html)
	}
}

func between(text, from, to string) string {
	_, text, _ = strings.Cut(text, from)
	text, _, _ = strings.Cut(text, to)
	return text
}

// TestUnknownResultsAreTheWorse: what is no result or status is none of the good ones.
// TestFailAboveWhatIsRequired: where the page says that the required rung was reached, it
// says what failed despite that.
func TestFailAboveWhatIsRequired(t *testing.T) {
	f := world(t)
	f.Verdict.Result, f.Verdict.ExitStatus = verify.Fail, 1
	at(&f.Verdict, verify.InputsAvailable).Status = verify.Failed
	var html, markdown bytes.Buffer
	if err := errors.Join(page.HTML(&html, f), page.Markdown(&markdown, f)); err != nil {
		t.Fatal(err)
	}
	const want = ", but inputs.available failed, which no rung allows."
	if !strings.Contains(html.String(), want) || !strings.Contains(markdown.String(), want) {
		t.Errorf("no page says %q", want)
	}
}

func TestUnknownResultsAreTheWorse(t *testing.T) {
	f := world(t)
	f.Verdict.Result = "PASS"
	at(&f.Verdict, verify.RecordStrict).Status = "HELD"
	html := render(t, "html", f)
	if strings.Contains(html, ">PASS<") || !strings.Contains(html, "CANNOT VERIFY") {
		t.Error("a result that is none passes")
	}
	if row := between(html, `<tr><td class="status">`, "</tr>"); !strings.Contains(row, "lacking") {
		t.Errorf("a status that is none: %s", row)
	}
	if err := page.HTML(io.Discard, page.Facts{}); err != nil {
		t.Errorf("no facts at all: %v", err)
	}
	if err := page.Markdown(io.Discard, page.Facts{}); err != nil {
		t.Errorf("no facts at all: %v", err)
	}
}

// TestPageIsOneFile: nothing is loaded, nothing runs, and the page says so itself.
func TestPageIsOneFile(t *testing.T) {
	for name, f := range scenes(t) {
		html := render(t, "html", f)
		for _, bad := range []string{"<script", "<link", "<iframe", "<img", "<object", "<embed", "@import", " src=", "javascript:", "data:", "<form", "<base"} {
			if strings.Contains(html, bad) {
				t.Errorf("%s: the page has %q", name, bad)
			}
		}
		if strings.Count(html, "url(") != strings.Count(html, "url(#") {
			t.Errorf("%s: the page has an address in a style", name)
		}
		for _, want := range []string{"<!DOCTYPE html>", `<html lang="en">`, "default-src 'none'; style-src 'unsafe-inline'", "</head>"} {
			if strings.Count(html, want) != 1 {
				t.Errorf("%s: the page does not have %q once", name, want)
			}
		}
	}
}

// elements are those of a page, read loosely enough for HTML and strictly enough to
// see its structure.
func elements(t testing.TB, html string) (all []xml.StartElement) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(strings.Replace(html, "<!DOCTYPE html>", "", 1)))
	d.Strict, d.Entity = true, xml.HTMLEntity
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("the page is not well-formed: %v", err)
		}
		if e, ok := token.(xml.StartElement); ok {
			all = append(all, e.Copy())
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// TestPageCanBeHeard: headings in order, headers of tables with their scope, ids once,
// links within the page that lead somewhere.
func TestPageCanBeHeard(t *testing.T) {
	for name, f := range scenes(t) {
		level, ids := 0, map[string]bool{}
		var targets []string
		for _, e := range elements(t, render(t, "html", f)) {
			tag := e.Name.Local
			if len(tag) == 2 && tag[0] == 'h' && tag[1] >= '1' && tag[1] <= '6' {
				if next := int(tag[1] - '0'); next > level+1 {
					t.Errorf("%s: heading %s follows one of level %d", name, tag, level)
				} else {
					level = next
				}
			}
			if tag == "th" && attribute(e, "scope") == "" {
				t.Errorf("%s: a th has no scope", name)
			}
			if id := attribute(e, "id"); id != "" && ids[id] {
				t.Errorf("%s: id %q stands twice", name, id)
			} else if id != "" {
				ids[id] = true
			}
			if href := attribute(e, "href"); strings.HasPrefix(href, "#") {
				targets = append(targets, href[1:])
			}
		}
		for _, target := range targets {
			if !ids[target] {
				t.Errorf("%s: a link leads to %q, which is nowhere", name, target)
			}
		}
	}
}

// broken is a writer that fails.
type broken struct{}

var errBroken = errors.New("broken pipe")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestFailingWriter(t *testing.T) {
	for name, write := range formats {
		if err := write(broken{}, world(t, recordtest.Exited(0))); !errors.Is(err, errBroken) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
