package verify_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/verify"
)

func schema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(verify.SchemaJSON))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("verdict.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("verdict.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func encode(t testing.TB, v verify.Verdict) any {
	t.Helper()
	raw, err := v.Encode()
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// TestEveryVerdictFitsTheSchema, that of nothing at all included.
func TestEveryVerdictFitsTheSchema(t *testing.T) {
	s := schema(t)
	verdicts := map[string]verify.Verdict{
		"good": goodWorld(t).verify(), "path": pathWorld(t).verify(),
		"nothing": verify.Verify(context.Background(), verify.Request{}),
	}
	for _, m := range mutations {
		w := goodWorld(t, m.opts...)
		if m.change != nil {
			m.change(t, w)
		}
		verdicts[m.name] = w.verify()
		w.request.Policy = policy(t, "version: 1\nchecks: {"+string(m.check)+": {set-aside: a reason}}\n")
		verdicts[m.name+", set aside"] = w.verify()
	}
	for name, v := range verdicts {
		if err := s.Validate(encode(t, v)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSchemaIsStrict: it refuses what a verdict must never be.
func TestSchemaIsStrict(t *testing.T) {
	s := schema(t)
	for name, change := range map[string]func(map[string]any){
		"unknown key":                      func(v map[string]any) { v["more"] = 1 },
		"missing key":                      func(v map[string]any) { delete(v, "authentication") },
		"cannot verify that PASSED":        func(v map[string]any) { v["result"], v["exitStatus"] = "cannot verify", json.Number("3") },
		"fail with exit status 0":          func(v map[string]any) { v["result"], v["verificationResult"] = "fail", "FAILED" },
		"pass with exit status 3":          func(v map[string]any) { v["exitStatus"] = json.Number("3") },
		"pass of no level":                 func(v map[string]any) { v["verifiedLevels"] = []any{"FAILED"} },
		"no checks":                        func(v map[string]any) { v["checks"] = []any{} },
		"a check without status":           func(v map[string]any) { delete(v["checks"].([]any)[0].(map[string]any), "status") },
		"a check of an empty status":       func(v map[string]any) { v["checks"].([]any)[0].(map[string]any)["status"] = "" },
		"a check that is not in the table": func(v map[string]any) { v["checks"].([]any)[0].(map[string]any)["id"] = "model.fine" },
		"a level of SLSA's own":            func(v map[string]any) { v["verifiedLevels"] = []any{"SLSA_BUILD_LEVEL_3"} },
	} {
		doc := encode(t, goodWorld(t).verify()).(map[string]any)
		if change(doc); s.Validate(doc) == nil {
			t.Errorf("%s fits the schema", name)
		}
	}
}

// TestZeroValuesPassNothing.
func TestZeroValuesPassNothing(t *testing.T) {
	if got := (verify.Verdict{}).Result.ExitStatus(); got != 3 {
		t.Errorf("the zero verdict has the exit status %d", got)
	}
	if _, err := (verify.Verdict{}).Encode(); err == nil {
		t.Error("the zero verdict can be encoded")
	}
	if s := (verify.Check{}).Status; s == verify.Held || s == verify.NotApplicable {
		t.Errorf("the zero check is %s", s)
	}
	if verify.Rung("").AtLeast(verify.Untraced) || verify.Rung("pined").AtLeast(verify.Untraced) {
		t.Error("what is no rung is at least untraced")
	}
	v := verify.Verify(context.Background(), verify.Request{})
	if v.Result != verify.CannotVerify || v.Reached != verify.Untraced || v.ExitStatus != 3 || v.VerificationResult != verify.SLSAFailed {
		t.Errorf("nothing at all: %s, reached %s", v.Result, v.Reached)
	}
	for _, c := range v.Checks {
		if c.Status != verify.Lacking {
			t.Errorf("nothing at all: %s is %s", c.ID, c.Status)
		}
	}
}

// TestCancelled: where the context has ended, nothing is held.
func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), -time.Second)
	defer cancel()
	v := verify.Verify(ctx, goodWorld(t).request)
	for _, c := range v.Checks {
		if c.Status != verify.Lacking || !strings.Contains(c.Reason, "deadline exceeded") {
			t.Errorf("%s is %s: %s", c.ID, c.Status, c.Reason)
		}
	}
	if v.Result != verify.CannotVerify || !strings.HasPrefix(v.Reason, "the verification was ended before it was done") || v.Ran() {
		t.Errorf("%s: %s", v.Result, v.Reason)
	}
}

// TestUnseenModelHasOneReason: where the model could not be looked at, and no record is
// at hand, the verdict says why, and no check says what nobody knows.
func TestUnseenModelHasOneReason(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*world)
		want   string
	}{
		"not resolved": {func(w *world) { w.target.resolved, w.target.lookErr = verify.Resolved{}, errDown }, "the model could not be resolved: " + errDown.Error()},
		"not read":     {func(w *world) { w.target.resolved.Claims, w.target.bytesErr = nil, errDown }, "the model could not be read: " + errDown.Error()},
	} {
		w := goodWorld(t)
		c.change(w)
		v := w.verify()
		if v.Result != verify.CannotVerify || v.Reason != c.want || v.Ran() {
			t.Errorf("%s: %s: %s", name, v.Result, v.Reason)
		}
		for _, c := range v.Checks {
			if c.Reason != "it did not run" {
				t.Errorf("%s: %s: %s", name, c.ID, c.Reason)
			}
		}
	}
	w := goodWorld(t)
	w.target.bytesErr = errDown
	if v := w.verify(); !v.Ran() || v.Result != verify.CannotVerify {
		t.Errorf("with the entry's record: %s", v.Reason)
	}
	if v := goodWorld(t).verify(); !v.Ran() {
		t.Error("nothing ran")
	}
}

