package verify_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/verify"
)

// TestNoFalsePass: whatever the outside says, a pass means what the oracle can see
// for itself in what was said.
func TestNoFalsePass(t *testing.T) {
	good, records := goodWorld(t), pool(t)
	results := map[verify.Result]int{}
	rapid.Check(t, func(rt *rapid.T) {
		c := newChaos(rt, good, records)
		r := c.request()
		v := verify.Verify(t.Context(), r)
		results[v.Result]++
		if (v.Result == verify.Pass) != (v.ExitStatus == 0) || (v.Result == verify.Pass) != (v.VerificationResult == verify.SLSAPassed) {
			rt.Fatalf("%s, exit status %d, %s", v.Result, v.ExitStatus, v.VerificationResult)
		}
		if v.Result != verify.Pass {
			return
		}
		if err := c.objects(r, v); err != nil {
			rt.Fatalf("a false pass: %v", err)
		}
	})
	t.Logf("%v", results)
	for _, r := range []verify.Result{verify.Pass, verify.Fail, verify.CannotVerify} {
		if results[r] == 0 {
			t.Errorf("not one world came to %s: %v", r, results)
		}
	}
}

// objects is the naive oracle: why this must not have been a pass.
func (c *chaos) objects(r verify.Request, v verify.Verdict) error {
	if v.Required != verify.Traced {
		return fmt.Errorf("%s cannot be reached", v.Required)
	}
	if v.Record == nil || c.served[*v.Record] == nil {
		return errors.New("its record was never served")
	}
	chosen, err := record.Decode(c.served[*v.Record])
	if err != nil {
		return err
	}
	return errors.Join(c.objectsToRecord(chosen), c.objectsToBytes(chosen), c.objectsToChoice(r, chosen), c.objectsToTarget(chosen), c.objectsToEvidence(chosen))
}

// objectsToRecord looks at what is in the record.
func (c *chaos) objectsToRecord(r *record.Record) error {
	s := string(r.Bytes())
	m := r.Metadata()
	switch {
	case m.Outcome.ExitCode == nil || *m.Outcome.ExitCode != 0 || m.Outcome.Status != "succeeded":
		return errors.New("the run did not succeed")
	case !strings.Contains(s, `"role":"code"`):
		return errors.New("there is no code")
	case !strings.Contains(s, `"role":"data"`) && !r.Parameters().Inputs.None:
		return errors.New("there is no data")
	case !strings.Contains(s, `"role":"interpreter"`) || !strings.Contains(s, `"role":"package"`):
		return errors.New("there are no packages")
	case strings.Count(s, `"role":"package"`) != strings.Count(s, `"state":"match"`):
		return errors.New("a package was not compared")
	case strings.Contains(s, "input-changed"):
		return errors.New("an input changed")
	}
	for _, at := range r.Parameters().Inputs.Paths {
		if !slices.ContainsFunc(r.Dependencies(record.RoleData), func(d record.Resource) bool { return d.Name == at.String() && d.Digest != nil }) {
			return fmt.Errorf("input %v has no digest", at)
		}
	}
	return nil
}

// objectsToBytes looks at what was said of the model's bytes: the same twice, and
// what a subject says.
func (c *chaos) objectsToBytes(r *record.Record) error {
	if len(c.contents) != 2 || c.contents[0].err != nil || c.contents[1].err != nil {
		return fmt.Errorf("the model was read %d times", len(c.contents))
	}
	digest := func(i int) string {
		switch a := c.contents[i].value; {
		case a.File != nil && a.Tree == nil && *a.File != hashing.EmptyFile:
			return fmt.Sprintf(`"digest":{"sha256":%q}`, a.File)
		case a.Tree != nil && a.File == nil && a.Tree.Len() > 1:
			return fmt.Sprintf(`"digest":{"lineageTree1":%q`, a.Tree.Digest())
		}
		return "nothing"
	}
	subjects, _, _ := strings.Cut(string(r.Bytes()), `"predicateType"`)
	if digest(0) != digest(1) || !strings.Contains(subjects, digest(0)) {
		return fmt.Errorf("subjects have no %s, or later %s", digest(0), digest(1))
	}
	return nil
}

// objectsToChoice looks at which record it was.
func (c *chaos) objectsToChoice(req verify.Request, r *record.Record) error {
	if !req.Record.IsZero() {
		if req.Record != r.ID() {
			return errors.New("another record was asked for")
		}
		return nil
	}
	for _, by := range []verify.ClaimBy{verify.ByEntry, verify.ByRun, verify.BySidecar} {
		var ids []record.ID
		for _, claim := range c.looks[0].value.Claims {
			if claim.By == verify.BySidecar && by == claim.By {
				ids = append(ids, record.IDOf(claim.Bytes))
			} else if claim.By == by {
				ids = append(ids, claim.ID)
			}
		}
		if len(ids) == 0 {
			continue
		}
		if !slices.Contains(ids, r.ID()) {
			return fmt.Errorf("%s names others: %v", by, ids)
		}
		return nil
	}
	return c.objectsToSearch(r)
}

