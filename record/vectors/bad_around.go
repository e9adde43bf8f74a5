package main

import (
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	rt "github.com/lineage-audit/lineage/record/recordtest"
)

// badSurroundings have a container, an image, processors or sources that
// contradict themselves.
func badSurroundings() []vector {
	within := func(change func(*record.Environment)) []byte {
		return unchecked(around, func(s *record.Statement) { change(&s.Predicate.BuildDefinition.InternalParameters) })
	}
	imaged := func(change func(*record.Resource)) []byte {
		r := image("registry.example/train:7")
		change(&r)
		return unchecked(rt.Dependency(r))
	}
	sources := func(list ...record.Source) []byte {
		return changed(3, func(r *record.Resource) { r.Annotations.Tree.Sources = list })
	}
	declared := func(list ...record.DeclaredSource) []byte {
		return unchecked(func(s *record.Statement) { s.Predicate.BuildDefinition.ExternalParameters.Sources = list })
	}
	train := record.DeclaredSource{Path: rt.Location("repo:data/train.csv"), URI: "https://data.example/train.csv"}
	return []vector{
		malformed("declared-source-twice", declared(train, train), "two sources of"),
		malformed("declared-source-without-scheme", declared(record.DeclaredSource{Path: train.Path, URI: "data.example/train.csv"}), "no URI with a scheme"),
		malformed("declared-source-digest-zero", declared(record.DeclaredSource{Path: train.Path, URI: train.URI, Digest: &hashing.FileDigest{}}), "is of zeros"),
		malformed("container-none-and-runtime", within(func(e *record.Environment) { e.Container.None = true }), "no container, and one of runtime"),
		malformed("image-without-container", within(func(e *record.Environment) { e.Container = &record.Container{None: true} }), "no container, and image"),
		malformed("image-twice", unchecked(around, rt.Dependency(image("registry.example/other:1"))), "with digests that differ"),
		malformed("image-without-digest", imaged(func(r *record.Resource) { r.Digest = nil }), "has the digests"),
		malformed("image-without-facts", imaged(func(r *record.Resource) { r.Annotations.Image = nil }), "has the facts"),
		malformed("image-seen-nowhere", imaged(func(r *record.Resource) { r.Annotations.Image.Seen = "" }), "was seen nowhere"),
		malformed("gpu-without-name", within(func(e *record.Environment) { e.GPUs[0].Name = "" }), "GPU"),
		malformed("gpu-negative-memory", within(func(e *record.Environment) { e.GPUs[0].Memory = -1 }), "GPU"),
		malformed("library-without-name", within(func(e *record.Environment) { e.Libraries[0].Name = "" }), "says too little"),
		malformed("library-negative-threads", within(func(e *record.Environment) { e.Libraries[0].Threads = -1 }), "says too little"),
		malformed("source-without-uri", sources(record.Source{Path: "a"}), "source without uri"),
		malformed("source-twice", sources(record.Source{Path: "a", URI: "https://a.example"}, record.Source{Path: "a", URI: "https://b.example"}), "or two for"),
		malformed("source-path-not-encoded", sources(record.Source{Path: "%zz", URI: "https://a.example"}), "escape"),
	}
}
