// Package report renders records and verdicts, for people as text and for
// machines as JSON.
//
// [Summary] is what a run ends with, [Log] the list of runs, [Show] one record,
// [Verdict] what a verification found. Each takes a writer and [Options]; nothing
// here reads the environment, the clock or a store.
//
// # Text
//
// Whatever comes from outside passes [Clean] on its way, so that no name, reason
// or server's answer steers the reader's terminal: an output holds no control
// character but the line feed and, with Options.Color, the SGR sequences of this
// package. Colour adds to words and never stands for them. Digests stand whole and
// on one line; commands can be pasted into a shell; a list that is cut short says
// how many more there are. Text is for people and changes from version to version.
//
// # JSON
//
// Each form is one document whose field "schema" names it and its version:
// lineage.summary/v1, which summary.schema.json beside this file describes, and
// lineage.log/v1, as log.schema.json has it. Every string is there unchanged; what
// Clean would escape is spelled \u…, which JSON reads back as it was. The JSON of
// a record is the record's own bytes, and that of a verdict is package verify's.
package report
