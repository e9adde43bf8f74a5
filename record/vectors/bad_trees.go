package main

import (
	"math"
	"strconv"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	rt "github.com/lineage-audit/lineage/record/recordtest"
)

// badTrees have folders that are not the sum of their files.
func badTrees() []vector {
	base := encode()
	tree := func(change func(*record.Resource)) []byte {
		return unchecked(func(s *record.Statement) { change(&s.Subject[2]) })
	}
	dropManifest := func(s *record.Statement) {
		b := s.Predicate.RunDetails.Byproducts
		s.Predicate.RunDetails.Byproducts = b[:len(b)-1]
	}
	return []vector{
		malformed("manifest-missing-of-output", unchecked(dropManifest), "is not among the byproducts"),
		malformed("manifest-missing-of-input", edit(base, remove("predicate.runDetails.byproducts.1")), "is not among the byproducts"),
		malformed("tree-lacks-a-file", edit(base, remove("subject.3")), "is not the sum of its"),
		malformed("tree-has-one-file-more", unchecked(part("repo:model/more", "repo:model")), "is not the sum of its"),
		malformed("tree-file-swapped", edit(base, set("subject.3.digest.sha256", sha256Of("other"))), "is not the sum of its"),
		malformed("tree-file-renamed", unchecked(func(s *record.Statement) {
			at := rt.Location("repo:model/MLmodel2")
			s.Subject[3].Name, s.Subject[3].Annotations.File.Location = at.String(), at
		}), "is not the sum of its"),
		malformed("tree-counts-wrong", tree(func(r *record.Resource) { r.Annotations.Tree.Files++ }), "is not the sum of its"),
		malformed("tree-bytes-wrong", tree(func(r *record.Resource) { r.Annotations.Tree.Bytes++ }), "is not the sum of its"),
		malformed("tree-bytes-overflow", unchecked(func(s *record.Statement) {
			s.Subject[3].Annotations.File.Bytes, s.Subject[4].Annotations.File.Bytes = math.MaxInt64, math.MaxInt64
		}), "more bytes than there are numbers"),
		malformed("tree-files-negative", tree(func(r *record.Resource) { r.Annotations.Tree.Files = -1 }), "has -1 files"),
		malformed("tree-empty-with-files", unchecked(rt.OutputTree("repo:empty", nil), func(s *record.Statement) {
			s.Subject[len(s.Subject)-1].Annotations.Tree.Files = 1
		}), "with that digest has 1 files"),
		malformed("tree-of-no-files-not-empty", unchecked(func(s *record.Statement) {
			s.Predicate.BuildDefinition.ResolvedDependencies[3].Annotations.Tree.Files = 0
		}), "with that digest has 0 files"),
		malformed("tree-without-its-parts", edit(base, func(n *node) { remove("subject.4")(n); remove("subject.3")(n) }), "is not the sum of its"),
		malformed("tree-of-1000-files-without-parts", unchecked(many(record.MaxParts)), "is not the sum of its"),
	}
}

// many is an output folder of n files that stands without them.
func many(n int) rt.Option {
	files := rt.Files{}
	for i := range n {
		files[strconv.Itoa(i)] = strconv.Itoa(i)
	}
	return func(s *record.Statement) {
		rt.OutputTree("repo:images", files)(s)
		s.Subject = s.Subject[:len(s.Subject)-n]
	}
}

// badParts have files that are not where their folder is.
func badParts() []vector {
	return []vector{
		malformed("file-outside-its-tree", unchecked(part("repo:elsewhere", "repo:model")), "is not below its folder"),
		malformed("file-is-its-own-tree", unchecked(part("repo:metrics2", "repo:metrics2")), "is not below its folder"),
		malformed("file-of-no-tree", unchecked(part("repo:other/file", "repo:other")), "does not stand itself"),
		malformed("file-in-tree-of-other-root", unchecked(part("home:model/file", "repo:model")), "is not below its folder"),
		malformed("file-in-tree-and-no-part", unchecked(rt.Output("repo:model/evil.bin", "evil")), "is no part of it"),
		malformed("file-in-hidden-tree-and-no-part", unchecked(rt.OutputTree("repo:.m", rt.Files{"a": "1"}), rt.OutputTree("repo:m", rt.Files{"a": "1"}), rt.Output("repo:.m/evil.bin", "evil")), "is no part of it"),
		malformed("file-in-tree-beside-alike-names", unchecked(rt.Output("repo:model-2", "2"), rt.Output("repo:model.bin", "3"), rt.Output("repo:model/evil.bin", "evil")), "is no part of it"),
		malformed("tree-in-tree", unchecked(rt.OutputTree("repo:model/inner", rt.Files{"a": "1"})), "is no part of it"),
		malformed("tree-in-root", unchecked(rt.OutputTree("repo:.", rt.Files{"a": "1"})), "is no part of it"),
		malformed("dirhash-of-escaped-names", unchecked(rt.OutputTree("repo:names", rt.Files{"a\nb": "1"}), func(s *record.Statement) {
			for i := range s.Subject {
				if d := s.Subject[i].Digest; s.Subject[i].Name == "repo:names" {
					d.DirHash = d.Tree.String()
				}
			}
		}), "names that dirHash does not have"),
		malformed("tree-with-dash-at-top", unchecked(dashAtTop), "standard input"),
	}
}

// part adds a file that says that it is part of a folder.
func part(location, folder string) rt.Option {
	return func(s *record.Statement) {
		rt.Output(location, "part")(s)
		at := rt.Location(folder)
		s.Subject[len(s.Subject)-1].Annotations.File.Tree = &at
	}
}

func dashAtTop(s *record.Statement) {
	digest := hashing.TreeDigest(hashing.Bytes([]byte("1")))
	at := rt.Location("repo:dash")
	s.Subject = append(s.Subject, record.Resource{Name: at.String(), Digest: &record.DigestSet{Tree: &digest}, Annotations: record.Annotations{
		Role: record.RoleOutput, Tree: &record.TreeFacts{Location: at, Files: 1, Bytes: 1},
	}})
	part("repo:dash/-", "repo:dash")(s)
	sum := digest.ManifestDigest()
	rt.Byproduct(record.Resource{Digest: &record.DigestSet{SHA256: &sum}, Annotations: record.Annotations{Role: record.RoleManifest}})(s)
}
