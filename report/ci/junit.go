package ci

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"

	"github.com/lineage-audit/lineage/verify"
)

// The elements, as Jenkins, GitLab and Ant read them.
type (
	testSuites struct {
		XMLName  xml.Name    `xml:"testsuites"`
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Errors   int         `xml:"errors,attr"`
		Suites   []testSuite `xml:"testsuite"`
	}
	testSuite struct {
		Name       string     `xml:"name,attr"`
		Tests      int        `xml:"tests,attr"`
		Failures   int        `xml:"failures,attr"`
		Errors     int        `xml:"errors,attr"`
		Skipped    int        `xml:"skipped,attr"`
		Timestamp  string     `xml:"timestamp,attr,omitempty"`
		Properties []property `xml:"properties>property"`
		Cases      []testCase `xml:"testcase"`
	}
	property struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	testCase struct {
		Name      string   `xml:"name,attr"`
		ClassName string   `xml:"classname,attr"`
		Failure   *outcome `xml:"failure"`
		Error     *outcome `xml:"error"`
		Skipped   *outcome `xml:"skipped"`
		SystemOut string   `xml:"system-out,omitempty"`
	}
	outcome struct {
		Type    string `xml:"type,attr"` // the status of the check
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// junit is one suite with a test case for the verdict and one for each check.
func junit(d verdict) ([]byte, error) {
	suite := testSuite{Name: "lineage verify " + d.asked, Properties: properties(d)}
	if !d.TimeVerified.IsZero() {
		suite.Timestamp = d.TimeVerified.UTC().Format("2006-01-02T15:04:05")
	}
	suite.add(testCaseOf(d.verdict, "lineage"))
	for _, f := range d.checks {
		suite.add(testCaseOf(f, "lineage."+f.rung))
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	e := xml.NewEncoder(&b)
	e.Indent("", "  ")
	err := e.Encode(testSuites{Name: "lineage", Tests: suite.Tests, Failures: suite.Failures, Errors: suite.Errors, Suites: []testSuite{suite}})
	if err != nil {
		return nil, fmt.Errorf("writing JUnit XML: %w", err)
	}
	b.WriteByte('\n')
	return bytes.ReplaceAll(b.Bytes(), []byte("##"), []byte("#&#35;")), nil
}

// add counts what it adds.
func (s *testSuite) add(c testCase) {
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

func testCaseOf(f finding, class string) testCase {
	c := testCase{Name: f.id, ClassName: class}
	o := &outcome{Type: string(f.status), Message: f.line, Text: f.body()}
	switch f.standing {
	case shown:
		c.SystemOut = f.body()
	case failed:
		c.Failure = o
	case above, aside, outside, unrun:
		c.Skipped = &outcome{Type: o.Type, Message: o.Message}
		c.SystemOut = o.Text
	default:
		c.Error = o
	}
	return c
}

// body is the finding with all that belongs to it, line by line.
func (f finding) body() string { return strings.Join(append([]string{f.line}, f.rest()...), "\n") }

func (f finding) rest() []string {
	lines := append([]string{}, f.details...)
	for _, n := range f.notes {
		lines = append(lines, "note: "+n)
	}
	if f.mend != "" {
		lines = append(lines, "to mend it: "+f.mend)
	}
	return lines
}

// properties are the facts of the verdict that are about no single check.
func properties(d verdict) []property {
	all := []property{{"result", resultWord(d.Result)}, {"required", outer(string(d.Required))}, {"reached", outer(d.Label)}}
	for _, p := range facts(d) {
		all = append(all, property{p[0], p[1]})
	}
	return all
}

// facts are what the verdict is about, by name, for formats that list them.
func facts(d verdict) [][2]string {
	all := [][2]string{{"model", d.asked}}
	if g := d.Target.Digest; g != nil && g.SHA256 != nil {
		all = append(all, [2]string{"digest", "sha256:" + g.SHA256.String()})
	} else if g != nil && g.Tree != nil {
		all = append(all, [2]string{"digest", "lineageTree1:" + g.Tree.String()})
	}
	if d.Record != nil {
		all = append(all, [2]string{"record", d.Record.String()})
	}
	if d.Policy.URI != "" {
		all = append(all, [2]string{"policy", outer(d.Policy.URI)})
	}
	if d.Policy.Digest != nil {
		all = append(all, [2]string{"policy digest", "sha256:" + d.Policy.Digest.SHA256.String()})
	}
	if d.Authentication != "" {
		all = append(all, [2]string{"authentication", outer(d.Authentication)})
	}
	return all
}

// resultWord takes what is no result for cannot verify.
func resultWord(r verify.Result) string {
	if r == verify.Pass || r == verify.Fail {
		return string(r)
	}
	return string(verify.CannotVerify)
}
