package ci_test

import (
	"encoding/json"
	"encoding/xml"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/lineage-audit/lineage/report/ci"
	"github.com/lineage-audit/lineage/verify"
)

// told is what a reader of a format learns: the status of each check, and whether
// all of it looks like a success.
type told struct {
	status  map[string]verify.Status
	success bool
}

// readers read each format as a program would that knows nothing of lineage but the
// table in the package's documentation.
var readers = map[ci.Format]func(testing.TB, string) told{
	ci.JUnit: readJUnit, ci.SARIF: readSARIF, ci.GitLab: readGitLab, ci.GitHub: readGitHub, ci.Markdown: readMarkdown,
	ci.Text: readText, ci.JSON: readJSON,
}

// TestNeverASuccess: whatever a verdict holds, no format looks like a success where
// the result is no pass, and each tells every check's status.
func TestNeverASuccess(t *testing.T) {
	if len(readers) != len(ci.Formats()) {
		t.Fatalf("there are readers for %d of %d formats", len(readers), len(ci.Formats()))
	}
	rapid.Check(t, func(r *rapid.T) {
		v := drawn(r)
		status, mayPass := want(v)
		for f, read := range readers {
			if f == ci.Text || f == ci.JSON {
				continue // these are of packages report and verify: see TestSamplesReadBack
			}
			got := read(t, render(t, f, v, ci.Options{}))
			if got.success && !mayPass {
				r.Fatalf("%s looks like a success: %s", f, v.Result)
			}
			if diff := cmp.Diff(status, got.status); diff != "" {
				r.Fatalf("%s: %s", f, diff)
			}
		}
	})
}

// TestSamplesReadBack: of verdicts as there are, a pass looks like one too.
func TestSamplesReadBack(t *testing.T) {
	for name, v := range samples() {
		status, success := want(v)
		for f, read := range readers {
			if name == "unfinished" || name == "zero" {
				status = map[string]verify.Status{}
				for _, id := range verify.Checks() {
					status[string(id)] = verify.Lacking
				}
				if f == ci.Text || f == ci.JSON {
					continue // they have no checks to tell of
				}
			}
			got := read(t, render(t, f, v, ci.Options{}))
			if diff := cmp.Diff(status, got.status); got.success != success || diff != "" {
				t.Errorf("%s as %s: success %v, want %v: %s", name, f, got.success, success, diff)
			}
		}
	}
}

// TestUnfinishedHasOneReason: where no check ran, the verdict is the one thing that is
// grave, and says why.
func TestUnfinishedHasOneReason(t *testing.T) {
	unseen := sample(verify.CannotVerify)
	unseen.Reason, unseen.Reached, unseen.Label = "the server does not answer", verify.Untraced, "untraced"
	for i := range unseen.Checks {
		unseen.Checks[i] = verify.Check{ID: unseen.Checks[i].ID, Rung: unseen.Checks[i].Rung, Status: verify.Lacking, Reason: "it did not run"}
	}
	for name, v := range map[string]verify.Verdict{"unseen": unseen, "unfinished": samples()["unfinished"]} {
		for f, grave := range map[ci.Format]string{ci.GitLab: `"critical"`, ci.JUnit: "<error ", ci.GitHub: "::error "} {
			if n := strings.Count(render(t, f, v, ci.Options{}), grave); n != 1 {
				t.Errorf("%s as %s has %d times %s", name, f, n, grave)
			}
		}
		for _, f := range []ci.Format{ci.Markdown, ci.Text} {
			text := render(t, f, v, ci.Options{})
			if !strings.Contains(text, "the server does not answer") || strings.Contains(text, "it did not run") {
				t.Errorf("%s as %s:\n%s", name, f, text)
			}
		}
	}
}

// element is any XML element.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

func (e element) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func parseXML(t testing.TB, text string) (root element) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	if err := d.Decode(&root); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if end := text[d.InputOffset():]; end != "\n" {
		t.Fatalf("%q stands behind the document:\n%s", end, text)
	}
	return root
}

func readJUnit(t testing.TB, text string) told {
	root := parseXML(t, text)
	got := told{map[string]verify.Status{}, root.attr("failures") == "0" && root.attr("errors") == "0"}
	for _, c := range root.Children[0].Children[1:] {
		status := verify.Held
		for _, child := range c.Children {
			if child.XMLName.Local != "system-out" {
				status = verify.Status(child.attr("type"))
			}
		}
		if c.attr("name") != "verdict" {
			got.status[c.attr("name")] = status
		} else if got.success && status != verify.Held {
			t.Errorf("the suite is green and its verdict %s", status)
		}
	}
	return got
}

