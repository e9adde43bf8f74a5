package main

import (
	"math"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	rt "github.com/lineage-audit/lineage/record/recordtest"
)

// badStatements are well spelled, and contradict themselves as a whole.
func badStatements() []vector {
	failed := outcome(record.Outcome{Status: record.Failed, ExitCode: int64p(1)})
	details := func(change func(*record.RunDetails)) []byte {
		return unchecked(func(s *record.Statement) { change(&s.Predicate.RunDetails) })
	}
	ended := func(o record.Outcome) []byte { return unchecked(rt.NoOutputs, outcome(o)) }
	base := encode()
	return []vector{
		malformed("outputs-as-subjects-of-failed-run", unchecked(failed), "has outputs among its subjects"),
		malformed("outputs-as-subjects-of-interrupted-run", unchecked(outcome(record.Outcome{Status: record.Interrupted, ExitCode: int64p(0)})), "has outputs among its subjects"),
		malformed("outputs-as-byproducts-of-succeeded-run", unchecked(rt.Exited(1), outcome(record.Outcome{Status: record.Succeeded, ExitCode: int64p(0)})), "is no byproduct"),
		malformed("no-subject", edit(base, set("subject", "[]")), "there is no subject"),
		malformed("run-missing", edit(base, remove("subject.0")), "subject[0] is not the run"),
		malformed("run-not-first", edit(base, func(n *node) {
			s := n.at("subject")
			s.kids[0], s.kids[1] = s.kids[1], s.kids[0]
		}), "subject[0] is not the run"),
		malformed("run-twice", edit(base, again("subject.0")), "role \"run\" is not that of an output"),
		malformed("run-renamed", edit(base, set("subject.0.name", `"ran"`)), "subject[0] is not the run"),
		malformed("run-without-digest", edit(base, remove("subject.0.digest")), "subject[0] is not the run"),
		malformed("run-with-uri", edit(base, add("subject.0", "uri", `"https://example.com"`)), "the run has a uri"),
		malformed("run-with-facts", edit(base, add("subject.0.annotations", "file", `{"location":"repo:a","bytes":1}`)), "has the facts"),
		malformed("run-with-tree", edit(base, add("subject.0.digest", "lineageTree1", zeros(63)[:64]+`1"`)), "has the digests"),
		malformed("name-twice", edit(base, again("subject.1")), "stands twice"),
		malformed("name-twice-among-byproducts", edit(unchecked(rt.Exited(1)), func(n *node) {
			b := n.at("predicate.runDetails.byproducts")
			b.kids = append(b.kids, b.kids[len(b.kids)-1])
		}), "stands twice"),
		malformed("succeeded-with-exit-code", ended(record.Outcome{Status: record.Succeeded, ExitCode: int64p(1)}), "does not have exit code"),
		malformed("succeeded-without-exit-code", ended(record.Outcome{Status: record.Succeeded}), "does not have exit code"),
		malformed("succeeded-with-signal", ended(record.Outcome{Status: record.Succeeded, ExitCode: int64p(0), Signal: "SIGTERM"}), "does not have exit code"),
		malformed("failed-with-exit-code-0", ended(record.Outcome{Status: record.Failed, ExitCode: int64p(0)}), "does not have exit code"),
		malformed("failed-without-exit-code", ended(record.Outcome{Status: record.Failed}), "does not have exit code"),
		malformed("killed-without-signal", ended(record.Outcome{Status: record.Killed}), "does not have exit code"),
		malformed("killed-with-exit-code", ended(record.Outcome{Status: record.Killed, ExitCode: int64p(0), Signal: "SIGKILL"}), "does not have exit code"),
		malformed("interrupted-without-ending", ended(record.Outcome{Status: record.Interrupted}), "does not have exit code"),
		malformed("not-started-without-reason", ended(record.Outcome{Status: record.NotStarted}), "and reason"),
		malformed("not-started-with-exit-code", ended(record.Outcome{Status: record.NotStarted, ExitCode: int64p(0), Reason: "not found"}), "does not have exit code"),
		malformed("reason-of-started-run", ended(record.Outcome{Status: record.Failed, ExitCode: int64p(1), Reason: "not found"}), "and reason"),
		malformed("status-unknown", ended(record.Outcome{Status: "done", ExitCode: int64p(0)}), "does not have exit code"),
		malformed("status-in-other-case", ended(record.Outcome{Status: "Succeeded", ExitCode: int64p(0)}), "does not have exit code"),
		malformed("coverage-unknown", details(func(d *record.RunDetails) { d.Coverage = "complete" }), "coverage \"complete\" is not known"),
		malformed("coverage-not-that-of-builder", details(func(d *record.RunDetails) { d.Coverage = record.CoverageObserved }), "does not go with coverage"),
		malformed("builder-unknown-place", details(func(d *record.RunDetails) {
			d.Builder.ID = record.BuilderID("moon", record.CoverageDeclared)
		}), "does not go with coverage"),
		malformed("builder-of-others", details(func(d *record.RunDetails) {
			d.Builder.ID = "https://github.com/actions/runner/local/declared"
		}), "does not go with coverage"),
		malformed("builder-with-more", details(func(d *record.RunDetails) { d.Builder.ID += "/more" }), "does not go with coverage"),
		malformed("gap-without-reason", unchecked(rt.Gap("input-changed", "repo:a", "")), "says too little"),
		malformed("gap-without-thing", unchecked(rt.Gap("input-changed", "", "it changed")), "says too little"),
		malformed("gap-without-kind", unchecked(rt.Gap("", "repo:a", "it changed")), "is not a word"),
		malformed("gap-kind-in-other-case", unchecked(rt.Gap("Input-Changed", "repo:a", "it changed")), "is not a word"),
		malformed("gap-kind-of-words", unchecked(rt.Gap("input changed", "repo:a", "it changed")), "is not a word"),
		malformed("command-empty", edit(base, set("predicate.buildDefinition.externalParameters.command", "[]")), "the command is empty"),
		malformed("command-without-name", edit(base, set("predicate.buildDefinition.externalParameters.command.0", `""`)), "the command is empty"),
		malformed("none-beside-paths", edit(base, add("predicate.buildDefinition.externalParameters.inputs", "none", "true")), "declared at once"),
		malformed("parameter-without-name", edit(base, set("predicate.buildDefinition.externalParameters.parameters.0.name", `""`)), "parameter without a name"),
		malformed("variable-without-name", edit(base, set("predicate.buildDefinition.internalParameters.variables.0.name", `""`)), "variable without a name"),
		malformed("config-without-digest", edit(base, remove("predicate.buildDefinition.externalParameters.config.sha256")), "config"),
		malformed("processors-negative", edit(base, set("predicate.buildDefinition.internalParameters.cpu.count", "-1")), "-1 processors"),
		malformed("memory-negative", edit(base, set("predicate.buildDefinition.internalParameters.memory", "-1")), "-1 bytes of memory"),
		malformed("parent-is-itself", edit(base, add("predicate.runDetails.metadata", "lineage_parent", quote(rt.Invocation))), "the parent is zero or the run itself"),
		malformed("parent-zero", edit(base, add("predicate.runDetails.metadata", "lineage_parent", zeros(32))), "the parent is zero"),
		malformed("group-without-id", edit(base, add("predicate.runDetails.metadata", "lineage_group", `{"kind":"slurm","id":""}`)), "group without kind or id"),
	}
}

