package page_test

import (
	"encoding/xml"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/report/page"
)

// hostile texts do whatever a name can do: to a terminal, to the eye, to HTML, CSS,
// a URL, a spreadsheet, Markdown, and to whoever looks for commands in a log.
var hostile = []string{
	"x\nFORGED\r\x1b]0;owned\a\x1b[2K\x1b[31m\u009b32m\u202eevil\u2066\u200b\ufeff\u2028\u0085\t\b\x7f\U000e0041\xff",
	`</code></td></table></style></title><script>alert(1)</script><img src=x onerror=alert(1)>"'>`,
	`{{.}}{{template "page"}}&lt;script&gt;&#x3c;b&#x3e;<!-- --><![CDATA[x]]>`,
	`javascript:alert(1)`, `data:text/html,<b>x`, `https://ada:secret@evil.example/`, `//evil.example/x`, `https://evil.example/"onclick="x`,
	`=HYPERLINK("https://evil.example","x")`, "+1+1", "@SUM(1)", "-2+3|cmd",
	"# x", "`` ` ``` x", "**x** _x_ ~~x~~ [x](https://evil.example) ![x](x) <b>x</b> | a | b |", "@everyone #1 !2 $x$ :tada: www.evil.example a@evil.example",
	"```\n```\n# x", "- [ ] x", "\\`x\\`", "a|b\\|c\\\\|d", "##vso[task.setvariable variable=x]y ##[error]x", "::error::x", "$(id)`id`'$IFS'\"", "-rf", "x'; id; '",
}

// poisoned are facts in which every text that can be foreign is this one.
func poisoned(t testing.TB, text string) page.Facts {
	t.Helper()
	f := world(t, func(s *record.Statement) {
		p := &s.Predicate.BuildDefinition.ExternalParameters
		p.Command, p.Source = []string{"python", text, text}, text
		p.Parameters = []record.NameValue{{Name: text, Value: text}}
		e := &s.Predicate.BuildDefinition.InternalParameters
		e.OS.Name, e.Host, e.User, e.CPU.Model = text, text, text, text
		e.Variables = []record.Variable{{Name: text, Value: text}}
		s.Predicate.RunDetails.Gaps = []record.Gap{{Kind: "input-changed", What: text, Why: text}}
		s.Predicate.RunDetails.Notes = []record.Gap{{Kind: "packages", What: text, Why: text}}
		for i := range s.Predicate.BuildDefinition.ResolvedDependencies {
			r := &s.Predicate.BuildDefinition.ResolvedDependencies[i]
			switch {
			case r.Annotations.Package != nil:
				r.Name, r.Annotations.Package.Name, r.Annotations.Package.Version = text, text, text
			case r.Annotations.Commit != nil:
				r.Annotations.Commit.Branch, r.Annotations.Commit.Remotes = text, []record.Remote{{Name: text, URL: text}}
			case r.Annotations.Lock != nil:
				r.Annotations.Lock.Format = text
			case r.Annotations.Interpreter != nil:
				r.Annotations.Interpreter.Implementation = text
			case r.Annotations.Role == record.RoleData:
				r.URI = text
			}
		}
		recordtest.Input(record.RoleData, "repo:"+record.EncodePath(strings.NewReplacer("/", "∕", "\x00", "").Replace(text)), "poison")(s)
	})
	keep := f.Verdict
	poison(reflect.ValueOf(&f.Verdict).Elem(), text)
	restore(&f, keep)
	poison(reflect.ValueOf(f.Before.Diff).Elem(), text)
	f.Before.What, f.Before.Why, f.Lineage.Why, f.Problems = text, text, text, []string{text}
	f.Hand.Folder, f.Hand.Record, f.Hand.Records, f.Hand.Model, f.Hand.Naming = text, text, text, text, []string{text}
	poison(reflect.ValueOf(&f.Attached).Elem(), text)
	poison(reflect.ValueOf(&f.Hand.Served).Elem(), text)
	poison(reflect.ValueOf(&f.Hand.Entries).Elem(), text)
	for i := range f.Lineage.Graph.Nodes {
		n := &f.Lineage.Graph.Nodes[i]
		id := n.ID
		poison(reflect.ValueOf(n).Elem(), text)
		n.ID = id // which is never foreign
	}
	entry, err := hashing.NewManifest([]hashing.Entry{{Path: strings.NewReplacer("/", "∕", "\x00", "", "\n", " ", "\r", " ", "\\", " ").Replace(text), Digest: hashing.Bytes([]byte("x"))}})
	if err != nil {
		t.Fatal(err)
	}
	for d := range f.Manifests {
		f.Manifests[d] = entry
	}
	f.Version = text
	return f
}

