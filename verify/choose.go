package verify

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lineage-audit/lineage/record"
)

// choose settles which record the model's is. A record that is named stands, fit or
// not; of several that fit, those leave that another one of them speaks for. More
// than one left is no choice.
func (q *inquiry) choose() {
	fit := q.sort()
	if len(fit) == 0 {
		fit = q.soleNamed()
	} else {
		fit = newestOf(oneOfGroup(withoutParents(fit)))
	}
	for _, c := range fit {
		c.standing, c.reason = Rival, described(c.rec)
	}
	if len(fit) == 1 {
		q.chosen = fit[0]
		q.chosen.reason = ""
		if q.chosen.standing = Chosen; q.chosen.match.output == nil {
			q.chosen.reason = "it is named, and " + q.whyMisfit()
		}
	}
}

// described tells a run from others, for whoever has to choose.
func described(r *record.Record) string {
	s := fmt.Sprintf("%s, started %s", r.Parameters().Command, r.Metadata().StartedOn.Format(time.RFC3339))
	for _, c := range r.Dependencies(record.RoleCommit) {
		if c.Digest != nil && c.Digest.GitCommit != "" {
			s += fmt.Sprintf(", commit %.12s %s", c.Digest.GitCommit, c.Annotations.Commit.State)
		}
	}
	return s
}

// sort gives each candidate its first standing, and those that fit.
func (q *inquiry) sort() (fit []*candidate) {
	for _, c := range q.candidates {
		switch {
		case c.rec == nil:
			c.standing, c.reason = Unreadable, c.err.Error()
		case c.match.output == nil:
			c.standing, c.reason = Misfit, q.whyMisfit()
		default:
			fit = append(fit, c)
		}
	}
	return fit
}

func (q *inquiry) whyMisfit() string {
	if q.first.bytesErr != nil {
		return "the model's bytes are not known"
	}
	return "does not name the model's bytes"
}

// soleNamed is the record that is named where nothing fits: the checks then tell
// what is wrong with it.
func (q *inquiry) soleNamed() []*candidate {
	if len(q.candidates) == 1 && q.candidates[0].rec != nil && q.candidates[0].names() {
		return q.candidates
	}
	return nil
}

// withoutParents leaves out each run that one of the others ran within: what the
// child made stands in both.
func withoutParents(fit []*candidate) []*candidate {
	byInvocation := map[record.Invocation]*candidate{}
	for _, c := range fit {
		byInvocation[c.rec.Invocation()] = c
	}
	return slices.DeleteFunc(slices.Clone(fit), func(p *candidate) bool {
		for _, c := range fit {
			if c != p && within(c, p, byInvocation) && !within(p, c, byInvocation) {
				p.standing, p.reason = Parent, "its child "+c.id.Short()+" names the same bytes"
				return true
			}
		}
		return false
	})
}

// within tells whether c ran within p, over any number of runs between them that
// are candidates too.
func within(c, p *candidate, all map[record.Invocation]*candidate) bool {
	for range all {
		parent := c.rec.Metadata().Parent
		if parent == nil {
			return false
		}
		if *parent == p.rec.Invocation() {
			return during(c, p)
		}
		if c = all[*parent]; c == nil {
			return false
		}
	}
	return false
}

// during tells whether the run of c took place while that of p did: a variable that
// was inherited from a run which had ended long before makes nothing its child.
func during(c, p *candidate) bool {
	child, parent := c.rec.Metadata(), p.rec.Metadata()
	return !child.StartedOn.Before(parent.StartedOn.Time) && !child.FinishedOn.After(parent.FinishedOn.Time)
}

// oneOfGroup makes one of the ranks of a job: if one of them did not end with 0, the
// job did not, and that one stands.
func oneOfGroup(fit []*candidate) []*candidate {
	return merge(fit, SameGroup, func(c *candidate) string {
		if g := c.rec.Metadata().Group; g != nil && g.ID != "" {
			return g.Kind + "\x00" + g.ID
		}
		return ""
	}, func(a, b *candidate) bool {
		if x, y := completed(a), completed(b); x != y {
			return !x
		}
		return newer(a, b)
	})
}

func completed(c *candidate) bool { return c.rec.Metadata().Outcome.Ended0() }

// newestOf makes one of the runs that agree in code, inputs, packages and parameters.
func newestOf(fit []*candidate) []*candidate { return merge(fit, Superseded, agreement, newer) }

func newer(a, b *candidate) bool {
	x, y := a.rec.Metadata(), b.rec.Metadata()
	if c := x.FinishedOn.Compare(y.FinishedOn.Time); c != 0 {
		return c > 0
	}
	if c := x.StartedOn.Compare(y.StartedOn.Time); c != 0 {
		return c > 0
	}
	return a.id.String() > b.id.String()
}

// merge keeps the first, by the order of before, of all that have the same key.
// What has none stays.
func merge(all []*candidate, standing Standing, key func(*candidate) string, before func(a, b *candidate) bool) []*candidate {
	best := map[string]*candidate{}
	for _, c := range all {
		if k := key(c); k != "" && (best[k] == nil || before(c, best[k])) {
			best[k] = c
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(c *candidate) bool {
		b := best[key(c)]
		if b == nil || b == c {
			return false
		}
		c.standing, c.reason = standing, "record "+b.id.Short()+" stands for it"
		return true
	})
}

// agreement is what two runs must have in common to be one for a verifier: code,
// inputs, packages and parameters. A run whose code is not known agrees with none.
func agreement(c *candidate) string {
	var parts []string
	code := false
	for _, role := range []record.Role{record.RoleCode, record.RoleData, record.RolePreprocessing, record.RoleInterpreter, record.RolePackage} {
		var of []string
		for _, r := range c.rec.Dependencies(role) {
			of = append(of, fmt.Sprintf("%s %q %q %s", role, r.Name, identifyingURI(r), digestText(r.Digest)))
		}
		slices.Sort(of)
		parts = append(parts, of...)
		code = code || role == record.RoleCode && len(of) > 0
	}
	if !code {
		return ""
	}
	p := c.rec.Parameters()
	for _, v := range p.Parameters {
		parts = append(parts, fmt.Sprintf("parameter %q %q %t", v.Name, v.Value, v.Redacted))
	}
	return strings.Join(append(parts, fmt.Sprintf("command %q in %q", p.Command, p.WorkingDirectory.String())), "\n")
}

// identifyingURI is the URI of what is known by it. That of bytes with a digest says
// where they can be had, which a later run may know and an earlier one not.
func identifyingURI(r record.Resource) string {
	if located := r.Annotations.File != nil || r.Annotations.Tree != nil; located && r.Digest != nil {
		return ""
	}
	return r.URI
}

func digestText(d *record.DigestSet) string {
	switch {
	case d == nil:
		return ""
	case d.SHA256 != nil:
		return fileText(*d.SHA256)
	case d.Tree != nil:
		return treeText(*d.Tree)
	}
	return commitText(d.GitCommit)
}
