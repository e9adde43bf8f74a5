package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// What is made has the shape of what teams have. A project is a chain of [perProject]
// runs: one prepares the data from raw bytes and a folder of images, most train a
// model each from what it made, and the last compares the models. Every run has an
// intent, a commit of [commits], an environment of [environments], and code.
const (
	perProject   = 20
	commits      = 2000
	environments = 50
	images       = 200
)

// Facts are what can be asked of a world, drawn while it was made.
type facts struct {
	Runs   int
	Models []hashing.FileDigest // each made by one run, and read by one
	Data   []hashing.FileDigest // each made by one run, and read by many
	Images []hashing.FileDigest // each in a folder that one run read
	IDs    []record.ID
}

// mostFacts is how many of each are remembered.
const mostFacts = 1000

// generator writes the files of a store as the store would, but for the syncing.
type generator struct {
	dir     string
	intent  template
	records map[string]template // by the kind of run
	facts   facts
	code    string // digests of the folders of the project
	images  string
	every   int // of so many runs, the facts of one are remembered
}

// generate makes a store of n runs in a folder.
func generate(ctx context.Context, dir string, n int, progress func(done int)) (facts, error) {
	g := &generator{dir: dir, every: max(1, n/mostFacts)}
	if err := errors.Join(g.prepare(), g.compile()); err != nil {
		return facts{}, err
	}
	for i := range n {
		if i%10_000 == 0 {
			if ctx.Err() != nil {
				return facts{}, ctx.Err()
			}
			progress(i)
		}
		if err := g.run(i); err != nil {
			return facts{}, err
		}
	}
	g.facts.Runs = n
	return g.facts, nil
}

func (g *generator) prepare() error {
	for _, kind := range []string{"records", "intents", "blobs/sha256"} {
		for i := range 256 {
			if err := os.MkdirAll(filepath.Join(g.dir, kind, fmt.Sprintf("%02x", i)), 0o700); err != nil {
				return err
			}
		}
	}
	return g.write("format", []byte("lineage store 1\n"))
}

func (g *generator) write(key string, content []byte) error {
	return os.WriteFile(filepath.Join(g.dir, key), content, 0o444)
}

// run writes one run: its intent and its record.
func (g *generator) run(i int) error {
	if i%perProject == 0 {
		if err := g.manifests(i / perProject); err != nil {
			return err
		}
	}
	values := valuesOf(i, g.code, g.images)
	announced := g.intent.fill(values)
	values[markIntent] = hashing.Bytes(announced).String()
	raw := g.records[kindOf(i)].fill(values)
	id := record.IDOf(raw)
	if i%g.every == 0 {
		g.remember(i, id)
	}
	invocation, name := values[markInvocation], id.String()
	if err := g.write("intents/"+invocation[:2]+"/"+invocation, announced); err != nil {
		return err
	}
	return g.write("records/"+name[:2]+"/"+name+".intoto.json", raw)
}

func (g *generator) remember(i int, id record.ID) {
	first := i - i%perProject
	g.facts.IDs = append(g.facts.IDs, id)
	g.facts.Models = append(g.facts.Models, digestOf("model", first+1))
	g.facts.Data = append(g.facts.Data, digestOf("data", first))
	g.facts.Images = append(g.facts.Images, imageOf(first/perProject, i%images))
}

// digestOf stands for bytes that nobody has: those of an output of a run.
func digestOf(what string, run int) hashing.FileDigest {
	return hashing.Bytes(fmt.Appendf(nil, "%s of run %d", what, run))
}

func imageOf(project, n int) hashing.FileDigest {
	return hashing.Bytes(fmt.Appendf(nil, "image %d of project %d", n, project%commits))
}

// imagesOf is the folder of images that a project prepares its data from.
func imagesOf(project int) folder {
	var entries []hashing.Entry
	for n := range images {
		entries = append(entries, hashing.Entry{Path: fmt.Sprintf("class-%d/%04d.png", n%10, n), Digest: imageOf(project, n)})
	}
	return entries
}

// codeOf is the code of a commit.
func codeOf(project int) folder {
	var entries []hashing.Entry
	for n := range 20 {
		at := 0 // the commit that changed the file last
		if n == 0 {
			at = project % commits
		}
		entries = append(entries, hashing.Entry{Path: fmt.Sprintf("src/module_%02d.py", n), Digest: digestOf(fmt.Sprint("module ", n), at)})
	}
	return entries
}

// folder is what a folder has.
type folder []hashing.Entry

func (f folder) manifest() hashing.Manifest {
	m, err := hashing.NewManifest(f)
	if err != nil {
		panic("bench: " + err.Error())
	}
	return m
}

// manifests keeps those of the folders of a project, some of which others share.
func (g *generator) manifests(project int) error {
	code, images := codeOf(project).manifest(), imagesOf(project).manifest()
	g.code, g.images = code.Digest().String(), images.Digest().String()
	if project >= commits {
		return nil // they are there
	}
	return errors.Join(g.write(blobKey(g.code), code.Bytes()), g.write(blobKey(g.images), images.Bytes()))
}

func blobKey(digest string) string { return "blobs/sha256/" + digest[:2] + "/" + digest }

// startOf is when a run started: one a minute.
func startOf(i int) time.Time {
	return time.Date(2024, time.January, 1, 0, 0, 0, 123456789, time.UTC).Add(time.Duration(i) * time.Minute)
}

// invocationOf is that of a run: hashed, so that it looks as random as one.
func invocationOf(i int) []byte {
	d := digestOf("invocation", i)
	return d[:16]
}