func readSARIF(t testing.TB, text string) told {
	var log struct {
		Runs []struct {
			Invocations []struct {
				ExecutionSuccessful bool
				ExitCode            int
			}
			Results []struct {
				RuleID, Kind, Level string
				Suppressions        []any
			}
		}
	}
	decode(t, text, &log)
	run := log.Runs[0]
	got := told{map[string]verify.Status{}, run.Invocations[0].ExecutionSuccessful && run.Invocations[0].ExitCode == 0}
	kinds := map[string]verify.Status{"pass": verify.Held, "fail": verify.Failed, "open": verify.Lacking, "notApplicable": verify.NotApplicable}
	errorsFound := false
	for _, r := range run.Results {
		errorsFound = errorsFound || r.Level == "error" && len(r.Suppressions) == 0
		if (r.Level == "none") != (r.Kind != "fail") {
			t.Errorf("%s is of kind %s and level %s", r.RuleID, r.Kind, r.Level)
		}
		if r.RuleID != "verdict" {
			got.status[r.RuleID] = kinds[r.Kind]
		}
	}
	if !got.success && !errorsFound {
		t.Error("it is no success, and no result says so")
	}
	got.success = got.success && !errorsFound
	return got
}

func decode(t testing.TB, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
}

// readGitLab takes what is not listed for held.
func readGitLab(t testing.TB, text string) told {
	var entries []struct {
		Description, Severity, Fingerprint string
		Name                               string `json:"check_name"`
	}
	decode(t, text, &entries)
	got := told{map[string]verify.Status{}, true}
	for _, id := range verify.Checks() {
		got.status[string(id)] = verify.Held
	}
	seen := map[string]bool{}
	for _, e := range entries {
		got.success = got.success && e.Severity != "blocker" && e.Severity != "critical"
		if seen[e.Fingerprint] {
			t.Errorf("fingerprint %s stands twice", e.Fingerprint)
		}
		seen[e.Fingerprint] = true
		if e.Name != "verdict" {
			got.status[e.Name] = statusIn(e.Description)
		}
	}
	return got
}

var statusWord = regexp.MustCompile(`^[a-z.]+:? (held|failed|lacking|not applicable)\b`)

// statusIn is the status in "model.bytes failed: why".
func statusIn(text string) verify.Status {
	if m := statusWord.FindStringSubmatch(text); m != nil {
		return verify.Status(m[1])
	}
	return "none"
}

// readGitHub takes the lines that GitHub's runner takes for commands.
func readGitHub(t testing.TB, text string) told {
	got := told{map[string]verify.Status{}, true}
	count := map[string]int{}
	for _, c := range runnerCommands(text) {
		if c.name == "stop-commands" {
			continue
		}
		count[c.name]++
		got.success = got.success && c.name != "error"
		for _, line := range strings.Split(c.message, "\n") {
			id, _, _ := strings.Cut(line, ":")
			if _, isCheck := verify.RungOf(verify.CheckID(id)); isCheck && statusIn(line) != "none" {
				got.status[id] = statusIn(line)
			}
		}
	}
	for kind, n := range count {
		if n > 10 {
			t.Errorf("%d annotations of kind %s: GitHub keeps 10", n, kind)
		}
	}
	return got
}

var tableRow = regexp.MustCompile("(?m)^\\| \\**([A-Za-z ]+?)\\**(?:, set aside)? \\| (?:–|`+[^|]*?`+) \\| `([a-z.]+)` \\| (?:–|`+.*`+) \\|$")

func readMarkdown(_ testing.TB, text string) told {
	got := told{map[string]verify.Status{}, strings.HasPrefix(text, "### lineage: PASS\n")}
	for _, m := range tableRow.FindAllStringSubmatch(text, -1) {
		got.status[m[2]] = verify.Status(strings.ToLower(m[1]))
	}
	if strings.HasSuffix(text, "\nNone of the checks ran.\n") {
		for _, id := range verify.Checks() {
			got.status[string(id)] = verify.Lacking
		}
	}
	return got
}

var textRow = regexp.MustCompile(`(?m)^ +(held|FAILED|lacking|n\.a\.) +([a-z]+\.[a-z]+) `)

func readText(_ testing.TB, text string) told {
	got := told{map[string]verify.Status{}, strings.HasPrefix(text, "PASS:")}
	for _, m := range textRow.FindAllStringSubmatch(text, -1) {
		status := verify.Status(strings.ToLower(m[1]))
		if status == "n.a." {
			status = verify.NotApplicable
		}
		got.status[m[2]] = status
	}
	return got
}

func readJSON(t testing.TB, text string) told {
	var v verify.Verdict
	decode(t, text, &v)
	got := told{map[string]verify.Status{}, v.Result == verify.Pass && v.ExitStatus == 0 && v.VerificationResult != verify.SLSAFailed}
	for _, c := range v.Checks {
		got.status[string(c.ID)] = c.Status
	}
	return got
}
