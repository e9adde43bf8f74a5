package report

import (
	"slices"
	"testing"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/sourcing"
)

// TestPartlyUnsourced: where other files stand in a folder, the command proposed is one
// that lineage get takes: it fetches no folder into one that has other files.
func TestPartlyUnsourced(t *testing.T) {
	tree := hashing.TreeDigest(hashing.Bytes([]byte("m")))
	in := sourcing.Input{
		Resource: record.Resource{Name: "repo:data", Digest: &record.DigestSet{Tree: &tree}, Annotations: record.Annotations{
			Role: record.RoleData, Tree: &record.TreeFacts{Location: record.Location{Root: record.RootRepo, Path: "data"}, Files: 3},
		}},
		Files: []hashing.Entry{{Path: "a", Digest: hashing.Bytes([]byte("a"))}, {Path: "b", Digest: hashing.Bytes([]byte("b"))}}, Of: 3,
	}
	want := []string{"lineage", "get", "--sha256", hashing.Bytes([]byte("a")).String(), "URI", "data/a"}
	if got := unsourcedOf(in).Command; !slices.Equal(got, want) {
		t.Errorf("it proposes %q, want %q", got, want)
	}
}