func policy(t testing.TB, text string) verify.Policy {
	t.Helper()
	p, err := verify.ParsePolicy([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestRequired: the higher of request and policy counts, and traced at least.
func TestRequired(t *testing.T) {
	for _, c := range []struct {
		request verify.Rung
		policy  string
		want    verify.Rung
	}{
		{"", "version: 1\n", verify.Traced},
		{verify.Untraced, "version: 1\n", verify.Traced},
		{verify.Pinned, "version: 1\n", verify.Pinned},
		{"", "version: 1\nrequire: pinned\n", verify.Pinned},
		{verify.Traced, "version: 1\nrequire: attested\n", verify.Attested},
		{verify.Reproduced, "version: 1\nrequire: attested\n", verify.Reproduced},
		{"pined", "version: 1\n", verify.Reproduced},
	} {
		w := goodWorld(t)
		w.request.Require, w.request.Policy = c.request, policy(t, c.policy)
		v := w.verify()
		if v.Required != c.want || (v.Result == verify.Pass) != (c.want == verify.Traced) {
			t.Errorf("%q with %q requires %s: %s", c.request, c.policy, v.Required, v.Result)
		}
	}
}

// TestSetAside: the check runs and keeps its status, leaves the rule, and stands in
// the label.
func TestSetAside(t *testing.T) {
	w := goodWorld(t)
	w.repo.files = map[string]string{"train.py": "of another commit"}
	if v := w.verify(); v.Result != verify.Fail {
		t.Fatalf("%s: %s", v.Result, v.Reason)
	}
	w.request.Policy = policy(t, "version: 1\nchecks:\n  code.captured: {set-aside: known}\n")
	v := w.verify()
	if v.Result != verify.Pass || v.Label != "traced (without code.captured)" || status(t, v, verify.CodeCaptured) != verify.Failed {
		t.Errorf("%s, %q: %s", v.Result, v.Label, v.Reason)
	}
	if diff := cmp.Diff([]string{"LINEAGE_TRACED (without code.captured)"}, v.VerifiedLevels); diff != "" {
		t.Error(diff)
	}
}

// TestNothingAskedForNeverPasses: a policy that sets all of traced aside has asked for
// nothing.
func TestNothingAskedForNeverPasses(t *testing.T) {
	text := "version: 1\nchecks:\n"
	for _, id := range verify.Checks() {
		if rung, _ := verify.RungOf(id); rung == verify.Traced {
			text += "  " + string(id) + ": {set-aside: a reason}\n"
		}
	}
	w := goodWorld(t)
	w.request.Policy = policy(t, text)
	if v := w.verify(); v.Result != verify.CannotVerify || v.Reached != verify.Untraced {
		t.Errorf("%s, reached %s: %s", v.Result, v.Reached, v.Reason)
	}
}

// TestVerdictNamesWhatItIsAbout.
func TestVerdictNamesWhatItIsAbout(t *testing.T) {
	w := goodWorld(t)
	v := w.verify()
	id := record.IDOf(w.store.found[0].Bytes)
	if v.Record == nil || *v.Record != id || len(v.InputAttestations) != 1 || v.InputAttestations[0].Digest.SHA256.String() != id.String() {
		t.Errorf("record %v, attestations %v; want %v", v.Record, v.InputAttestations, id)
	}
	if v.ResourceURI != "models:/fraud@champion" || v.Target.Resolved.Version != "7" || v.Target.Again.Version != "7" || v.Target.DigestAgain == nil {
		t.Errorf("target %+v", v.Target)
	}
	if v.Authentication != verify.NotAuthenticated || v.TimeVerified.Format(time.RFC3339) != now || v.Verifier.Version.Lineage != "0.1.0" {
		t.Errorf("%q, %v, %+v", v.Authentication, v.TimeVerified, v.Verifier)
	}
}
