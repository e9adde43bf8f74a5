package main

import (
	"strings"

	"github.com/lineage-audit/lineage/record"
	rt "github.com/lineage-audit/lineage/record/recordtest"
)

const (
	input    = "predicate.buildDefinition.resolvedDependencies.2."
	manifest = "predicate.runDetails.byproducts.0."
)

var other = sha256Of("other")

// resources have digests or facts that are not those of their role.
var resources = map[string]struct {
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
	"facts-of-other-kind":        {add(input+"annotations", "lock", `{"location":"repo:data/train.csv","format":"pip","bytes":1}`), "has the facts"},
	"second-digest-in-facts":     {add("subject.1.annotations.file", "sha256", other), "second digest"},
	"role-unknown":               {set(input+"annotations.role", `"dataset"`), "role \"dataset\" is not that of a dependency"},
	"role-in-other-case":         {set(input+"annotations.role", `"Data"`), "role \"Data\" is not that of a dependency"},
	"role-of-output-as-input":    {set(input+"annotations.role", `"output"`), "is not that of a dependency"},
	"role-of-input-as-output":    {set("subject.1.annotations.role", `"data"`), "is not that of an output"},
	"role-of-input-as-byproduct": {set(manifest+"annotations.role", `"data"`), "is not that of a byproduct"},
	"input-part-of-folder":       {add(input+"annotations.file", "tree", `"repo:data"`), "as only outputs are"},
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
	"origin-of-input":        {add(input+"annotations", "origin", `{"kind":"server","system":"mlflow","target":"run","id":"1"}`), "has the origin"},
}

// badResources have one of these resources.
func badResources() (all []vector) {
	base := encode()
	for name, c := range resources {
		all = append(all, malformed(name, edit(base, c.change), c.because))
	}
	return append(all,
		malformed("origin-elsewhere", unchecked(serverOutput("run", "1", "server:run/2/model.bin")), "has the origin"),
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
