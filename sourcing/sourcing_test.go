package sourcing_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/sourcing"
)

// code is what the tests' commit has.
var code = recordtest.Files{"train.py": "code", "data/a": "1", "data/b": "2", "vendor/lib/c": "3", "empty": ""}

// all are the folders whose manifests are at hand.
var all = []recordtest.Files{code, {"a": "1", "b": "2"}, {"a": "1", "x": "9"}, {"c": "3"}, {"y": "", "z": ""}}

func manifests(d hashing.TreeDigest) (hashing.Manifest, error) {
	for _, files := range all {
		if m := files.Manifest(); m.Digest() == d {
			return m, nil
		}
	}
	return hashing.Manifest{}, errors.New("not at hand")
}

func at(text string) record.Location { return recordtest.Location(text) }

func commit(top string, f record.CommitFacts) record.Resource {
	f.Location = at(top)
	r := record.Resource{Name: top, Annotations: record.Annotations{Role: record.RoleCommit, Commit: &f}}
	if top != "repo:." {
		r.Annotations.Role = record.RoleSubmodule
	}
	return r
}

// left are the names of what is without a source, and how many files that are.
func left(inputs []sourcing.Input) map[string]int {
	found := map[string]int{}
	for _, in := range inputs {
		found[in.Resource.Name] = len(in.Files)
		if in.Err != nil {
			found[in.Resource.Name] = -1
		}
	}
	return found
}

func TestUnsourced(t *testing.T) {
	file := func(name, content string) record.Resource { return recordtest.File(record.RoleData, at(name), content) }
	tree := func(name string, files recordtest.Files) record.Resource {
		return recordtest.Tree(record.RoleData, at(name), files)
	}
	from := func(r record.Resource, uri string) record.Resource { r.URI = uri; return r }
	clean := commit("repo:.", record.CommitFacts{State: record.TreeClean})
	codeTree := recordtest.Tree(record.RoleCode, at("repo:."), code)
	for name, c := range map[string]struct {
		deps []record.Resource
		want map[string]int
	}{
		"nothing":                   {nil, nil},
		"in the commit":             {[]record.Resource{clean, codeTree, file("repo:data/a", "1")}, nil},
		"other bytes":               {[]record.Resource{clean, codeTree, file("repo:data/a", "9")}, map[string]int{"repo:data/a": 1}},
		"at another path":           {[]record.Resource{clean, codeTree, file("repo:data/c", "1")}, map[string]int{"repo:data/c": 1}},
		"outside":                   {[]record.Resource{clean, codeTree, file("abs:/data/a", "1")}, map[string]int{"abs:/data/a": 1}},
		"no commit":                 {[]record.Resource{codeTree, file("repo:data/a", "1")}, map[string]int{"repo:data/a": 1}},
		"no commit yet":             {[]record.Resource{commit("repo:.", record.CommitFacts{State: record.TreeNoCommit}), codeTree, file("repo:data/a", "1")}, map[string]int{"repo:data/a": 1}},
		"only declared":             {[]record.Resource{commit("repo:.", record.CommitFacts{State: record.TreeUnknown, Declared: true}), codeTree, file("repo:data/a", "1")}, map[string]int{"repo:data/a": 1}},
		"dirty, elsewhere":          {[]record.Resource{commit("repo:.", record.CommitFacts{State: record.TreeDirty, Differences: []record.Difference{{Path: "data/b", Kind: "modified"}}}), codeTree, file("repo:data/a", "1")}, nil},
		"dirty, here":               {[]record.Resource{commit("repo:.", record.CommitFacts{State: record.TreeDirty, Differences: []record.Difference{{Path: "data/a", Kind: "untracked"}}}), codeTree, file("repo:data/a", "1")}, map[string]int{"repo:data/a": 1}},
		"dirty beyond what is said": {[]record.Resource{commit("repo:.", record.CommitFacts{State: record.TreeDirty, Differences: make([]record.Difference, 100_000)}), codeTree, file("repo:data/a", "1")}, map[string]int{"repo:data/a": 1}},
		"a dirty submodule":         {[]record.Resource{clean, commit("repo:vendor/lib", record.CommitFacts{State: record.TreeDirty, Differences: []record.Difference{{Path: "c", Kind: "modified"}}}), codeTree, file("repo:vendor/lib/c", "3"), file("repo:data/a", "1")}, map[string]int{"repo:vendor/lib/c": 1}},
		"a clean submodule":         {[]record.Resource{clean, commit("repo:vendor/lib", record.CommitFacts{State: record.TreeClean}), codeTree, file("repo:vendor/lib/c", "3")}, nil},
		"a URI":                     {[]record.Resource{from(file("abs:/data/a", "1"), "https://h/a")}, nil},
		"an empty file":             {[]record.Resource{file("abs:/data/a", "")}, nil},
		"a folder in the commit":    {[]record.Resource{clean, codeTree, tree("repo:data", recordtest.Files{"a": "1", "b": "2"})}, nil},
		"a folder in part":          {[]record.Resource{clean, codeTree, tree("repo:data", recordtest.Files{"a": "1", "x": "9"})}, map[string]int{"repo:data": 1}},
		"a folder of nothing":       {[]record.Resource{tree("repo:data", recordtest.Files{"y": "", "z": ""})}, nil},
		"a folder that is unknown":  {[]record.Resource{clean, codeTree, tree("repo:data", recordtest.Files{"q": "1"})}, map[string]int{"repo:data": -1}},
		"a folder with a URI":       {[]record.Resource{from(tree("repo:data", recordtest.Files{"q": "1"}), "s3://b/p/")}, nil},
		"what is no input":          {[]record.Resource{recordtest.File(record.RoleLock, at("repo:uv.lock"), "x"), codeTree}, nil},
		"two without a source":      {[]record.Resource{file("abs:/a", "1"), recordtest.File(record.RolePreprocessing, at("abs:/b"), "2")}, map[string]int{"abs:/a": 1, "abs:/b": 1}},
	} {
		if diff := cmp.Diff(c.want, left(sourcing.Unsourced(c.deps, manifests)), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestFound(t *testing.T) {
	deps := []record.Resource{recordtest.Tree(record.RoleData, at("abs:/data"), recordtest.Files{"a": "1", "x": "9"}), recordtest.File(record.RoleData, at("abs:/a"), "1"), recordtest.Tree(record.RoleData, at("abs:/q"), recordtest.Files{"q": "q"})}
	deps[0].Annotations.Tree.Sources = nil
	inputs := sourcing.Unsourced(deps, manifests)
	if got := sourcing.Wanted(inputs); len(got) != 2 {
		t.Errorf("wanted are %v", got)
	}
	one := hashing.Bytes([]byte("1"))
	got := sourcing.Found(inputs, func(_ record.Location, d hashing.FileDigest) bool { return d == one })
	if diff := cmp.Diff(map[string]int{"abs:/data": 1, "abs:/q": -1}, left(got)); diff != "" {
		t.Error(diff)
	}
	got = sourcing.Found(inputs, func(l record.Location, _ hashing.FileDigest) bool { return l == at("abs:/data/x") })
	if diff := cmp.Diff(map[string]int{"abs:/data": 1, "abs:/a": 1, "abs:/q": -1}, left(got)); diff != "" {
		t.Error(diff)
	}
	if len(inputs[0].Files) != 2 {
		t.Error("the inputs were changed")
	}
}
