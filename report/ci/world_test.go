package ci_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report/ci"
	"github.com/lineage-audit/lineage/verify"
)

// sample is a verdict in which every check of traced held and one input was changed.
func sample(result verify.Result) verify.Verdict {
	id := record.ID{1, 2, 3}
	v := verify.Verdict{
		Schema: verify.Schema, Verifier: verify.Verifier{ID: verify.VerifierID, Version: record.Version{Lineage: "v1.2.3"}},
		TimeVerified: record.At(time.Date(2026, 11, 22, 21, 0, 0, 5, time.UTC)),
		ResourceURI:  "models:/penguins@champion", Target: verify.TargetReport{Asked: "models:/penguins@champion", Digest: &verify.ModelDigest{Tree: &hashing.TreeDigest{7}}},
		Result: result, ExitStatus: result.ExitStatus(), Required: verify.Traced, Reached: verify.Traced, Label: "traced",
		Reason: "every check of traced that was asked for was held", Authentication: verify.NotAuthenticated, Record: &id,
		Policy: verify.PolicyRef{URI: "file:lineage.policy.yaml", Digest: &verify.SHA256Digest{SHA256: hashing.Bytes(nil)}},
	}
	for _, check := range verify.Checks() {
		rung, _ := verify.RungOf(check)
		c := verify.Check{ID: check, Rung: rung, Status: verify.Held, Reason: "the evidence agrees with the record"}
		switch {
		case check == verify.RegistryAgrees:
			c.Status, c.Reason = verify.NotApplicable, "a path was asked for"
		case rung == verify.Attested || rung == verify.Reproduced:
			c.Status, c.Reason, c.Mend = verify.Lacking, "this version cannot look at it", "lineage sign @1"
		}
		v.Checks = append(v.Checks, c)
	}
	return v
}

// at is the check of a verdict with that id, to change it.
func at(v *verify.Verdict, id verify.CheckID) *verify.Check {
	return &v.Checks[slices.IndexFunc(v.Checks, func(c verify.Check) bool { return c.ID == id })]
}

func failing() verify.Verdict {
	v := sample(verify.Fail)
	v.Reason = "inputs.available failed: other bytes stand where the run read \"repo:data/train.csv\""
	c := at(&v, verify.InputsAvailable)
	c.Status, c.Reason = verify.Failed, `other bytes stand where the run read "repo:data/train.csv", and its own are nowhere`
	c.Mend = "lineage verify models:/penguins@champion --data-root FOLDER"
	c.Evidence = []verify.Evidence{
		{Name: "repo:prepare.py", Where: "recorded path: /w/prepare.py", Status: verify.Held},
		{Name: "repo:data/train.csv", Where: "/w/data/train.csv", Expected: "sha256:3a4f", Found: "sha256:cc9a", Status: verify.Failed},
	}
	c.Notes = []string{"it was looked for at 3 places"}
	return v
}

func cannot() verify.Verdict {
	v := sample(verify.CannotVerify)
	v.Required, v.Reached, v.Label, v.Reason = verify.Pinned, verify.Traced, "traced (without image.pinned)", "gaps.none is lacking: 2 gaps"
	at(&v, verify.GapsNone).Status, at(&v, verify.GapsNone).Reason = verify.Lacking, "the record has 2 gaps"
	c := at(&v, verify.ImagePinned)
	c.Status, c.Reason, c.SetAside, c.SetAsideReason = verify.Lacking, "no image", true, "we run on bare metal"
	return v
}

// everyLacking is what a policy that asks for everything says of a model without a record.
func everyLacking() verify.Verdict {
	v := sample(verify.CannotVerify)
	v.Required, v.Reached, v.Label = verify.Reproduced, verify.Untraced, "untraced"
	for i := range v.Checks {
		v.Checks[i].Status = verify.Lacking
	}
	return v
}

func samples() map[string]verify.Verdict {
	return map[string]verify.Verdict{
		"pass": sample(verify.Pass), "fail": failing(), "cannot": cannot(), "lacking": everyLacking(),
		"unfinished": ci.Unfinished("models:/penguins@champion", "the server does not answer", 2), "zero": {},
	}
}

func render(t testing.TB, f ci.Format, v verify.Verdict, o ci.Options) string {
	t.Helper()
	raw, err := ci.Render(f, v, o)
	if err != nil {
		t.Fatalf("%s: %v", f, err)
	}
	return string(raw)
}

// statuses that a check can have, and some that none should.
var statuses = []verify.Status{verify.Held, verify.Held, verify.Held, verify.Failed, verify.Lacking, verify.NotApplicable, "", "HELD", "passed"}

var someRungs = []verify.Rung{verify.Traced, verify.Pinned, verify.Attested, verify.Reproduced, verify.Untraced, "", "pined"}

// drawn is a verdict of any statuses, checks and result, be they never so absurd.
func drawn(r *rapid.T) verify.Verdict {
	v := verify.Verdict{
		Schema: verify.Schema, Target: verify.TargetReport{Asked: rapid.String().Draw(r, "asked")},
		Result:   rapid.SampledFrom([]verify.Result{verify.Pass, verify.Fail, verify.CannotVerify, "", "PASS", "passed"}).Draw(r, "result"),
		Required: rapid.SampledFrom(someRungs).Draw(r, "required"), Reason: rapid.String().Draw(r, "reason"),
	}
	for i, id := range verify.Checks() {
		if rapid.IntRange(0, 20).Draw(r, fmt.Sprint("absent ", i)) == 0 {
			continue
		}
		rung, _ := verify.RungOf(id)
		v.Checks = append(v.Checks, verify.Check{
			ID: id, Rung: rung, Status: rapid.SampledFrom(statuses).Draw(r, "status"), SetAside: rapid.IntRange(0, 5).Draw(r, "aside") == 0,
			Reason: rapid.String().Draw(r, "why"), Evidence: []verify.Evidence{{Name: rapid.String().Draw(r, "name"), Status: verify.Failed}},
		})
	}
	return v
}

// want are the statuses that every format has to tell, and whether the verdict may
// look like a success: worked out without the package, by the book.
func want(v verify.Verdict) (all map[string]verify.Status, success bool) {
	all = map[string]verify.Status{}
	for _, id := range verify.Checks() {
		all[string(id)] = verify.Lacking
	}
	success = v.Result == verify.Pass
	for _, c := range v.Checks {
		if c.Status == verify.Held || c.Status == verify.Failed || c.Status == verify.NotApplicable {
			all[string(c.ID)] = c.Status
		}
	}
	return all, success
}
