package ci_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/report/ci"
	"github.com/lineage-audit/lineage/verify"
)

// hostile does whatever a name can do to a log, a page, a table or a parser.
const hostile = "x\n::error::forged\r\n::set-output name=result::pass\n##[set-output name=result]pass ##vso[x] ##teamcity[x]" +
	"\x1b]0;owned\a\x1b[8mha:x\x1b[0m\u202eevil\u2066\u200b\ufeff\u2028\x00\x7f\ufffe\U000e0041\xff" +
	"</error></testsuite>]]><script>alert(1)</script><!-- <img src=x onerror=y> &amp;&#x41; | a | b |\n| --- |\n/merge\n" +
	"# head\n- item\n> quote\n```\n~~~ ` `` ``` @octocat #1 !2 ~bug GH-1 https://evil.example www.evil.example a@evil.example " +
	"[link](https://evil.example) ![i](https://evil.example) {0} {{1}} *b* _i_ $`x`$ :tada: =1+1 \\"

// names that each did something to some program.
var names = []string{
	"", hostile, "::error::x", "  ::stop-commands::x", "::endgroup::", "##[error]x", "a##[add-mask]b", "###[error]x", "####[error]x",
	"`", "``", "` `", "`a", "a`", "\\`", "|", "\\|", "a\\", "%0A::error::x", "%250A", ",title=x", "a:b,c", "]]>", "--><!--", "&", "<",
	"\u202e", "\x1b[31m", "\ufffe", "\uffff", "\xff\xfe", "](x)", "{0}", "/merge", "@all", "\u00a0", " ", "\t", strings.Repeat("`", 3000),
	strings.Repeat("ä", 5000), strings.Repeat("\x1b", 5000), "=cmd|' /C calc'!A0", "../../etc/passwd", "repo:../../x", "repo:a%0Ab", "repo:%2e%2e/x",
}

// filled is a verdict with one text in every place for a text, for one check of
// each standing; the others did not run.
func filled(text string) verify.Verdict {
	v := failing()
	v.Checks = []verify.Check{*at(&v, verify.RecordStrict), *at(&v, verify.RegistryAgrees), *at(&v, verify.InputsAvailable), *at(&v, verify.ImagePinned), *at(&v, verify.TrailIncluded)}
	v.Target.Asked, v.Reason, v.Policy.URI, v.Label, v.Authentication = text, text, text, text, text
	v.Verifier.Version.Lineage = text
	v.SetAside = []verify.SetAside{{Check: verify.ImagePinned, Reason: text}}
	for i := range v.Checks {
		c := &v.Checks[i]
		c.Reason, c.Expected, c.Found, c.Mend, c.SetAsideReason, c.Notes = text, text, text, text, text, []string{text, text}
		c.Evidence = []verify.Evidence{{Name: text, Where: text, Expected: text, Found: text, Status: verify.Status(text)}, {Name: "repo:" + text, Status: verify.Failed}}
		c.SetAside = c.ID == verify.ImagePinned
	}
	return v
}

// checkHarmless checks every format of a verdict whose texts are all the one given:
// that each is as it would be with the text "x" in what a program reads of it.
func checkHarmless(t testing.TB, text string) {
	t.Helper()
	hostile, plain := filled(text), filled("x")
	for f, shape := range map[ci.Format]func(testing.TB, string) string{
		ci.JUnit: shapeXML, ci.SARIF: shapeJSON, ci.GitLab: shapeJSON, ci.JSON: shapeJSON, ci.GitHub: shapeCommands, ci.Markdown: shapeMarkdown,
	} {
		got := render(t, f, hostile, ci.Options{Anchor: text})
		if text != "" {
			if a, b := shape(t, got), shape(t, render(t, f, plain, ci.Options{Anchor: "x"})); a != b {
				t.Errorf("%s with %.80q: the shape is\n%s\nwant\n%s", f, text, a, b)
			}
		}
		checkVisible(t, f, got)
	}
}

// checkVisible checks that an output holds nothing but what it shows, and no command
// beside our own. JSON's own verdict is package verify's.
func checkVisible(t testing.TB, f ci.Format, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if f != ci.JSON && report.Clean(line) != line {
			t.Errorf("%s: line %+q", f, line)
		}
	}
	if f == ci.GitHub {
		return // what its text holds is fenced: see shapeCommands
	}
	if commands := runnerCommands(text); len(commands) > 0 {
		t.Errorf("%s: a runner reads commands in it: %+v", f, commands)
	}
	if strings.Contains(text, "##[") || strings.Contains(text, "##vso[") {
		t.Errorf("%s: it has the mark of a command", f)
	}
}

