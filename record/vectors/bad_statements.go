package main

import (
	"github.com/lineage-audit/lineage/record"
	rt "github.com/lineage-audit/lineage/record/recordtest"
)

// badSubjects are well spelled, and have other subjects than the run made.
func badSubjects() []vector {
	failed := outcome(record.Outcome{Status: record.Failed, ExitCode: int64p(1)})
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
	}
}

// badOutcomes contradict themselves about how the run ended.
func badOutcomes() []vector {
	ended := func(o record.Outcome) []byte { return unchecked(rt.NoOutputs, outcome(o)) }
	return []vector{
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
	}
}

// badDetails contradict themselves about how the run was captured.
func badDetails() []vector {
	details := func(change func(*record.RunDetails)) []byte {
		return unchecked(func(s *record.Statement) { change(&s.Predicate.RunDetails) })
	}
	return []vector{
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
	}
}

// badParameters are of no command that could have run.
func badParameters() []vector {
	base := encode()
	return []vector{
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
