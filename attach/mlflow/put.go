package mlflow

import (
	"bytes"
	"context"
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
	for _, b := range a.Blobs {
		path := blobFolder + "/" + b.Digest.String()
		if hashing.Bytes(b.Bytes) != b.Digest {
			return s.tracking.fail(fmt.Sprintf("attaching %q", b.Name), attach.ErrUnsupported, "its bytes do not have its digest", nil)
		}
		if err := s.keepFile(ctx, r, path, b.Bytes); err != nil {
			return err
		}
	}
	return s.keepFile(ctx, r, recordPath(a.ID), a.Statement)
}

// keepFile writes a file, unless it is there already with these bytes, and compares.
func (s *System) keepFile(ctx context.Context, r run, path string, content []byte) error {
	if len(content) == 0 {
		return nil // some artifact stores keep no empty file; nothing is lost
	}
	same, err := s.has(ctx, r, path, content)
	if same || err != nil {
		return err
	}
	if err := s.tracking.upload(ctx, r, path, content); err != nil {
		return err
	}
	if same, err = s.has(ctx, r, path, content); same || err != nil {
		return err
	}
	return s.tracking.fail(fmt.Sprintf("reading back file %q of run %q", path, r.Info.RunID), attach.ErrChanged,
		"it is not what was written", nil)
}

// has tells whether the run has the file with exactly these bytes. It asks the
// listing first: a server in front of an object store answers a missing file with
// an error of its own.
func (s *System) has(ctx context.Context, r run, path string, content []byte) (bool, error) {
	e, found, err := s.stat(ctx, r.place(), path)
	if err != nil || !found || e.IsDir || e.Size != int64(len(content)) {
		return false, err
	}
	got, err := s.readFile(ctx, remoteFile{place: r.place(), path: path, size: e.Size})
	return err == nil && bytes.Equal(got, content), err
}

func (s *System) setTags(ctx context.Context, t attach.Target, tags []tag) error {
	op := fmt.Sprintf("tagging %s %q", t.Kind, t.ID)
	if t.Kind == attach.KindLoggedModel {
		return s.tracking.do(ctx, call{op, setModelTags, map[string]any{"model_id": t.ID, "tags": tags}, &struct{}{}})
	}
	for _, tag := range tags {
		c, b := call{op, setRunTag, map[string]any{"run_id": t.ID}, &struct{}{}}, s.tracking
		if t.Kind == attach.KindModelVersion {
			c, b = call{op, setVersionTag, map[string]any{"name": t.Name, "version": t.ID}, &struct{}{}}, s.registry
		}
		c.fields["key"], c.fields["value"] = tag.Key, tag.Value
		if err := b.do(ctx, c); err != nil {
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
