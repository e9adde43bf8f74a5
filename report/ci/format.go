package ci

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/verify"
)

// Format names how a verdict is rendered.
type Format string

// The formats.
const (
	Text     Format = "text"     // for people: report.Verdict
	JSON     Format = "json"     // lineage.verdict/v1
	JUnit    Format = "junit"    // XML, one test case for each check
	SARIF    Format = "sarif"    // 2.1.0
	GitHub   Format = "github"   // the text, where no command is read from it, and annotations
	GitLab   Format = "gitlab"   // a code quality report
	Markdown Format = "markdown" // for a comment or a job summary
)

// Formats are all of them.
func Formats() []Format { return []Format{Text, JSON, JUnit, SARIF, GitHub, GitLab, Markdown} }

// Parse reads the name of a format.
func Parse(s string) (Format, error) {
	if f := Format(s); slices.Contains(Formats(), f) {
		return f, nil
	}
	return "", fmt.Errorf("format %q is none of %v", s, Formats())
}

// Options say what a format needs beside the verdict. The zero value is complete.
type Options struct {
	// Text is how to render text.
	Text report.Options
	// Anchor is the file, relative to the root of the repository and separated by /,
	// at which formats that want a file for everything show what is about no file of
	// the repository: the policy, say. The default is lineage.yaml.
	Anchor string
	// Limit bounds Markdown, in bytes; 0 is GitHub's bound for a summary, which also
	// is the most that there is.
	Limit int
}

// Render is the verdict in a format. Only JSON can refuse a verdict: one that
// [verify.Verify] did not make.
func Render(f Format, v verify.Verdict, o Options) ([]byte, error) {
	switch f {
	case Text:
		var b bytes.Buffer
		err := report.Verdict(&b, v, o.Text)
		return b.Bytes(), err
	case JSON:
		raw, err := v.Encode()
		return spellMarks(raw), err
	case JUnit:
		return junit(read(v, o))
	case SARIF:
		return sarif(read(v, o))
	case GitHub:
		return github(read(v, o))
	case GitLab:
		return gitlab(read(v, o))
	case Markdown:
		return markdown(read(v, o), o.Limit), nil
	}
	return nil, fmt.Errorf("rendering a verdict: format %q is none of %v", f, Formats())
}

// Unfinished stands for the verdict where verifying could not even come to one, so
// that the report that a CI system waits for says so too. It is no document of
// [verify.Schema]. The exit status is the program's, and never that of a pass.
func Unfinished(asked, reason string, exitStatus int) verify.Verdict {
	if exitStatus == verify.Pass.ExitStatus() {
		exitStatus = verify.CannotVerify.ExitStatus()
	}

	return verify.Verdict{
		ResourceURI: asked, Target: verify.TargetReport{Asked: asked},
		Result: verify.CannotVerify, VerificationResult: verify.SLSAFailed, ExitStatus: exitStatus,
		Reason: reason, Reached: verify.Untraced, Label: string(verify.Untraced),
	}
}
