package attach

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

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
// through [Refuse] first; known are the logged models that were read already, by
// id. One failure does not keep the others from being tried.
func Hang(ctx context.Context, t Tracker, r *record.Record, blobs map[hashing.FileDigest][]byte, targets []Target, known map[string]Reading) (done []Receipt, failed []Failure) {
	a := Attachment{ID: r.ID(), Invocation: r.Invocation(), Statement: r.Bytes(), Blobs: chosen(blobs)}
	subjects := SubjectsOf(r)
	for _, target := range targets {
		var err error
		if a.Digest, err = agreed(ctx, t, r, subjects, target, known); err == nil {
			var receipt Receipt
			if receipt, err = t.Put(ctx, target, a); err == nil {
				done = append(done, receipt)
				continue
			}
		}
		failed = append(failed, Failure{target, err})
	}
	return done, failed
}

// agreed is the digest of a model whose bytes the record names, with its
// algorithm; "" for a run, which has none.
func agreed(ctx context.Context, t Tracker, r *record.Record, subjects []Subject, target Target, known map[string]Reading) (string, error) {
	if target.Kind == KindRun {
		return "", nil
	}
	if o := r.Metadata().Outcome; !o.Ended0() {
		return "", fmt.Errorf("the run ended as %s, so nothing that it left is an output", o.Status)
	}
	m, single, err := manifestOf(ctx, t, target, known)
	if err == nil {
		err = Refuse(subjects, m)
	}
	if err != nil {
		return "", err
	}
	single = single && m.Len() == 1
	whole := func(s Subject) bool {
		return !single && s.Tree == m.Digest() || single && s.File == m.Entries()[0].Digest
	}
	switch {
	case !slices.ContainsFunc(subjects, whole): // whoever verifies compares it as a whole
		return "", errNotWhole
	case single:
		return "sha256:" + m.Entries()[0].Digest.String(), nil
	}
	return "lineageTree1:" + m.Digest().String(), nil
}

// errNotWhole is about a model whose files the record names one by one only.
var errNotWhole = errors.New("its files are outputs of the run, but it is none as a whole: name it with --output when the run is recorded")

// RefOf is the reference that resolves to a model's target. It is parsed: what a
// system says of ids and names is not trusted.
func RefOf(t Target) (Ref, error) {
	text, kind := "models:/"+t.ID, RefLoggedModel
	switch t.Kind {
	case KindLoggedModel:
	case KindModelVersion:
		text, kind = "models:/"+t.Name+"/"+t.ID, RefVersion
	default:
		return Ref{}, fmt.Errorf("a %s is no model", t.Kind)
	}
	ref, err := ParseRef(text)
	if err == nil && ref.Kind != kind {
		err = fmt.Errorf("%q is no %s", text, t.Kind)
	}
	return ref, err
}

// manifestOf is that of a model's files; single tells that the model is one file.
func manifestOf(ctx context.Context, t Tracker, target Target, known map[string]Reading) (m hashing.Manifest, single bool, err error) {
	ref, err := RefOf(target)
	if err != nil {
		return m, false, err
	}
	model, err := t.Resolve(ctx, ref)
	if err != nil {
		return m, false, err
	}
	if r, read := known[model.LoggedModelID]; read && model.Path == "" {
		return r.Manifest, false, r.Err
	}
	m, _, err = HashModel(ctx, t, model)
	return m, model.SingleFile, err
}

// chosen are the blobs that go along: the smallest, as many as stay below the
// limit, and of one size those with the smallest digests.
func chosen(blobs map[hashing.FileDigest][]byte) (out []Blob) {
	digests := slices.SortedFunc(maps.Keys(blobs), func(a, b hashing.FileDigest) int {
		return cmp.Or(cmp.Compare(len(blobs[a]), len(blobs[b])), bytes.Compare(a[:], b[:]))
	})
	total := 0
	for _, digest := range digests {
		if total += len(blobs[digest]); total > MaxBlobs {
			break
		}
		out = append(out, Blob{Digest: digest, Bytes: blobs[digest]})
	}
	return out
}