// objectsToSearch: every record that was found and names the bytes is the one, or one
// that it may stand for. The first question is about the model; later ones are about
// inputs, for hints.
func (c *chaos) objectsToSearch(r *record.Record) error {
	if len(c.named) == 0 || c.named[0].err != nil {
		return errors.New("the records were not asked, or failed")
	}
	for _, f := range c.named[0].value {
		if record.IDOf(f.Bytes) != f.ID {
			return fmt.Errorf("a file is not the record %v that it is called", f.ID)
		}
		other, err := record.Decode(f.Bytes)
		if err != nil {
			return err
		}
		if other.ID() == r.ID() || !c.namesModel(other) {
			continue
		}
		same := sameCode(other, r) && fmt.Sprint(other.Parameters().Parameters) == fmt.Sprint(r.Parameters().Parameters)
		group := other.Metadata().Group != nil && r.Metadata().Group != nil && other.Metadata().Outcome.Ended0()
		child := r.Metadata().Parent != nil && *r.Metadata().Parent == other.Invocation()
		if !same && !group && !child {
			return fmt.Errorf("record %v names the bytes too", f.ID)
		}
	}
	return nil
}

func (c *chaos) namesModel(r *record.Record) bool {
	a := c.contents[0].value
	text := "nothing"
	if a.File != nil {
		text = a.File.String()
	} else if a.Tree != nil {
		text = a.Tree.Digest().String()
	}
	return slices.ContainsFunc(r.Outputs(), func(o record.Resource) bool {
		return o.Digest.SHA256 != nil && o.Digest.SHA256.String() == text || o.Digest.Tree != nil && o.Digest.Tree.String() == text
	})
}

func sameCode(a, b *record.Record) bool {
	x, y := a.Dependencies(record.RoleCode), b.Dependencies(record.RoleCode)
	return len(x) == 1 && len(y) == 1 && *x[0].Digest.Tree == *y[0].Digest.Tree
}

// objectsToTarget looks at what the registry said, twice.
func (c *chaos) objectsToTarget(r *record.Record) error {
	if len(c.looks) != 2 || c.looks[0].err != nil || c.looks[1].err != nil {
		return errors.New("the model was not resolved twice")
	}
	a, b := c.looks[0].value, c.looks[1].value
	if a.Kind == "" || a.Kind != b.Kind || a.Version != b.Version {
		return fmt.Errorf("it moved from %q to %q", a.Version, b.Version)
	}
	if a.Kind == verify.TargetPath {
		return nil
	}
	known := []record.Invocation{r.Invocation()}
	for _, raw := range c.served { // of a run that this one stands for
		if other, err := record.Decode(raw); err == nil && c.namesModel(other) {
			known = append(known, other.Invocation())
		}
	}
	if !slices.ContainsFunc(a.Invocations, func(i record.Invocation) bool { return slices.Contains(known, i) }) {
		return errors.New("the entry carries the invocation of another run")
	}
	return nil
}

// objectsToEvidence looks at what stood where the inputs were, and in the commit.
func (c *chaos) objectsToEvidence(r *record.Record) error {
	for _, a := range c.commits {
		if a.err != nil {
			continue
		}
		for _, f := range a.value {
			if f.Digest != hashing.Bytes([]byte(c.good.repo.files[f.Path])) && sameCode(r, c.pool[0]) {
				return fmt.Errorf("the commit has another %q", f.Path)
			}
		}
		break
	}
	for _, d := range slices.Concat(r.Dependencies(record.RoleData), r.Dependencies(record.RolePreprocessing)) {
		at := record.Location{}
		if f := d.Annotations.File; f != nil {
			at = f.Location
		} else {
			at = d.Annotations.Tree.Location
		}
		other, right := false, d.Annotations.Role == record.RolePreprocessing
		for _, s := range c.sightings[at] {
			is := s.File != nil && d.Digest.SHA256 != nil && *s.File == *d.Digest.SHA256 ||
				s.Tree != nil && d.Digest.Tree != nil && s.Tree.Digest() == *d.Digest.Tree
			right, other = right || is, other || !is && (s.File != nil || s.Tree != nil)
		}
		if other && !right {
			return fmt.Errorf("other bytes stand at %v", at)
		}
	}
	return nil
}
