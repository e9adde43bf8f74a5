package report_test

import (
	"fmt"
	"io"
	"testing"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/verify"
)

// verdict is one in which every check held, with the given ones in place of theirs.
func verdict(changed ...verify.Check) verify.Verdict {
	id, tree := record.ID{1, 2, 3}, recordtest.Model.Manifest().Digest()
	resolved := verify.Resolved{
		Kind: verify.TargetRegistry, System: "mlflow", Name: "penguins", Alias: "champion", Version: "3", LoggedModel: "m-1",
		Run: "8c2f", Source: "models:/m-1", Status: "READY",
	}
	v := verify.Verdict{
		Schema: verify.Schema, TimeVerified: record.At(recordtest.Started), Verifier: verify.Verifier{Version: record.Version{Lineage: "0.1.0"}},
		Result: verify.Pass, Required: verify.Traced, Reached: verify.Traced, Label: "traced",
		Reason: "every check up to traced held", Authentication: verify.NotAuthenticated,
		Target: verify.TargetReport{
			Asked: "models:/penguins@champion", Resolved: &resolved, Again: &resolved,
			Digest: &verify.ModelDigest{Tree: &tree, Files: 2}, DigestAgain: &verify.ModelDigest{Tree: &tree, Files: 2},
		},
		Record: &id, Candidates: []verify.Candidate{{ID: id, By: "entry", Standing: verify.Chosen}},
		Policy: verify.PolicyRef{URI: "lineage.policy.yaml", Digest: &verify.SHA256Digest{SHA256: hashing.Bytes(nil)}},
	}
	for _, check := range verify.Checks() {
		rung, _ := verify.RungOf(check)
		c := verify.Check{ID: check, Rung: rung, Status: verify.Held, Reason: "the evidence agrees with the record"}
		if !verify.Pinned.AtLeast(rung) {
			c.Status, c.Reason = verify.Lacking, "this version cannot look at it"
		}
		for _, other := range changed {
			if other.ID == check {
				c = other
				c.Rung = rung
			}
		}
		v.Checks = append(v.Checks, c)
	}
	return v
}

func failing() verify.Verdict {
	v := verdict(verify.Check{
		ID: verify.ModelBytes, Status: verify.Failed, Reason: "the model is not what the run made",
		Expected: "lineageTree1:" + recordtest.Model.Manifest().Digest().String(), Found: "lineageTree1:" + hashing.TreeDigest{9}.String(),
		Evidence: changes(14), Mend: "lineage run -- python train.py", Notes: []string{"the registry lists 2 files"},
	}, verify.Check{
		ID: verify.InputsAvailable, Status: verify.Held, Reason: "every input can be had by its digest",
		Notes: []string{"other bytes now stand at repo:data/train.csv"},
	}, verify.Check{
		ID: verify.PackagesLocked, Status: verify.NotApplicable, Reason: "the run used no package",
	})
	v.Result, v.Reached, v.Label, v.Reason = verify.Fail, verify.Untraced, "untraced", "model.bytes failed"
	return v
}

// changes are the paths at which a model differs, and one that does not.
func changes(n int) []verify.Evidence {
	all := []verify.Evidence{{Name: "MLmodel", Where: "the server", Status: verify.Held}}
	for i := range n {
		all = append(all, verify.Evidence{
			Name: fmt.Sprintf("data/%d.bin", i), Where: "the server", Status: verify.Failed,
			Expected: "sha256:" + hashing.FileDigest{1}.String(), Found: "sha256:" + hashing.FileDigest{byte(i)}.String(),
		})
	}
	return all
}

func lacking() verify.Verdict {
	v := verdict(verify.Check{
		ID: verify.RecordUnambiguous, Status: verify.Lacking, Reason: "2 records name these bytes, and they disagree",
		Evidence: []verify.Evidence{{Name: "data/train.csv"}}, Mend: "lineage verify models:/penguins@champion --record ID",
	}, verify.Check{
		ID: verify.ImagePinned, Status: verify.Lacking, SetAside: true, SetAsideReason: "we run on bare metal", Reason: "no image digest is recorded",
	}, verify.Check{
		ID: verify.GitReachable, Status: verify.Lacking, Reason: "no repository was named",
	})
	v.Result, v.Reached, v.Label, v.Required = verify.CannotVerify, verify.Untraced, "untraced (without image.pinned)", verify.Pinned
	v.Reason, v.Record = "record.unambiguous and git.reachable are lacking", nil
	v.SetAside = []verify.SetAside{{Check: verify.ImagePinned, Reason: "we run on bare metal"}}
	v.Candidates = []verify.Candidate{
		{ID: record.ID{1}, By: "digest", Where: ".lineage", Standing: verify.Rival},
		{ID: record.ID{2}, By: "run", Where: "mlflow run 8c2f", Standing: verify.Rival, Reason: "it read other data"},
	}
	other := *v.Target.Resolved
	other.Version = "4"
	v.Target.Again, v.Target.DigestAgain = &other, &verify.ModelDigest{SHA256: &hashing.FileDigest{7}}
	return v
}

func TestVerdict(t *testing.T) {
	for _, c := range []struct {
		name string
		v    verify.Verdict
		o    report.Options
	}{
		{"verdict-pass", verdict(), pipe},
		{"verdict-pass-color", verdict(), terminal},
		{"verdict-fail", failing(), pipe},
		{"verdict-fail-color", failing(), terminal},
		{"verdict-fail-narrow", failing(), narrow},
		{"verdict-cannot", lacking(), pipe},
		{"verdict-zero", verify.Verdict{Checks: make([]verify.Check, 1)}, pipe},
	} {
		t.Run(c.name, func(t *testing.T) {
			golden(t, c.name, func(w io.Writer) error { return report.Verdict(w, c.v, c.o) })
		})
	}
}