// restore puts back what a verdict has from itself, and of which there is a fixed set
// of words: the template decides by them.
func restore(f *page.Facts, keep any) {
	old := reflect.ValueOf(keep)
	now := reflect.ValueOf(&f.Verdict).Elem()
	for _, name := range []string{"Schema", "Result", "Required", "Reached"} {
		now.FieldByName(name).Set(old.FieldByName(name))
	}
	checks, were := now.FieldByName("Checks"), old.FieldByName("Checks")
	for i := range checks.Len() {
		for _, name := range []string{"ID", "Rung", "Status"} {
			checks.Index(i).FieldByName(name).Set(were.Index(i).FieldByName(name))
		}
	}
}

// poison sets every text within v that is not a map's key.
func poison(v reflect.Value, text string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Pointer:
		if !v.IsNil() {
			own := reflect.New(v.Type().Elem())
			own.Elem().Set(v.Elem())
			poison(own.Elem(), text)
			v.Set(own)
		}
	case reflect.Slice:
		own := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		reflect.Copy(own, v)
		for i := range own.Len() {
			poison(own.Index(i), text)
		}
		v.Set(own)
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && v.Field(i).CanSet() {
				poison(v.Field(i), text)
			}
		}
	}
}

// skeleton is the structure of a page: its elements with their attributes, but for
// the addresses of links and what the drawing's size and place depend on.
func skeleton(t testing.TB, html string) (all []string) {
	t.Helper()
	drawing := 0
	for _, e := range elements(t, html) {
		if e.Name.Local == "svg" && attribute(e, "class") != "icon" {
			drawing++
		}
		if drawn[e.Name.Local] {
			continue // its own package sees to it, and drawing.go to what it may be
		}
		var attributes []string
		for _, a := range e.Attr {
			if a.Name.Local == "href" && !strings.HasPrefix(a.Value, "#") {
				a.Value = regexp.MustCompile(`^(https?):.*`).ReplaceAllString(a.Value, "$1")
			}
			if a.Name.Local == "style" {
				a.Value = regexp.MustCompile(`^--width: \d+$`).ReplaceAllString(a.Value, "")
			}
			attributes = append(attributes, a.Name.Local+"="+a.Value)
		}
		all = append(all, e.Name.Local+" "+strings.Join(attributes, " "))
	}
	return all
}

var drawn = map[string]bool{
	"g": true, "title": true, "desc": true, "style": true, "defs": true, "marker": true, "path": true, "rect": true, "circle": true,
	"ellipse": true, "line": true, "polygon": true, "polyline": true, "text": true, "tspan": true, "svg": true, "a": true, "code": true, "br": true,
}

// checkHTML checks that a page with foreign texts has the elements of one with
// innocent ones, and shows all that it holds.
func checkHTML(t testing.TB, innocent []string, html string) {
	t.Helper()
	if got := skeleton(t, html); !reflect.DeepEqual(innocent, got) {
		for i := range min(len(innocent), len(got)) {
			if innocent[i] != got[i] {
				t.Errorf("element %d is %q, where an innocent page has %q", i, got[i], innocent[i])
				return
			}
		}
		t.Errorf("%d elements, where an innocent page has %d", len(got), len(innocent))
	}
	for _, e := range elements(t, html) {
		for _, a := range e.Attr {
			checkAttribute(t, e, a)
		}
	}
	checkShown(t, html)
}

func checkAttribute(t testing.TB, e xml.StartElement, a xml.Attr) {
	t.Helper()
	name := strings.ToLower(a.Name.Local)
	switch {
	case strings.HasPrefix(name, "on"), name == "src", name == "srcdoc", name == "style" && !strings.Contains("svg path figure", e.Name.Local):
		t.Errorf("%s has the attribute %s=%q", e.Name.Local, name, a.Value)
	case name == "href" && !regexp.MustCompile(`^(#[a-z.-]+|https?://[a-z.]+/.*)$`).MatchString(a.Value):
		t.Errorf("%s leads to %q", e.Name.Local, a.Value)
	}
}

// checkShown checks that a text holds nothing but what it shows, line by line.
func checkShown(t testing.TB, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if report.Clean(line) != line {
			t.Errorf("a line hides something: %+q", line)
		}
		if strings.HasPrefix(line, "FORGED") || strings.HasPrefix(line, "::") {
			t.Errorf("a foreign text begins a line: %q", line)
		}
	}
}

