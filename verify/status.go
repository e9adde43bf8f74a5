package verify

import (
	"fmt"
	"slices"
)

// Status is how a check ended. The zero value is that of a check that did not
// run, and counts as lacking.
type Status string

// The statuses.
const (
	Held          Status = "held"           // it ran to its end, and the evidence agrees with the record
	Failed        Status = "failed"         // it ran, and the evidence contradicts the record
	Lacking       Status = "lacking"        // evidence is absent, or could not be looked at to the end
	NotApplicable Status = "not applicable" // by the check's own written rule
)

// Rung is a step of what has been shown. The zero value is none at all.
type Rung string

// The rungs, from below.
const (
	Untraced   Rung = "untraced"
	Traced     Rung = "traced"
	Pinned     Rung = "pinned"
	Attested   Rung = "attested"
	Reproduced Rung = "reproduced"
)

var rungs = []Rung{Untraced, Traced, Pinned, Attested, Reproduced}

// ParseRequire reads a rung that can be required. It refuses untraced: nothing
// is shown on it, so requiring it would only lower what every verdict asks for.
func ParseRequire(s string) (Rung, error) {
	if r := Rung(s); r.height() > 0 {
		return r, nil
	}
	return "", fmt.Errorf("rung %q is none of %v", s, rungs[1:])
}

// height orders the rungs. What is no rung lies below all of them.
func (r Rung) height() int { return slices.Index(rungs, r) }

// AtLeast tells whether r is o or stands above it. A text that is no rung is
// never at least anything.
func (r Rung) AtLeast(o Rung) bool { return r.height() >= 0 && r.height() >= o.height() }

func higher(a, b Rung) Rung {
	if b.height() > a.height() {
		return b
	}
	return a
}

// Result is what a verdict comes to. The zero value counts as CannotVerify.
type Result string

// The results.
const (
	Pass         Result = "pass"
	Fail         Result = "fail"
	CannotVerify Result = "cannot verify"
)

// ExitStatus is the exit status of a command that ends with this result.
func (r Result) ExitStatus() int {
	switch r {
	case Pass:
		return 0
	case Fail:
		return 1
	}
	return 3
}
