// Package verify checks a model against the record of the run that made it.
//
// [Verify] takes a [Request], runs every check of the table ([Checks]) and gives a
// [Verdict]. There is one rule: no false pass. A pass means that every check that
// was asked for ran and held; an error, an absence, an empty list, a time-out or an
// input that was not hashed is never one. So a check ends in one of four ways
// ([Status]), the zero values of Status, [Check] and [Verdict] are none of the good
// ones, and our own errors while verifying become [CannotVerify].
//
// The verdict: any check failed, at any rung, is [Fail]; otherwise any check of the
// required rung or below lacking is [CannotVerify]; otherwise it is [Pass]. The
// required rung is the higher of the request's and the policy's, and traced at
// least. A check that the policy sets aside still runs and keeps its status, leaves
// the rule, and stands in every verdict's [Verdict.Label].
//
// # What it touches
//
// Nothing: no network, process, clock or environment. What it needs of the outside
// comes in through interfaces of one to three methods: a [Target] (the model),
// [Records], [Blobs], [Repositories], [Place], [Locks]. Their contract is one: to
// say what is there. Whether that agrees with the record is decided here, and an
// answer is checked against the digest that was asked for wherever there is one. An
// error that wraps [ErrNotFound] says "I looked, and it is not there"; any other
// says "I could not look". Both are lacking, with different reasons. An interface
// that is nil was not there to be asked. None is asked by two goroutines at once.
// A panic in one of them is its own fault and is not hidden.
//
// # What stays compatible
//
// Check ids are never used again for another thing; docs/checks.md says what each
// proves and what it does not. The verdict's JSON is lineage.verdict/v1, and
// verdict.schema.json beside this file its schema.
package verify
