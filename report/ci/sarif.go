package ci

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/lineage-audit/lineage/docs"
	"github.com/lineage-audit/lineage/verify"
)

// Where a reader finds more.
const (
	homepage  = "https://github.com/lineage-audit/lineage"
	checksURI = homepage + "/blob/main/docs/checks.md"
)

// sarif is a log with one run, whose rules are the checks and the verdict.
func sarif(d verdict) ([]byte, error) {
	run := sarifRun{
		Tool:        sarifTool{Driver: sarifDriver{Name: "lineage", Version: outer(d.Verifier.Version.Lineage), InformationURI: homepage}},
		Invocations: []sarifInvocation{invocation(d)},
		Results:     []sarifResult{},
		Properties:  map[string]string{"result": resultWord(d.Result), "required": outer(string(d.Required)), "reached": outer(d.Label)},
	}
	for _, f := range facts(d) {
		run.Properties[f[0]] = f[1]
	}
	for i, f := range append([]finding{d.verdict}, d.checks...) {
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, ruleOf(f))
		run.Results = append(run.Results, resultOf(d, f, i))
	}
	return encode(sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}})
}

// invocation is successful if the verdict is a pass: a reader who looks at this
// alone is not to take anything else for one.
func invocation(d verdict) sarifInvocation {
	i := sarifInvocation{ExecutionSuccessful: d.Result == verify.Pass, ExitCode: d.Result.ExitStatus(), ExitCodeDescription: resultWord(d.Result)}
	if !i.ExecutionSuccessful && d.ExitStatus > 0 {
		i.ExitCode = d.ExitStatus
	}
	if !d.TimeVerified.IsZero() {
		i.EndTimeUTC = d.TimeVerified.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	return i
}

func ruleOf(f finding) sarifRule {
	r := sarifRule{ID: f.id, HelpURI: checksURI + "#from-checks-to-a-verdict"}
	text, found := docs.Check(f.id)
	if !found {
		r.Short = sarifText{Text: "The verdict: pass, fail or cannot verify."}
		r.Help = sarifText{Text: "Any check that failed makes the verdict fail. Otherwise a check that is lacking at the required rung or below makes it cannot verify."}
		return r
	}
	r.HelpURI = checksURI + "#" + strings.ReplaceAll(f.id, ".", "")
	r.Short = sarifText{Text: "Proves: " + plainText(text.Proves)}
	r.Help = sarifText{Text: plainText("Proves: " + text.Proves + "\n\nDoes not prove: " + text.DoesNotProve +
		"\n\nFails: " + text.Fails + "\n\nLacking: " + text.Lacking + "\n\nTo mend it: " + text.Mend)}
	r.Properties = map[string]string{"rung": f.rung}
	return r
}

// plainText is a paragraph of the documentation without its marks of code.
func plainText(paragraph string) string { return strings.ReplaceAll(paragraph, "`", "") }

func resultOf(d verdict, f finding, rule int) sarifResult {
	kind, level := kindOf(f)
	print := fingerprint(d.Target.Asked, f.id)
	r := sarifResult{
		RuleID: f.id, RuleIndex: rule, Kind: kind, Level: level,
		Message: sarifText{Text: message(f.body())}, Locations: []sarifLocation{locationOf(d, f)},
		// The second name is the one that GitHub reads.
		PartialFingerprints: map[string]string{"lineageCheck/v1": print, "primaryLocationLineHash": print[:16] + ":1"},
		Properties:          map[string]string{"status": string(f.status), "rung": f.rung},
	}
	if f.standing == aside {
		r.Suppressions = []sarifSuppression{{Kind: "external", Status: "accepted", Justification: message(f.line)}}
	}
	return r
}

// kindOf is the kind of a result, and its level, which is "none" for all but fail.
func kindOf(f finding) (kind, level string) {
	switch {
	case f.id == verdictID && f.standing != shown:
		return "fail", "error"
	case f.status == verify.Failed:
		return "fail", "error"
	case f.status == verify.Held:
		return "pass", "none"
	case f.status == verify.NotApplicable:
		return "notApplicable", "none"
	}
	return "open", "none"
}

// locationOf is the model, and a file: GitHub refuses a log in which one result
// has none.
func locationOf(d verdict, f finding) sarifLocation {
	at := url.URL{Path: d.at(f)}
	return sarifLocation{
		Physical: sarifPhysical{Artifact: sarifArtifact{URI: at.String(), BaseID: "%SRCROOT%"}, Region: sarifRegion{StartLine: 1}},
		Logical:  []sarifLogical{{Name: f.id, FullName: d.asked + "/" + f.id, Kind: "object"}},
	}
}

// What a reader of a SARIF message takes for more than text: a link, and the place
// of an argument.
var (
	links     = regexp.MustCompile(`[\[\]]`)
	arguments = regexp.MustCompile(`\{\d+\}`)
)

// message spells a text as SARIF's messages want it (3.11.5 and 3.11.6), where it
// would otherwise be read as more than text.
func message(s string) string {
	if strings.Contains(s, "](") {
		s = links.ReplaceAllStringFunc(strings.ReplaceAll(s, `\`, `\\`), func(bracket string) string { return `\` + bracket })
	}
	return arguments.ReplaceAllStringFunc(s, func(place string) string { return fmt.Sprintf("{%s}", place) })
}
