package attach

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Tracker is a system that keeps models as well.
type Tracker interface {
	System
	Registry
}

// Collected is what a run has left in a system.
type Collected struct {
	Targets []Target
	// Outputs are the models that the run logged: the folder and each file, read
	// back from the system, with their Origin.
	Outputs []record.Resource
	// Models are all logged models among the targets, by id: a model that is no
	// output is there with the reason.
	Models map[string]Reading
}

// Reading is what came of reading a logged model: its manifest, or why its bytes
// are no output of the run.
type Reading struct {
	Manifest hashing.Manifest
	Err      error
}

// Collect finds what a run has left and reads the models back. A model counts if
// it carries the invocation, its run is one of those found, and it was created
// within the span: then its bytes are the run's own. One that does not count, or
// cannot be read, takes nothing from the others.
func Collect(ctx context.Context, t Tracker, span Span) (Collected, error) {
	targets, err := t.Find(ctx, span)
	if err != nil {
		return Collected{}, err
	}
	c := Collected{Targets: targets, Models: map[string]Reading{}}
	for _, target := range targets {
		if _, twice := c.Models[target.ID]; twice || target.Kind != KindLoggedModel {
			continue
		}
		outputs, manifest, err := readModel(ctx, t, span, target, targets)
		c.Outputs, c.Models[target.ID] = append(c.Outputs, outputs...), Reading{manifest, err}
	}
	return c, nil
}

// Err tells of the models that are no outputs.
func (c Collected) Err() error {
	var failed []error
	for _, id := range slices.Sorted(maps.Keys(c.Models)) {
		failed = append(failed, c.Models[id].Err)
	}
	return errors.Join(failed...)
}

func readModel(ctx context.Context, t Tracker, span Span, target Target, all []Target) ([]record.Resource, hashing.Manifest, error) {
	ref, err := RefOf(target)
	if err != nil {
		return nil, hashing.Manifest{}, err
	}
	m, err := t.Resolve(ctx, ref)
	if err != nil {
		return nil, hashing.Manifest{}, err
	}
	if why := NotOwn(m, span, all); why != "" {
		return nil, hashing.Manifest{}, fmt.Errorf("logged model %q is no output of this run: %s", target.ID, why)
	}
	manifest, files, err := HashModel(ctx, t, m)
	if err != nil {
		return nil, hashing.Manifest{}, err
	}
	if len(files) == 0 {
		return nil, hashing.Manifest{}, fmt.Errorf("logged model %q has no files", target.ID)
	}
	resources, err := modelResources(target, manifest, files)
	if err != nil {
		return nil, hashing.Manifest{}, err
	}
	return resources, manifest, nil
}

// HashedFile is one file of a model as its system gave it.
type HashedFile struct {
	Path   string
	Bytes  int64
	Digest hashing.FileDigest
}

// HashModel reads every file of a model, and gives its manifest.
func HashModel(ctx context.Context, reg Registry, m Model) (hashing.Manifest, []HashedFile, error) {
	files, err := reg.Files(ctx, m)
	if err != nil {
		return hashing.Manifest{}, nil, err
	}
	var hashed []HashedFile
	var entries []hashing.Entry
	for _, f := range files {
		digest, n, err := hashOne(ctx, reg, m, f)
		if err != nil {
			return hashing.Manifest{}, nil, fmt.Errorf("reading %q of %q: %w", f.Path, m.Source, err)
		}
		hashed = append(hashed, HashedFile{f.Path, n, digest})
		entries = append(entries, hashing.Entry{Path: f.Path, Digest: digest})
	}
	manifest, err := hashing.NewManifest(entries)
	return manifest, hashed, err
}

func hashOne(ctx context.Context, reg Registry, m Model, f File) (d hashing.FileDigest, n int64, err error) {
	r, err := reg.Open(ctx, m, f)
	if err != nil {
		return d, 0, err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return hashing.Reader(ctx, io.Reader(r))
}

func modelResources(target Target, m hashing.Manifest, files []HashedFile) ([]record.Resource, error) {
	at := record.Location{Root: record.RootServer, Path: string(target.Kind) + "/" + target.ID}
	origin := &record.Origin{Kind: "server", System: target.System, Target: string(target.Kind), ID: target.ID}
	if _, err := record.ParseLocation(at.String()); err != nil {
		return nil, err
	}
	var bytes int64
	var parts []record.Resource
	for _, f := range files {
		bytes += f.Bytes
		r := record.FileResource(record.RoleOutput, at.Join(f.Path), f.Digest, f.Bytes, &at)
		r.Annotations.Origin = origin
		parts = append(parts, r)
	}
	whole := record.TreeResource(record.RoleOutput, at, m, bytes)
	whole.Annotations.Origin = origin
	return append([]record.Resource{whole}, parts...), nil
}

// SubjectsOf are the outputs of a record as [Refuse] compares them.
func SubjectsOf(r *record.Record) (subjects []Subject) {
	if !r.Metadata().Outcome.Ended0() {
		return nil
	}
	for _, o := range r.Outputs() {
		s := Subject{Name: o.Name}
		if o.Digest != nil && o.Digest.SHA256 != nil {
			s.File = *o.Digest.SHA256
		}
		if o.Digest != nil && o.Digest.Tree != nil {
			s.Tree = *o.Digest.Tree
		}
		subjects = append(subjects, s)
	}
	return subjects
}
