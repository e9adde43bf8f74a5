// Package page renders the evidence page of one model: what an auditor gets.
//
// [HTML], [Markdown] and [JSON] render the same [Facts], which whoever calls has
// gathered: the verdict, the record that it is about, the lineage, what changed since
// the version before, and where the things are that a person can look at. Nothing
// here reads the clock, the environment, a store or the network.
//
// # What a page separates
//
// Each fact stands in one of three manners. It is evidenced if the check that looks
// at it held; otherwise it is declared: somebody's word, or the record's, that
// nothing bears out. What no program can know (purpose, approval, responsibility)
// is left blank for a person to supply, and is never filled in.
//
// # Checking by hand
//
// Each check comes with commands (git, sha256sum, curl, grep) that work as printed in
// the folder in which the page was made, and with what they print. What a check does
// not prove is the text of docs/checks.md itself: see package docs.
//
// # Foreign texts
//
// Whatever comes from outside passes report.Clean, so that it shows all that it holds
// and nothing else. In HTML it is escaped by html/template; an address is a link only
// if it is one of http or https, in ASCII and without a user. In Markdown it stands
// as a code span wherever it could be more than words. A cell of a table that a
// spreadsheet would take for a formula is quoted. JSON has every string unchanged,
// with \u escapes for what Clean would escape.
//
// The JSON is lineage.report/v1; report.schema.json beside this file is its schema.
// HTML and Markdown are for people and change from version to version.
package page
