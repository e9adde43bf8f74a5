// Package attachtest holds what tests of attaching share: the conformance suite
// that every [attach.System] runs, a system in memory, and a real MLflow to run it
// against.
//
// The real MLflow comes from the interpreter that LINEAGE_TEST_PYTHON names, which
// "make test" sets up.
package attachtest
