// Package trace finds how recorded runs hang together: which run made the bytes
// that another one read, and what was made with them.
//
// There is no pipeline file. Runs are joined by digest and time alone: a run made
// what another one read if the same digest is among the outputs of the one and the
// inputs of the other, and it had started before the other ended. Names join
// nothing. docs/trace.md has the rules, those for bytes that any two runs may share
// among them.
package trace
