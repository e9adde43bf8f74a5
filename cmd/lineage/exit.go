package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/capture"
	"github.com/lineage-audit/lineage/store"
)

// The exit statuses. Those of `run` are the command's own, but for exitOurs.
const (
	exitPass   = 0   // pass; done
	exitFail   = 1   // fail; of verbs other than verify: an error
	exitUsage  = 2   // the command line, or a file given to it, is wrong
	exitCannot = 3   // verify: cannot verify, our own errors included
	exitOurs   = 125 // run: our own failure before the start; --strict with an incomplete capture
)

// statusError ends the program with a status of its own. Without an error
// everything was said already.
type statusError struct {
	status int
	err    error
	hint   string
}

func (e *statusError) Error() string {
	if e.err == nil {
		return fmt.Sprintf("exit status %d", e.status)
	}
	return e.err.Error()
}

func (e *statusError) Unwrap() error { return e.err }

func usage(format string, args ...any) error {
	return &statusError{status: exitUsage, err: fmt.Errorf(format, args...)}
}

func hinted(err error, hint string) error {
	return &statusError{status: exitFail, err: err, hint: hint}
}

// exit turns what a verb returned into an exit status, and says what went wrong:
// the one place that does either.
func (c *cli) exit(err error) int {
	if err == nil {
		return exitPass
	}
	status := exitFail
	var own *statusError
	if stopped, word := c.interrupted(); stopped != 0 && errors.Is(err, context.Canceled) {
		err = &statusError{status: stopped, err: errors.New(word), hint: ownHint(err)}
	}
	switch {
	case errors.As(err, &own):
		status = own.status
		if own.err == nil {
			return status
		}
	case c.verb == "": // cobra refused the command line before any verb ran
		status = exitUsage
	}
	if c.verb == "run" && (status == exitUsage || status == exitFail) {
		status = exitOurs
	}
	c.complain(err)
	return status
}

// complain says an error and, where there is one, what would help.
func (c *cli) complain(err error) {
	fmt.Fprintf(c.stderr, "lineage: %s\n", clean(err.Error()))
	if hint := hintOf(err); hint != "" {
		fmt.Fprintf(c.stderr, "lineage: %s\n", clean(hint))
	}
}

// ownHint is what the verb itself says would help.
func ownHint(err error) string {
	if own := (*statusError)(nil); errors.As(err, &own) {
		return own.hint
	}
	return ""
}

func hintOf(err error) string {
	var own *statusError
	var ref *attach.RefError
	var ambiguous *store.AmbiguousError
	switch {
	case errors.As(err, &own) && own.hint != "":
		return own.hint
	case errors.As(err, &ref):
		return ref.Hint
	case errors.As(err, &ambiguous):
		return "type more digits of the one that is meant"
	case errors.Is(err, store.ErrNotFound) && !errors.Is(err, os.ErrPermission) && strings.Contains(err.Error(), "run"):
		return "`lineage log` lists the runs of this store"
	case errors.Is(err, capture.ErrConfig):
		return "`lineage run --help` says what lineage.yaml may hold"
	}
	return attach.Hint(err)
}
