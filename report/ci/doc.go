// Package ci renders verdicts in the formats that CI systems read: JUnit XML, SARIF
// 2.1.0, GitHub's workflow commands, GitLab's code quality report, and Markdown for
// a comment or a job summary. [Render] is the only entry; text and JSON are those of
// packages report and verify, so that a caller has one list of formats ([Formats]).
//
// # No false success
//
// Each format has an entry for the verdict beside those for the checks, and it is a
// success only where the result is a pass: what is no result of this version counts
// as cannot verify, what is no status as lacking, what is no rung as required, and a
// check of the table that the verdict does not have as one that did not run. So a
// suite is green, a run successful and a report without an error exactly if the
// verdict is a pass, and the status of each check can be read back:
//
//	                     JUnit      SARIF                GitLab          GitHub
//	held                 passed     pass                 absent          notice
//	failed               failure    fail, error          blocker         error
//	lacking, required    error      open                 critical        error
//	lacking, above       skipped    open                 info            notice
//	not applicable       skipped    notApplicable        info            notice
//	set aside, not held  skipped    with a suppression   minor           warning
//	the verdict, fail    failure    fail, error          blocker         error
//	cannot verify        error      fail, error          critical        error
//
// "Required" is a check of the required rung or below. SARIF's "open" has no level,
// by its own rule; the verdict's result has.
//
// # Names from outside
//
// Whatever comes from outside passes [report.Clean] and is bounded in length; then
// each format escapes it by its own rules. No name starts a workflow command, not
// even one of the older form ##[name] that GitHub's runner finds within a line; no
// name is markup, a link or a mention.
//
// # What stays compatible
//
// The names of test cases, the ids of rules and check names are those of the checks,
// and "verdict". Fingerprints are the SHA-256 of "lineage", what was asked for and
// that name, each followed by a zero byte: they stay the same from one verification
// of a model to the next, whatever is found.
package ci
