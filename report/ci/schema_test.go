package ci_test

import (
	"bytes"
	"encoding/xml"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/lineage-audit/lineage/report/ci"
	"github.com/lineage-audit/lineage/verify"
)

var update = flag.Bool("update", false, "write the golden files")

func schemaOf(t testing.TB, name string) *jsonschema.Schema {
	t.Helper()
	raw, err := os.ReadFile("../../testdata/schemas/" + name)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("file:///"+name, doc); err != nil {
		t.Fatal(err)
	}
	return c.MustCompile("file:///" + name)
}

// TestSchemas: what the formats' owners have written down holds for every sample,
// hostile ones included.
func TestSchemas(t *testing.T) {
	all := samples()
	all["hostile"] = filled(hostile)
	for f, name := range map[ci.Format]string{ci.SARIF: "sarif-schema-2.1.0.json", ci.GitLab: "gitlab-codequality.json"} {
		schema := schemaOf(t, name)
		for name, v := range all {
			doc, err := jsonschema.UnmarshalJSON(strings.NewReader(render(t, f, v, ci.Options{})))
			if err == nil {
				err = schema.Validate(doc)
			}
			if err != nil {
				t.Errorf("%s as %s: %v", name, f, err)
			}
		}
	}
}

// TestSARIFIsWhatGitHubTakes: a rule for each result, a file for each result, and
// fingerprints that no two results share.
func TestSARIFIsWhatGitHubTakes(t *testing.T) {
	var log struct {
		Runs []struct {
			Tool struct {
				Driver struct {
					Rules []struct{ ID, HelpURI string }
				}
			}
			Results []struct {
				RuleID    string
				RuleIndex int
				Locations []struct {
					PhysicalLocation struct{ ArtifactLocation struct{ URI string } }
				}
				PartialFingerprints map[string]string
			}
		}
	}
	decode(t, render(t, ci.SARIF, failing(), ci.Options{Anchor: "ci/lineage.policy.yaml"}), &log)
	run, seen, at := log.Runs[0], map[string]bool{}, map[string]string{}
	for _, r := range run.Results {
		if rule := run.Tool.Driver.Rules[r.RuleIndex]; rule.ID != r.RuleID || !strings.HasPrefix(rule.HelpURI, "https://") {
			t.Errorf("%s is of rule %+v", r.RuleID, rule)
		}
		at[r.RuleID] = r.Locations[0].PhysicalLocation.ArtifactLocation.URI
		for name, print := range r.PartialFingerprints {
			if seen[name+print] {
				t.Errorf("%s shares %s with another", r.RuleID, name)
			}
			seen[name+print] = true
		}
	}
	if at["inputs.available"] != "data/train.csv" || at["model.bytes"] != "ci/lineage.policy.yaml" {
		t.Errorf("results stand at %v", at)
	}
}

// TestFingerprintsStay: they are those of the model and the check, not of what was
// found.
func TestFingerprintsStay(t *testing.T) {
	prints := func(v verify.Verdict) map[string]string {
		var entries []struct {
			Fingerprint string
			Name        string `json:"check_name"`
		}
		decode(t, render(t, ci.GitLab, v, ci.Options{}), &entries)
		all := map[string]string{}
		for _, e := range entries {
			all[e.Name] = e.Fingerprint
		}
		return all
	}
	failed, lacking := prints(failing()), prints(everyLacking())
	if failed["inputs.available"] != lacking["inputs.available"] || failed["verdict"] != lacking["verdict"] || len(failed["verdict"]) != 64 {
		t.Errorf("%v\n%v", failed, lacking)
	}
	other := everyLacking()
	other.Target.Asked = "models:/penguins/2"
	for name, print := range prints(other) {
		if print == lacking[name] {
			t.Errorf("%s of two models has one fingerprint", name)
		}
	}
}

