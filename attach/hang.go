package attach

import (
	"context"
	"fmt"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// MaxBlobs bounds the content of a dirty tree that goes along with a record.
const MaxBlobs = 16 << 20

// Failure is a target on which a record was not hung.
type Failure struct {
	Target Target
	Err    error
}

// Hang hangs the record, with blobs, on each target. A model or version goes
// through [Refuse] first; known are the manifests of logged models that were
// read already, by id. One failure does not keep the others from being tried.
func Hang(ctx context.Context, t Tracker, r *record.Record, blobs map[hashing.FileDigest][]byte, targets []Target, known map[string]hashing.Manifest) (done []Receipt, failed []Failure) {
	a := Attachment{ID: r.ID(), Invocation: r.Invocation(), Statement: r.Bytes(), Blobs: chosen(blobs)}
	for _, target := range targets {
		a.Digest = ""
		if target.Kind != KindRun {
			m, err := manifestOf(ctx, t, target, known)
			if err == nil {
				err = Refuse(SubjectsOf(r), m)
			}
			if err != nil {
				failed = append(failed, Failure{target, err})
				continue
			}
			a.Digest = "lineageTree1:" + m.Digest().String()
		}
		receipt, err := t.Put(ctx, target, a)
		if err != nil {
			failed = append(failed, Failure{target, err})
			continue
		}
		done = append(done, receipt)
	}
	return done, failed
}

// RefOf is the reference that resolves to a model's target.
func RefOf(t Target) (Ref, error) {
	switch t.Kind {
	case KindLoggedModel:
		return ParseRef("models:/" + t.ID)
	case KindModelVersion:
		return ParseRef("models:/" + t.Name + "/" + t.ID)
	}
	return Ref{}, fmt.Errorf("a %s is no model", t.Kind)
}

func manifestOf(ctx context.Context, t Tracker, target Target, known map[string]hashing.Manifest) (hashing.Manifest, error) {
	ref, err := RefOf(target)
	if err != nil {
		return hashing.Manifest{}, err
	}
	model, err := t.Resolve(ctx, ref)
	if err != nil {
		return hashing.Manifest{}, err
	}
	if m, read := known[model.LoggedModelID]; read && model.LoggedModelID != "" {
		return m, nil
	}
	m, _, err := HashModel(ctx, t, model)
	return m, err
}

// chosen are the blobs that go along: as many as stay below the limit.
func chosen(blobs map[hashing.FileDigest][]byte) (out []Blob) {
	total := 0
	for digest, content := range blobs {
		if total+len(content) > MaxBlobs {
			continue
		}
		total += len(content)
		out = append(out, Blob{Digest: digest, Bytes: content})
	}
	return out
}
