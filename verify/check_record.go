package verify

import (
	"context"
	"errors"
	"fmt"

	"github.com/lineage-audit/lineage/record"
)

// checkStrict: every record that may be the model's is read strictly, and its bytes
// have the id that it is known by.
func checkStrict(_ context.Context, q *inquiry) Check {
	var all []Evidence
	var notes []string
	for _, c := range q.candidates {
		e := Evidence{Name: c.id.String(), Where: c.where, Expected: fileText(c.digest()), Status: c.unread()}
		for _, wrong := range c.wrong {
			notes = append(notes, "another file bears the id "+c.id.Short()+": "+wrong)
		}
		if c.err != nil {
			e.Found = c.err.Error()
		}
		all = append(all, e)
	}
	switch {
	case len(all) == 0 && q.gatherErr != nil:
		return lacking("records could not be looked for: %v", q.gatherErr)
	case len(all) == 0:
		return lacking("no record names these bytes").mend("lineage", "run", "--output", q.Asked, "--", "COMMAND")
	case worst(all) == Failed:
		return failed("not the record that it claims to be: %s", namesOf(all, Failed)).with(all...).noting(notes...)
	case worst(all) == Lacking:
		c := lacking("no record that could be read: %s", namesOf(all, Lacking)).with(all...)
		if q.newer() {
			c.Notes = append(c.Notes, "a newer lineage wrote it: upgrade this one to read it")
			c = c.mend("go", "install", "github.com/lineage-audit/lineage/cmd/lineage@latest")
		}
		return c
	}
	return held("%s read strictly, and what is verified is what was read", count(len(all), "record")).with(all...)
}

func (q *inquiry) newer() bool {
	for _, c := range q.candidates {
		var newer *record.VersionError
		if errors.As(c.err, &newer) {
			return true
		}
	}
	return false
}

// checkUnambiguous: exactly one record is left.
func checkUnambiguous(_ context.Context, q *inquiry) Check {
	var all []Evidence
	for _, c := range q.candidates {
		found := string(c.standing)
		if c.reason != "" {
			found += ": " + c.reason
		}
		all = append(all, Evidence{Name: c.id.String(), Where: c.where, Found: found})
	}
	switch rivals := q.standing(Rival); {
	case q.gatherErr != nil:
		return lacking("there may be other records: looking for them failed: %v", q.gatherErr).with(all...)
	case len(rivals) > 1:
		return lacking("%d records name these bytes, and none of them stands for the others", len(rivals)).
			with(all...).mend("lineage", "verify", q.Asked, "--record", "ID")
	case len(q.candidates) == 0:
		return lacking("no record names these bytes")
	case q.chosen == nil:
		return lacking("none of %s can stand", count(len(q.candidates), "record")).with(all...)
	case q.unreadBeside():
		return lacking("a record that may be the model's could not be read").with(all...)
	}
	return held("record %s is the only one that is left: %s", q.chosen.id.Short(), byText[q.chosen.by]).
		compared("one record", count(len(q.candidates), "candidate")).with(all...)
}

var byText = map[ClaimBy]string{
	ByRequest: "--record names it",
	ByEntry:   "the registry's entry names it",
	ByRun:     "the entry's run names it",
	BySidecar: "it stands beside the model",
	Beside:    "its file is kept with the model, and it names the model's digest",
	ByDigest:  "it names the model's digest",
}

// unreadBeside tells whether another candidate than the chosen one could not be read.
func (q *inquiry) unreadBeside() bool { return len(q.standing(Unreadable)) > 0 }

func (q *inquiry) standing(s Standing) (of []*candidate) {
	for _, c := range q.candidates {
		if c.standing == s {
			of = append(of, c)
		}
	}
	return of
}

// whyNone says why there is no record that checks could look at.
func (q *inquiry) whyNone() string {
	switch {
	case len(q.standing(Rival)) > 1:
		return "several records name these bytes: --record says which one to look at"
	case len(q.candidates) == 0:
		return "no record names these bytes"
	}
	return fmt.Sprintf("%s, and none that could be looked at", count(len(q.candidates), "candidate"))
}

// listed are the candidates for the verdict.
func (q *inquiry) listed() []Candidate {
	all := []Candidate{}
	for _, c := range q.candidates {
		l := Candidate{ID: c.id, By: c.by, Where: c.where, Standing: c.standing, Reason: c.reason}
		if c.rec != nil {
			i := c.rec.Invocation()
			l.Invocation = &i
		}
		all = append(all, l)
	}
	return all
}
