// Command lineage audits how machine-learning models came about: it records a
// training run while it goes on, hangs the record on what trackers keep, and
// checks later that a model version is traceable and reproducible.
//
// What it prints keeps these rules: data goes to stdout and everything else to
// stderr, after "lineage: "; an error comes with what to do next, where there is
// something; colour and progress only on a terminal, and no colour with NO_COLOR.
// Exit statuses are a public table: see exit.go and the README.
package main

import (
	"context"
	"os"
)

func main() { os.Exit(realMain()) }

// realMain is main for the tests that run the command as scripts.
func realMain() int {
	c := &cli{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, environ: os.Environ(), getenv: os.Getenv}
	ctx := context.WithValue(context.Background(), caughtKey{}, &c.caught)
	return c.exit(c.root().ExecuteContext(ctx))
}