// badResources have digests or facts that are not those of their role.
func badResources() []vector {
	base := encode()
	dep := func(i string, change string) string {
		return "predicate.buildDefinition.resolvedDependencies." + i + "." + change
	}
	manifest := "predicate.runDetails.byproducts.0."
	other := sha256Of("other")
	var all []vector
	for name, c := range map[string]struct {
		change  func(*node)
		because string
	}{
		"unknown-algorithm-md5":      {add("subject.1.digest", "md5", `"d41d8cd98f00b204e9800998ecf8427e"`), `unknown key "md5"`},
		"unknown-algorithm-sha1":     {rename("subject.1.digest.sha256", `"sha1"`), `unknown key "sha1"`},
		"unknown-algorithm-sha512":   {add("subject.1.digest", "sha512", zeros(128)), `unknown key "sha512"`},
		"no-digest":                  {remove("subject.1.digest"), "neither uri nor digest"},
		"no-digest-but-uri":          {func(n *node) { remove("subject.1.digest")(n); add("subject.1", "uri", `"https://example.com"`)(n) }, "has the digests"},
		"empty-digest-set":           {set("subject.1.digest", "{}"), "an empty digest set"},
		"dirhash-unequal":            {set("subject.2.digest.dirHash", other), "is not that of lineageTree1"},
		"dirhash-alone":              {remove("subject.2.digest.lineageTree1"), "is not that of lineageTree1"},
		"dirhash-of-file":            {add("subject.1.digest", "dirHash", sha256Of(rt.Metrics)), "is not that of lineageTree1"},
		"sha256-beside-lineagetree1": {add("subject.2.digest", "sha256", other), "has the digests"},
		"sha256-for-lineagetree1": {func(n *node) {
			remove("subject.2.digest.dirHash")(n)
			rename("subject.2.digest.lineageTree1", `"sha256"`)(n)
		}, "has the digests"},
		"lineagetree1-for-sha256":    {rename("subject.1.digest.sha256", `"lineageTree1"`), "has the digests"},
		"gitcommit-beside-sha256":    {add("subject.1.digest", "gitCommit", quote(rt.Commit)), "has the digests"},
		"facts-missing":              {remove("subject.1.annotations.file"), "has the facts"},
		"facts-of-two-kinds":         {add("subject.1.annotations", "tree", `{"location":"repo:metrics.json","files":1,"bytes":1}`), "has the facts"},
		"facts-of-other-kind":        {add(dep("2", "annotations"), "lock", `{"location":"repo:data/train.csv","format":"pip","bytes":1}`), "has the facts"},
		"second-digest-in-facts":     {add("subject.1.annotations.file", "sha256", other), "second digest"},
		"role-unknown":               {set(dep("2", "annotations.role"), `"dataset"`), "role \"dataset\" is not that of a dependency"},
		"role-in-other-case":         {set(dep("2", "annotations.role"), `"Data"`), "role \"Data\" is not that of a dependency"},
		"role-of-output-as-input":    {set(dep("2", "annotations.role"), `"output"`), "is not that of a dependency"},
		"role-of-input-as-output":    {set("subject.1.annotations.role", `"data"`), "is not that of an output"},
		"role-of-input-as-byproduct": {set(manifest+"annotations.role", `"data"`), "is not that of a byproduct"},
		"input-part-of-folder":       {add(dep("2", "annotations.file"), "tree", `"repo:data"`), "as only outputs are"},
		"manifest-without-digest": {func(n *node) {
			remove(manifest + "digest")(n)
			add(strings.TrimSuffix(manifest, "."), "uri", `"https://example.com"`)(n)
		}, "has the digests"},
		"manifest-with-facts": {add(manifest+"annotations", "file", `{"location":"repo:a","bytes":1}`), "has the facts"},
		"link-not-encoded":    {add("subject.1.annotations.file", "link", `"%zz"`), "escape"},
		"origin-missing": {func(n *node) {
			set(fileAt, `"server:run/1/metrics.json"`)(n)
			set(fileName, `"server:run/1/metrics.json"`)(n)
		}, "its origin is missing"},
		"origin-of-local-file":   {add("subject.1.annotations", "origin", `{"kind":"server","system":"mlflow","target":"run","id":"1"}`), "has the origin"},
		"origin-says-too-little": {add("subject.1.annotations", "origin", `{"kind":"server","system":"","target":"run","id":"1"}`), "says too little"},
		"origin-unknown-kind":    {add("subject.1.annotations", "origin", `{"kind":"rumour","system":"mlflow","target":"run","id":"1"}`), "says too little"},
		"origin-of-input":        {add(dep("2", "annotations"), "origin", `{"kind":"server","system":"mlflow","target":"run","id":"1"}`), "has the origin"},
	} {
		all = append(all, malformed(name, edit(base, c.change), c.because))
	}
	elsewhere := serverOutput("run", "1", "server:run/2/model.bin")
	return append(all,
		malformed("origin-elsewhere", unchecked(elsewhere), "has the origin"),
		malformed("input-twice-digests-differ", unchecked(rt.Input(record.RoleData, "repo:data/train.csv", "other")), "with digests that differ"),
		malformed("config-part-of-folder", edit(base, add("predicate.buildDefinition.externalParameters.config", "tree", `"repo:."`)), "config"),
	)
}

func serverOutput(target, id, location string) rt.Option {
	return func(s *record.Statement) {
		rt.Output(location, "m")(s)
		s.Subject[len(s.Subject)-1].Annotations.Origin = &record.Origin{Kind: "server", System: "mlflow", Target: target, ID: id}
	}
}

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

// badCode have commits, packages and lock files that contradict themselves.
func badCode() []vector {
	changed := func(i int, change func(*record.Resource)) []byte {
		return unchecked(func(s *record.Statement) { change(&s.Predicate.BuildDefinition.ResolvedDependencies[i]) })
	}
	facts := func(change func(*record.CommitFacts)) []byte {
		return changed(0, func(r *record.Resource) { change(r.Annotations.Commit) })
	}
	pkg := func(change func(*record.PackageFacts)) []byte {
		return changed(7, func(r *record.Resource) { change(r.Annotations.Package) })
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