func shapeXML(t testing.TB, text string) string { return shapeOf(parseXML(t, text)) }

func shapeOf(e element) string {
	var b strings.Builder
	b.WriteString(e.XMLName.Local + "(")
	for _, c := range e.Children {
		b.WriteString(shapeOf(c) + " ")
	}
	return b.String() + ")"
}

func shapeJSON(t testing.TB, text string) string {
	var doc any
	decode(t, text, &doc)
	return shapeOfValue(doc)
}

// shapeOfValue is a value without its strings.
func shapeOfValue(v any) string {
	switch v := v.(type) {
	case map[string]any:
		var b strings.Builder
		for _, key := range slices.Sorted(maps.Keys(v)) {
			b.WriteString(key + ":" + shapeOfValue(v[key]) + ",")
		}
		return "{" + b.String() + "}"
	case []any:
		var parts []string
		for _, x := range v {
			parts = append(parts, shapeOfValue(x))
		}
		return "[" + strings.Join(parts, ",") + "]"
	case string:
		return "s"
	}
	return fmt.Sprint(v)
}

// shapeCommands are the commands that a runner reads, and their properties.
func shapeCommands(_ testing.TB, text string) string {
	var b strings.Builder
	for _, c := range runnerCommands(text) {
		keys := slices.DeleteFunc(slices.Sorted(maps.Keys(c.properties)), func(k string) bool { return k == "file" })
		fmt.Fprintf(&b, "%s %v\n", c.name, keys)
	}
	return b.String()
}

var spans = regexp.MustCompile("`+")

// shapeMarkdown is the text outside code spans, found as CommonMark does: a row of
// backquotes opens one if a row of the same length follows on the line.
func shapeMarkdown(t testing.TB, text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		for line != "" {
			open := spans.FindStringIndex(line)
			if open == nil {
				b.WriteString(line)
				break
			}
			fence, rest, closed := line[open[0]:open[1]], line[open[1]:], -1
			for _, at := range spans.FindAllStringIndex(rest, -1) {
				if at[1]-at[0] == len(fence) {
					closed = at[1]
					break
				}
			}
			if closed < 0 {
				t.Errorf("a row of backquotes opens nothing: %q", line)
				b.WriteString(line)
				break
			}
			if strings.HasPrefix(text, "|") && strings.Contains(rest[:closed], "|") {
				t.Errorf("a bar in a table: %q", line)
			}
			b.WriteString(line[:open[0]] + "span")
			line = rest[closed:]
		}
	}
	return strings.ReplaceAll(b.String(), "–", "span")
}

// TestEveryTextIsClean: no text of a verdict gets by, whichever it is.
func TestEveryTextIsClean(t *testing.T) {
	const mark = "\u202ebad\x1b"
	of := failing()
	of.Checks = []verify.Check{*at(&of, verify.RecordStrict), *at(&of, verify.InputsAvailable)}
	raw, err := json.Marshal(of)
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for n := range 10_000 {
		var v verify.Verdict
		decode(t, string(raw), &v)
		if !poison(reflect.ValueOf(&v).Elem(), mark, &n) {
			break
		}
		tried++
		for _, f := range ci.Formats() {
			if f == ci.JSON {
				continue
			}
			checkVisible(t, f, render(t, f, v, ci.Options{}))
		}
	}
	if tried < 30 {
		t.Errorf("only %d texts were tried", tried)
	}
}

// poison sets the nth string within v; false if there are fewer.
func poison(v reflect.Value, text string, n *int) bool {
	switch v.Kind() {
	case reflect.String:
		if *n == 0 {
			v.SetString(text)
			return true
		}
		*n--
	case reflect.Pointer:
		return !v.IsNil() && poison(v.Elem(), text, n)
	case reflect.Slice:
		for i := range v.Len() {
			if poison(v.Index(i), text, n) {
				return true
			}
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && poison(v.Field(i), text, n) {
				return true
			}
		}
	}
	return false
}

// FuzzNames: no text does anything in any format.
func FuzzNames(f *testing.F) {
	for _, name := range names {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) { checkHarmless(t, name) })
}

// FuzzFence: nothing between the fences is a command.
func FuzzFence(f *testing.F) {
	for _, name := range names {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, text string) {
		commands := runnerCommands(string(ci.Fence([]byte(text))) + "::notice::after\n")
		if len(commands) != 2 || commands[0].name != "stop-commands" || commands[1].name != "notice" {
			t.Errorf("%q: %+v", text, commands)
		}
	})
}
