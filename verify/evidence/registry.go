package evidence

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/verify"
)

// Registry is a model that a tracker keeps.
type Registry struct {
	Tracker attach.Tracker
	Ref     attach.Ref

	mu    sync.Mutex
	model attach.Model // as it was resolved last
}

// Resolve asks the tracker what the reference names now, and for the records that
// hang there.
func (g *Registry) Resolve(ctx context.Context) (verify.Resolved, error) {
	m, err := g.Tracker.Resolve(ctx, g.Ref)
	if err != nil {
		return verify.Resolved{}, fromAttach(err)
	}
	g.mu.Lock()
	g.model = m
	g.mu.Unlock()
	r := verify.Resolved{
		Kind: verify.TargetRegistry, System: g.Ref.System(), Name: m.Name, Alias: m.Alias, Version: m.Version,
		LoggedModel: m.LoggedModelID, Run: m.RunID, Source: m.Source, Path: m.Path, Status: m.Status, Owner: m.Owner,
		Created: m.Created, Invocations: m.Invocations,
	}
	for _, target := range m.Targets {
		attached, err := g.Tracker.Get(ctx, target)
		if err != nil {
			return verify.Resolved{}, fromAttach(err)
		}
		for _, a := range attached {
			if a.ID.IsZero() { // which would be taken for one that has no name
				return verify.Resolved{}, fmt.Errorf("%s names a record by zeros, which are no id", a.Target)
			}
			r.Claims = append(r.Claims, claim(a))
		}
	}
	return r, nil
}

func claim(a attach.Attached) verify.Claim {
	c := verify.Claim{By: verify.Beside, ID: a.ID, Where: fmt.Sprintf("%s %s %s", a.Target.System, a.Target.Kind, a.Target.ID), Bytes: a.Statement}
	switch {
	case a.Named && a.Target.Kind == attach.KindRun:
		c.By = verify.ByRun
	case a.Named:
		c.By = verify.ByEntry
	}
	return c
}

func (g *Registry) resolved() attach.Model {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.model
}

// Content reads and hashes every byte that the tracker has of the model.
func (g *Registry) Content(ctx context.Context, _ verify.Resolved) (verify.Content, error) {
	m := g.resolved()
	manifest, files, err := attach.HashModel(ctx, g.Tracker, m)
	if err != nil {
		return verify.Content{}, fromAttach(err)
	}
	if m.SingleFile && len(files) == 1 {
		return verify.Content{File: &files[0].Digest}, nil
	}
	return verify.Content{Tree: &manifest}, nil
}

// Open reads one file of the model.
func (g *Registry) Open(ctx context.Context, _ verify.Resolved, path string) (io.ReadCloser, error) {
	m := g.resolved()
	files, err := g.Tracker.Files(ctx, m)
	if err != nil {
		return nil, fromAttach(err)
	}
	for _, f := range files {
		if f.Path == path {
			r, err := g.Tracker.Open(ctx, m, f)
			return r, fromAttach(err)
		}
	}
	return nil, fmt.Errorf("%w: the model has no file %q", verify.ErrNotFound, path)
}

// Blob is one of those that were attached together with records. It is absent where
// every target said so.
func (g *Registry) Blob(ctx context.Context, d hashing.FileDigest) ([]byte, error) {
	reader, ok := g.Tracker.(attach.BlobReader)
	if !ok {
		return nil, verify.ErrNotFound
	}
	var failed error
	for _, target := range g.resolved().Targets {
		raw, err := reader.Blob(ctx, target, d)
		if err == nil {
			return raw, nil
		}
		if !errors.Is(err, attach.ErrNotFound) {
			failed = errors.Join(failed, err)
		}
	}
	if failed == nil {
		failed = verify.ErrNotFound
	}
	return nil, failed
}

// fromAttach adds what verify knows an absence by.
func fromAttach(err error) error {
	if errors.Is(err, attach.ErrNotFound) {
		return absent{err}
	}
	return err
}

// ClientFile is what MLflow's client adds to what it downloads.
func ClientFile() verify.ClientFile {
	return verify.ClientFile{Path: attach.DownloadedFile, Parse: func(content []byte) (string, string, error) {
		d, err := attach.ParseDownloaded(content)
		return d.Name, d.Version, err
	}}
}
