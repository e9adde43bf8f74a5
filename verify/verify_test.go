package verify_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/verify"
)

func TestGoodWorldPassesAsHighAsThisVersionSees(t *testing.T) {
	v := goodWorld(t).verify()
	var not []verify.CheckID
	for _, c := range v.Checks {
		if c.Status != verify.Held {
			not = append(not, c.ID)
			if c.Status == verify.Failed {
				t.Errorf("%s failed: %s: %+v", c.ID, c.Reason, c.Evidence)
			}
		}
	}
	want := []verify.CheckID{
		verify.PackagesLoaded, verify.ImagePinned, verify.SignatureTrusted, verify.TrailIncluded, verify.ReproductionSame,
	}
	if diff := cmp.Diff(want, not); diff != "" {
		t.Errorf("checks that are not held: %s", diff)
		for _, c := range v.Checks {
			t.Logf("%s: %s: %s %v %v", c.ID, c.Status, c.Reason, c.Evidence, c.Notes)
		}
	}
	if v.Result != verify.Pass || v.Reached != verify.Traced || v.ExitStatus != 0 || v.Label != "traced" {
		t.Errorf("result %s (%d), reached %s, label %q: %s", v.Result, v.ExitStatus, v.Reached, v.Label, v.Reason)
	}
}
