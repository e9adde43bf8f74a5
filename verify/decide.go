package verify

import (
	"fmt"
	"slices"
	"strings"
)

// decide is the rule. Checks that were set aside are out of it. What is neither
// held nor not applicable by the rung that is required is lacking, whatever its
// status says, and a rung counts as shown only if a check of it was held: where
// nothing was asked for, nothing passes.
func decide(checks []Check, required Rung) (Result, string) {
	var failed, lacks []Check
	for _, c := range checks {
		switch {
		case c.SetAside:
		case c.Status == Failed:
			failed = append(failed, c)
		case !shows(c) && required.AtLeast(c.Rung):
			lacks = append(lacks, c)
		}
	}
	switch {
	case len(failed) > 0:
		return Fail, sentence(failed)
	case len(lacks) > 0:
		return CannotVerify, sentence(lacks)
	case !complete(checks):
		return CannotVerify, "not every check of the table ran"
	case !reached(checks).AtLeast(required):
		return CannotVerify, fmt.Sprintf("no check of a rung up to %s was held: nothing was shown", required)
	}
	return Pass, fmt.Sprintf("every check of %s that was asked for was held", required)
}

func shows(c Check) bool { return c.Status == Held || c.Status == NotApplicable }

// reached is the highest rung whose checks, and all below, are held.
func reached(checks []Check) Rung {
	if !complete(checks) {
		return Untraced
	}
	reached := Untraced
	for _, rung := range rungs[1:] {
		held := false
		for _, c := range checks {
			if c.Rung != rung || c.SetAside {
				continue
			}
			if !shows(c) {
				return reached
			}
			held = held || c.Status == Held
		}
		if !held {
			return reached
		}
		reached = rung
	}
	return reached
}

// complete tells whether the checks are those of the table, each once.
func complete(checks []Check) bool {
	return slices.EqualFunc(checks, table, func(c Check, e entry) bool { return c.ID == e.id && c.Rung == e.rung })
}

// required is the higher of what the request and the policy ask for, and traced
// at least. What is no rung is taken for the highest: a word that was mistyped
// never asks for less.
func required(asked ...Rung) Rung {
	r := Traced
	for _, a := range asked {
		if a != "" && a.height() < 0 {
			a = Reproduced
		}
		r = higher(r, a)
	}
	return r
}

// slsa puts a result in the words of SLSA's Verification Summary: PASSED and the
// rung for a pass, FAILED for all else.
func slsa(r Result, label string) (VerificationResult, []string) {
	if r != Pass {
		return SLSAFailed, []string{string(SLSAFailed)}
	}
	rung, without, _ := strings.Cut(label, " ")
	level := "LINEAGE_" + strings.ToUpper(rung)
	if without != "" {
		level += " " + without
	}
	return SLSAPassed, []string{level}
}

// sentence says what kept a verdict from passing.
func sentence(checks []Check) string {
	c := checks[0]
	s := fmt.Sprintf("%s is %s: %s", c.ID, c.Status, c.Reason)
	if c.Status == Failed {
		s = fmt.Sprintf("%s failed: %s", c.ID, c.Reason)
	}
	if more := len(checks) - 1; more > 0 {
		s += fmt.Sprintf(" (and %s)", count(more, "more check"))
	}
	return s
}
