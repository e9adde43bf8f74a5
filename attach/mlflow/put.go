package mlflow

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// Put writes the record and its blobs among the artifacts of the target's run, then
// the tags that name it on the target, and reads all of it back. Nothing is ever
// written into a model's own folder: its bytes are what is verified.
func (s *System) Put(ctx context.Context, t attach.Target, a attach.Attachment) (attach.Receipt, error) {
	if s.err != nil {
		return attach.Receipt{}, s.err
	}
	op := fmt.Sprintf("attaching record %s to %s %q", a.ID.Short(), t.Kind, t.ID)
	if record.IDOf(a.Statement) != a.ID {
		return attach.Receipt{}, s.tracking.fail(op, attach.ErrUnsupported, "its bytes are not those of its id", nil)
	}
	receipt := attach.Receipt{Target: t}
	if t.Run != "" {
		r, err := s.run(ctx, t.Run)
		if err != nil {
			return attach.Receipt{}, err
		}
		if err := s.keep(ctx, r, a); err != nil {
			return attach.Receipt{}, err
		}
		receipt.Location = strings.TrimRight(r.Info.ArtifactURI, "/") + "/" + recordPath(a.ID)
	}
	if err := s.setTags(ctx, t, tagsOf(a)); err != nil {
		return attach.Receipt{}, err
	}
	now, err := s.tags(ctx, t)
	if err != nil {
		return attach.Receipt{}, err
	}
	for _, want := range tagsOf(a) {
		// The tags that name the newest may have been overwritten by another just now.
		if strings.HasPrefix(want.Key, tagRecordPrefix) && !slices.Contains(now, want) {
			return attach.Receipt{}, s.tracking.fail(op, attach.ErrChanged, fmt.Sprintf("the tag %q is not there", want.Key), nil)
		}
	}
	return receipt, nil
}

// keep writes the files that are not there yet: the record last, so that whoever
// finds it finds its blobs.
func (s *System) keep(ctx context.Context, r run, a attach.Attachment) error {
	var blobs []keptFile
	for _, b := range a.Blobs {
		if hashing.Bytes(b.Bytes) != b.Digest {
			return s.tracking.fail(fmt.Sprintf("attaching %q", b.Name), attach.ErrUnsupported, "its bytes do not have its digest", nil)
		}
		// Some artifact stores keep no empty file; nothing is lost.
		if f := (keptFile{blobFolder + "/" + b.Digest.String(), b.Bytes}); len(b.Bytes) > 0 && !slices.ContainsFunc(blobs, f.is) {
			blobs = append(blobs, f)
		}
	}
	if err := s.keepFiles(ctx, r, blobFolder, blobs); err != nil {
		return err
	}
	return s.keepFiles(ctx, r, folder, []keptFile{{recordPath(a.ID), a.Statement}})
}

// keptFile is a file whose name has the digest of its content.
type keptFile struct {
	path    string
	content []byte
}

func (f keptFile) is(other keptFile) bool { return f.path == other.path }

// keepFiles writes the files of one folder, each unless it is there already with
// these bytes. It asks the listing what is there: a server in front of an object
// store answers a missing file with an error of its own. What was compared once is
// not compared again for the next target of the same run.
func (s *System) keepFiles(ctx context.Context, r run, folder string, files []keptFile) error {
	files = slices.DeleteFunc(files, func(f keptFile) bool { return s.isKept(r, f) })
	if len(files) == 0 {
		return nil
	}
	entries, err := s.list(ctx, r.place(), folder)
	if err != nil {
		return err
	}
	for _, f := range files {
		there := func(e fileInfo) bool { return e.Path == f.path && e.Size == int64(len(f.content)) && !e.IsDir }
		if slices.ContainsFunc(entries, there) {
			if err := s.compare(ctx, r, f); err == nil {
				continue
			} else if !errors.Is(err, attach.ErrChanged) {
				return err
			}
		}
		if err := s.tracking.upload(ctx, r, f.path, f.content); err != nil {
			return err
		}
		if err := s.compare(ctx, r, f); err != nil {
			return err
		}
	}
	return nil
}

// compare reads the file of the run, and is an error if it is not there with exactly
// these bytes.
func (s *System) compare(ctx context.Context, r run, f keptFile) error {
	got, err := s.readFile(ctx, remoteFile{place: r.place(), path: f.path, size: int64(len(f.content))})
	switch {
	case errors.Is(err, attach.ErrMalformed), errors.Is(err, attach.ErrNotFound), err == nil && !bytes.Equal(got, f.content):
		return s.tracking.fail(fmt.Sprintf("reading back file %q of run %q", f.path, r.Info.RunID), attach.ErrChanged,
			"it is not what was written", nil)
	case err != nil:
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.compared[keptKey(r, f)] = true
	return nil
}

func (s *System) isKept(r run, f keptFile) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.compared[keptKey(r, f)]
}

func keptKey(r run, f keptFile) string { return r.Info.ArtifactURI + "/" + f.path }

func (s *System) setTags(ctx context.Context, t attach.Target, tags []tag) error {
	op := fmt.Sprintf("tagging %s %q", t.Kind, t.ID)
	switch t.Kind {
	case attach.KindRun:
		return s.tracking.do(ctx, call{op, setRunTags, map[string]any{"run_id": t.ID, "tags": tags}, &struct{}{}, nil})
	case attach.KindLoggedModel:
		return s.tracking.do(ctx, call{op, setModelTags, map[string]any{"model_id": t.ID, "tags": tags}, &struct{}{}, nil})
	}
	for _, tag := range tags {
		fields := map[string]any{"name": t.Name, "version": t.ID, "key": tag.Key, "value": tag.Value}
		if err := s.registry.do(ctx, call{op, setVersionTag, fields, &struct{}{}, nil}); err != nil {
			return err
		}
	}
	return nil
}

// tags reads those of a target.
func (s *System) tags(ctx context.Context, t attach.Target) ([]tag, error) {
	switch t.Kind {
	case attach.KindRun:
		r, err := s.run(ctx, t.ID)
		return r.Data.Tags, err
	case attach.KindLoggedModel:
		m, err := s.loggedModel(ctx, t.ID)
		return m.Info.Tags, err
	case attach.KindModelVersion:
		v, err := s.version(ctx, t.Name, t.ID)
		return v.Tags, err
	}
	return nil, s.tracking.fail(fmt.Sprintf("reading %s %q", t.Kind, t.ID), attach.ErrUnsupported, "MLflow has nothing of this kind", nil)
}
