// Package compare says what differs between two runs, by their records.
//
// [Compare] gives a [Diff]: first the [Answer] to "why did the result change?",
// then every area in which the runs may differ, the likeliest cause first. Nothing
// here touches the network, a process or the clock: the bytes that records name
// come in through [Contents], and what lies between two commits through [History].
//
// # What a difference is
//
// Bytes are compared by digest, and folders file by file, through their manifests.
// Everything else of a record is compared field by field, new fields too: no type
// of package record has a field that is compared nowhere. What always differs is no
// difference of note, and is left out: times, the ids of runs, records, jobs,
// containers and processes, host and user, the digest of the intent, and what names
// such an id. docs/diff.md lists these.
//
// What was not captured of one run is never equal to what the other has. It is an
// [Item] of kind Unknown, or a [Doubt] of its area: a gap, a value that was
// redacted, a manifest that is nowhere. An area in which nothing differs, and of
// which something is in doubt, is Unknown and not Same.
//
// # The order
//
// How likely a difference bears on the outputs is judged by rules, not measured:
//
//  1. By [Bearing]: what the run is known to have been given comes first (Read:
//     inputs, preprocessing, code that the command names, the interpreter that ran;
//     Set: arguments, parameters, variables that govern determinism), then what was
//     in place while it ran, used or not (There: other code, packages, the machine),
//     and last what cannot bear on the outputs (None: a branch's name, a remote).
//  2. By area, as [Areas] lists them: data, preprocessing, code, command, settings,
//     packages, interpreter, environment, locks, capture.
//  3. Within an area by kind (changed, added, removed, renamed, unknown), and by
//     name; packages that compute numbers (see Numerical) before the others.
package compare
