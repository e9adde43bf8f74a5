// Package attach hangs a record on what other systems keep of a run, and finds it
// again there: on a tracker's run, on a model that the run logged, on a version in
// a model registry.
//
// A [System] is one such place. It prepares the environment of the child, so that
// what the child creates there carries the run's invocation with no change to the
// script; finds that again; puts a record on it; and gets the records back. A
// [Registry] resolves a model reference and reads the model's files. The package
// mlflow beside this one implements both; attachtest holds the conformance suite
// that every implementation runs, and one in memory.
//
// A model reference is parsed once, by [ParseRef]. It names its system, and is
// never guessed from a path's look.
//
// What is attached: the record, its manifests and, below a limit, the content of a
// dirty tree. Never data. [Refuse] is the rule that goes before: a record is not
// hung on a model whose bytes it does not name.
//
// # Errors
//
// A system says why it could not do what it was asked for, and a caller can tell
// the reasons apart, since "there is no record" must never be the name of "the
// server is down": every error of a system wraps one of [ErrNotFound],
// [ErrRefused], [ErrUnreachable], [ErrMalformed], [ErrTooLarge] or
// [ErrUnsupported], and is an [*Error] that names the system's address and, where
// there is one, what would help. No method returns part of an answer together
// with an error.
package attach
