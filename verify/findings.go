package verify

import (
	"fmt"
	"slices"
	"strings"
)

// A check ends in one of these ways, and always says why.

func held(format string, a ...any) Check    { return ended(Held, format, a...) }
func failed(format string, a ...any) Check  { return ended(Failed, format, a...) }
func lacking(format string, a ...any) Check { return ended(Lacking, format, a...) }

func notApplicable(format string, a ...any) Check { return ended(NotApplicable, format, a...) }

func ended(s Status, format string, a ...any) Check {
	return Check{Status: s, Reason: fmt.Sprintf(format, a...)}
}

// compared says what was expected and what was found.
func (c Check) compared(expected, found string) Check {
	c.Expected, c.Found = expected, found
	return c
}

func (c Check) with(e ...Evidence) Check {
	c.Evidence = append(c.Evidence, e...)
	return c
}

func (c Check) noting(notes ...string) Check {
	c.Notes = append(c.Notes, notes...)
	return c
}

// mend is the command that would help, from its words.
func (c Check) mend(words ...string) Check {
	c.Mend = shell(words)
	return c
}

// worst is what evidence comes to as a whole: one that failed, else one that is
// lacking. Nothing at all is lacking, and so is what says nothing.
func worst(all []Evidence) Status {
	switch {
	case anyFailed(all):
		return Failed
	case len(all) == 0 || slices.ContainsFunc(all, func(e Evidence) bool { return e.Status != Held }):
		return Lacking
	}
	return Held
}

func anyFailed(all []Evidence) bool {
	return slices.ContainsFunc(all, func(e Evidence) bool { return e.Status == Failed })
}

// namesOf lists the names of the evidence with a status, a few of them.
func namesOf(all []Evidence, s Status) string {
	var names []string
	for _, e := range all {
		if e.Status == s {
			names = append(names, e.Name)
		}
	}
	return few(names)
}

// few is a list for a sentence; the evidence has the rest.
func few(names []string) string {
	const most = 3
	quoted := make([]string, 0, most)
	for _, n := range names[:min(len(names), most)] {
		quoted = append(quoted, fmt.Sprintf("%q", n))
	}
	s := strings.Join(quoted, ", ")
	if more := len(names) - most; more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// shell quotes words for a POSIX shell.
func shell(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		if quoted[i] = w; w == "" || strings.Trim(w, plainBytes) != "" {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(quoted, " ")
}

const plainBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./-_"