// children are the elements that testdata/schemas/junit-10.xsd allows in each, and
// attributes the attributes, with a ! where one is required. Only those that we
// write are here, so that the test is stricter than the schema.
var (
	children = map[string][]string{
		"testsuites": {"testsuite"}, "testsuite": {"properties", "testcase"}, "properties": {"property"},
		"testcase": {"skipped", "error", "failure", "system-out"},
	}
	attributes = map[string][]string{
		"testsuites": {"name", "tests", "failures", "errors"},
		"testsuite":  {"name!", "tests!", "failures!", "errors!", "skipped", "timestamp"},
		"property":   {"name!", "value!"}, "testcase": {"name!", "classname"},
		"failure": {"type", "message"}, "error": {"type", "message"}, "skipped": {"type", "message"},
	}
)

func checkElement(t testing.TB, e element) {
	t.Helper()
	name := e.XMLName.Local
	for _, a := range e.Attrs {
		if !slices.Contains(attributes[name], a.Name.Local) && !slices.Contains(attributes[name], a.Name.Local+"!") {
			t.Errorf("%s has an attribute %s", name, a.Name.Local)
		}
	}
	for _, a := range attributes[name] {
		if required, is := strings.CutSuffix(a, "!"); is && !slices.ContainsFunc(e.Attrs, func(x xml.Attr) bool { return x.Name.Local == required }) {
			t.Errorf("%s has no attribute %s", name, required)
		}
	}
	for _, c := range e.Children {
		if !slices.Contains(children[name], c.XMLName.Local) {
			t.Errorf("%s has an element %s", name, c.XMLName.Local)
		}
		checkElement(t, c)
	}
	if len(children[name]) > 0 && strings.TrimSpace(e.Text) != "" {
		t.Errorf("%s has text: %q", name, e.Text)
	}
}

// checkCounts counts the cases by hand.
func checkCounts(t testing.TB, suite element) {
	t.Helper()
	count := map[string]int{}
	for _, c := range suite.Children {
		if c.XMLName.Local != "testcase" {
			continue
		}
		count["tests"]++
		ends := 0
		for _, child := range c.Children {
			for name, counter := range map[string]string{"failure": "failures", "error": "errors", "skipped": "skipped"} {
				if child.XMLName.Local == name {
					count[counter]++
					ends++
				}
			}
		}
		if ends > 1 {
			t.Errorf("case %s ended in %d ways", c.attr("name"), ends)
		}
	}
	for _, counter := range []string{"tests", "failures", "errors", "skipped"} {
		if got := suite.attr(counter); got != strconv.Itoa(count[counter]) {
			t.Errorf("%s=%q, counted %d", counter, got, count[counter])
		}
	}
	if stamp := suite.attr("timestamp"); stamp != "" {
		if _, err := time.Parse("2006-01-02T15:04:05", stamp); err != nil {
			t.Error(err)
		}
	}
}

// TestJUnit holds the XML to the schema, and counts.
func TestJUnit(t *testing.T) {
	all := samples()
	all["hostile"] = filled(hostile)
	for name, v := range all {
		t.Run(name, func(t *testing.T) {
			root := parseXML(t, render(t, ci.JUnit, v, ci.Options{}))
			if root.XMLName.Local != "testsuites" || len(root.Children) != 1 {
				t.Fatalf("%s with %d suites", root.XMLName.Local, len(root.Children))
			}
			checkElement(t, root)
			checkCounts(t, root.Children[0])
			for _, counter := range []string{"tests", "failures", "errors"} {
				if root.attr(counter) != root.Children[0].attr(counter) {
					t.Errorf("the suites' %s are %s, the suite's %s", counter, root.attr(counter), root.Children[0].attr(counter))
				}
			}
		})
	}
}

// TestGolden: what the formats look like, as people read them in a review.
func TestGolden(t *testing.T) {
	for name, v := range map[string]verify.Verdict{"pass": sample(verify.Pass), "fail": failing(), "cannot": cannot()} {
		for _, f := range []ci.Format{ci.JUnit, ci.SARIF, ci.GitHub, ci.GitLab, ci.Markdown} {
			got := render(t, f, v, ci.Options{Anchor: "lineage.policy.yaml"})
			path := filepath.Join("testdata", name+"."+string(f))
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
	}
}
