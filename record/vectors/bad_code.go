package main

import (
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	rt "github.com/lineage-audit/lineage/record/recordtest"
)

// changed has a change in one of the dependencies.
func changed(i int, change func(*record.Resource)) []byte {
	return unchecked(func(s *record.Statement) { change(&s.Predicate.BuildDefinition.ResolvedDependencies[i]) })
}

// badCommits have commits that contradict themselves.
func badCommits() []vector {
	facts := func(change func(*record.CommitFacts)) []byte {
		return changed(0, func(r *record.Resource) { change(r.Annotations.Commit) })
	}
	return []vector{
		malformed("commit-without-digest", changed(0, func(r *record.Resource) { r.Digest = nil }), "has the digests"),
		malformed("commit-of-no-commit", facts(func(c *record.CommitFacts) { c.State = record.TreeNoCommit }), "has the digests"),
		malformed("commit-with-sha256", changed(0, func(r *record.Resource) { r.Digest.SHA256 = rt.SHA256("1").SHA256 }), "has the digests"),
		malformed("commit-without-facts", changed(0, func(r *record.Resource) { r.Annotations.Commit = nil }), "has the facts"),
		malformed("commit-twice", unchecked(rt.Dependency(commit(rt.Commit[1:]+"0", record.CommitFacts{State: record.TreeClean}))), "with digests that differ"),
		malformed("commit-not-that-of-uri", changed(0, func(r *record.Resource) { r.URI = "git+https://git.example/a@" + strings.Repeat("1", 40) }), "is not that of commit"),
		malformed("commit-object-format-unknown", facts(func(c *record.CommitFacts) { c.ObjectFormat = "md5" }), "of object format"),
		malformed("commit-object-format-sha1", facts(func(c *record.CommitFacts) { c.ObjectFormat = "sha256" }), "of object format"),
		malformed("state-unknown", facts(func(c *record.CommitFacts) { c.State = "pristine" }), "state \"pristine\" is not known"),
		malformed("state-in-other-case", facts(func(c *record.CommitFacts) { c.State = "Clean" }), "state \"Clean\" is not known"),
		malformed("clean-with-differences", facts(func(c *record.CommitFacts) { c.Differences = dirty.Differences }), "a clean tree with 2 differences"),
		malformed("declared-and-clean", facts(func(c *record.CommitFacts) { c.Declared = true }), "a declared commit with a tree of state"),
		malformed("difference-unknown", facts(func(c *record.CommitFacts) {
			c.State, c.Differences = record.TreeDirty, []record.Difference{{Path: "a", Kind: "odd"}}
		}), "difference \"odd\" is not known"),
		malformed("difference-not-encoded", facts(func(c *record.CommitFacts) {
			c.State, c.Differences = record.TreeDirty, []record.Difference{{Path: "100%", Kind: "modified"}}
		}), "ends within an escape"),
	}
}

// badPackages have packages, interpreters and lock files that contradict themselves.
func badPackages() []vector {
	pkg := func(change func(*record.PackageFacts)) []byte {
		return changed(7, func(r *record.Resource) { change(r.Annotations.Package) })
	}
	return []vector{
		malformed("package-without-purl", changed(7, func(r *record.Resource) { r.URI = "https://pypi.org/project/numpy" }), "want a purl"),
		malformed("package-without-facts", changed(7, func(r *record.Resource) { r.Annotations.Package = nil }), "has the facts"),
		malformed("package-without-version", pkg(func(p *record.PackageFacts) { p.Version = "" }), "has no version"),
		malformed("package-of-other-name", pkg(func(p *record.PackageFacts) { p.Name = "numpi" }), "is not named"),
		malformed("package-with-tree", changed(7, func(r *record.Resource) {
			d := hashing.TreeDigest(hashing.Bytes([]byte("1")))
			r.Digest.Tree = &d
		}), "has the digests"),
		malformed("package-files-unknown-state", pkg(func(p *record.PackageFacts) { p.Files.State = "fine" }), "files"),
		malformed("package-files-match-and-changed", pkg(func(p *record.PackageFacts) { p.Files.Changed = []string{"venv:a.py"} }), "matches, with 1 changed"),
		malformed("package-files-negative", pkg(func(p *record.PackageFacts) { p.Files.Checked = -1 }), "files"),
		malformed("package-checkout-unknown-state", pkg(func(p *record.PackageFacts) { p.Origin = &record.DirectURL{URL: "file:///a", State: "fine"} }), "is not known"),
		malformed("interpreter-without-digest", changed(6, func(r *record.Resource) { r.Digest, r.URI = nil, "pkg:generic/CPython@3.13.5" }), "has the digests"),
		malformed("interpreter-not-location", changed(6, func(r *record.Resource) { r.Name = "python" }), "not named by its location"),
		malformed("lock-without-digest", changed(5, func(r *record.Resource) { r.Digest, r.URI = nil, "file:requirements.lock" }), "has the digests"),
		malformed("lock-not-location", changed(5, func(r *record.Resource) { r.Name = "lock" }), "not named by its location"),
		malformed("lock-more-hashed-than-packages", changed(5, func(r *record.Resource) { r.Annotations.Lock.Hashed = 2 }), "hashes of 2 out of 1"),
	}
}