func TestHostileHTML(t *testing.T) {
	innocent := skeleton(t, render(t, "html", poisoned(t, "innocent")))
	for _, text := range hostile {
		t.Run(fmt.Sprintf("%.20q", text), func(t *testing.T) {
			html := render(t, "html", poisoned(t, text))
			checkHTML(t, innocent, html)
			for _, cell := range regexp.MustCompile(`<(?:td|th)[^>]*>(?:<[^>]*>)*([^<]*)`).FindAllStringSubmatch(html, -1) {
				if strings.HasPrefix(cell[1], "=") || strings.HasPrefix(cell[1], "&#43;") || strings.HasPrefix(cell[1], "@") || strings.HasPrefix(cell[1], "-2") {
					t.Errorf("a cell begins as a formula does: %q", cell[1])
				}
			}
		})
	}
}

// outline is the structure of Markdown by the first rules of CommonMark: of each line
// outside of code blocks what begins it, and all that stands outside of code spans.
func outline(t testing.TB, markdown string) (all []string) {
	t.Helper()
	fence := ""
	for line := range strings.Lines(markdown) {
		line = strings.TrimSuffix(line, "\n")
		row := len(line) - len(strings.TrimLeft(line, "`"))
		switch {
		case fence != "" && line == fence:
			fence = ""
		case fence != "":
		case row >= 3 && strings.Trim(line[row:], "abcdefghijklmnopqrstuvwxyz") == "":
			fence = line[:row]
			all = append(all, "block")
		default:
			all = append(all, outsideSpans(line))
		}
	}
	if fence != "" {
		t.Error("a code block has no end")
	}
	return all
}

// outsideSpans is a line with every code span as one mark.
func outsideSpans(line string) string {
	var b strings.Builder
	for line != "" {
		row := len(line) - len(strings.TrimLeft(line, "`"))
		if row == 0 {
			b.WriteByte(line[0])
			line = line[1:]
			continue
		}
		fence, rest := line[:row], line[row:]
		end := closing(rest, row)
		if end < 0 {
			b.WriteString(fence)
			line = rest
			continue
		}
		b.WriteString("▮")
		line = rest[end+row:]
	}
	return b.String()
}

// closing is where a row of exactly so many backquotes begins.
func closing(text string, row int) int {
	for i := 0; i < len(text); {
		if text[i] != '`' {
			i++
			continue
		}
		n := len(text[i:]) - len(strings.TrimLeft(text[i:], "`"))
		if n == row {
			return i
		}
		i += n
	}
	return -1
}

func checkMarkdown(t testing.TB, innocent []string, markdown string) {
	t.Helper()
	got := outline(t, markdown)
	for i := range min(len(innocent), len(got)) {
		if innocent[i] != got[i] {
			t.Errorf("line %d is %q, where innocent Markdown has %q", i, got[i], innocent[i])
			return
		}
	}
	if len(got) != len(innocent) {
		t.Errorf("%d lines, where innocent Markdown has %d", len(got), len(innocent))
	}
	checkShown(t, markdown)
	if strings.Contains(markdown, "##vso") || strings.Contains(markdown, "##[") {
		t.Error("it holds a command for a log")
	}
}

func TestHostileMarkdown(t *testing.T) {
	innocent := outline(t, render(t, "markdown", poisoned(t, "`inn|ocent@")))
	for _, text := range hostile {
		t.Run(fmt.Sprintf("%.20q", text), func(t *testing.T) {
			checkMarkdown(t, innocent, render(t, "markdown", poisoned(t, text)))
		})
	}
}

func TestHostileJSON(t *testing.T) {
	for _, text := range hostile {
		checkShown(t, render(t, "json", poisoned(t, text)))
	}
}

func FuzzHTML(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	innocent := skeleton(f, render(f, "html", poisoned(f, "innocent")))
	f.Fuzz(func(t *testing.T, text string) {
		if fuzzable(text) {
			checkHTML(t, innocent, render(t, "html", poisoned(t, text)))
		}
	})
}

func FuzzMarkdown(f *testing.F) {
	for _, text := range hostile {
		f.Add(text)
	}
	innocent := outline(f, render(f, "markdown", poisoned(f, "`inn|ocent@")))
	f.Fuzz(func(t *testing.T, text string) {
		if fuzzable(text) && !plain.MatchString(record.EncodeText(text)) {
			checkMarkdown(t, innocent, render(t, "markdown", poisoned(t, text)))
		}
	})
}

// plain are texts that Markdown may have outside of code spans: words.
var plain = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9 .,()'-]*$`)

// fuzzable tells a text that can be a name: not empty, and no path of its own.
func fuzzable(text string) bool {
	clean := strings.NewReplacer("/", "∕", "\x00", "").Replace(text)
	return strings.Trim(clean, ". \n\r\\-") != "" && len(text) < 200
}
