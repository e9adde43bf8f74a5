package recordtest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
)

func TestStatementIsAlwaysTheSame(t *testing.T) {
	if diff := cmp.Diff(recordtest.Statement(), recordtest.Statement()); diff != "" {
		t.Error(diff)
	}
	if a, b := recordtest.Record(t), recordtest.Record(t); a.ID() != b.ID() {
		t.Errorf("ids %v and %v", a.ID(), b.ID())
	}
}

func TestOptionsKeepTheStatementValid(t *testing.T) {
	for name, opt := range map[string]recordtest.Option{
		"another run": recordtest.As(record.NewInvocation(), recordtest.Started.AddDate(1, 0, 0)),
		"failed":      recordtest.Exited(3),
		"killed":      recordtest.Ended(record.Outcome{Status: record.Killed, Signal: "SIGKILL", OutOfMemory: true}),
		"no outputs":  recordtest.NoOutputs,
		"output":      recordtest.Output("repo:more", ""),
		"output tree": recordtest.OutputTree("abs:/mnt/model", recordtest.Files{"a\nb": "1"}),
		"input tree":  recordtest.InputTree(record.RoleData, "home:data", recordtest.Files{"a": "1"}),
		"no commit":   recordtest.Without(record.RoleCommit),
		"gap":         recordtest.Gap("input-changed", "repo:data/train.csv", "it was written during the run"),
		"observed":    recordtest.Observed,
	} {
		t.Run(name, func(t *testing.T) { recordtest.Record(t, opt) })
	}
}

func TestBlobsAreThoseOfTheByproducts(t *testing.T) {
	blobs := recordtest.Blobs()
	for _, r := range recordtest.Statement().Predicate.RunDetails.Byproducts {
		if _, found := blobs[*r.Digest.SHA256]; !found {
			t.Errorf("no content for the %s %v", r.Annotations.Role, r.Digest.SHA256)
		}
	}
	for digest, content := range blobs {
		if hashing.Bytes(content) != digest {
			t.Errorf("content of %v is %q", digest, content)
		}
	}
}
