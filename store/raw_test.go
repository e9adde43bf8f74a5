package store_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/store"
)

func TestRaw(t *testing.T) {
	s, m := open(t)
	r := run(t, 1, 0)
	newer := bytes.Replace(r.Bytes(), []byte("run@v1"), []byte("run@v2"), 1)
	put(t, s, r, run(t, 2, 0, recordtest.NoOutputs))
	plant(t, m, keyOf(record.IDOf(newer)), newer)
	plant(t, m, keyOf(record.IDOf([]byte("damaged"))), nil)
	metrics := recordtest.SHA256(recordtest.Metrics).SHA256.String()
	id := func(raw store.RawRecord) record.ID { return raw.ID }
	got, failed := drain(s.RawNaming(t.Context(), []string{metrics}), id)
	if len(got) != 2 || len(failed) != 1 || !slices.Contains(got, r.ID()) || !slices.Contains(got, record.IDOf(newer)) {
		t.Errorf("got %v, %v", got, failed)
	}
	if got, failed := drain(s.RawNaming(t.Context(), nil), id); got != nil || failed != nil {
		t.Errorf("without texts: %v, %v", got, failed)
	}
	if got, _ := drain(s.RawNaming(t.Context(), []string{metrics[:40]}), id); got != nil {
		t.Errorf("by a part of a digest: %v", got)
	}
	if raw, err := s.RawRecord(t.Context(), record.IDOf(newer)); err != nil || !bytes.Equal(raw.Bytes, newer) {
		t.Errorf("a newer one: %v", err)
	}
	if _, err := s.RawRecord(t.Context(), record.ID{1}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("one that is absent: %v", err)
	}
}

// Whoever judges records gets what stands under an id, even if it is something else.
// What may have named the text, and does not any more, is an error.
func TestRawDamaged(t *testing.T) {
	r := run(t, 1, 0)
	metrics := recordtest.SHA256(recordtest.Metrics).SHA256.String()
	still := bytes.Replace(r.Bytes(), []byte("trainer"), []byte("trainee"), 1)
	gone := bytes.Replace(r.Bytes(), []byte(metrics), []byte("0"+metrics[1:]), 1)
	for _, content := range [][]byte{still, gone} {
		s, m := open(t)
		plant(t, m, keyOf(r.ID()), content)
		raw, err := s.RawRecord(t.Context(), r.ID())
		if err != nil || raw.ID != r.ID() || !bytes.Equal(raw.Bytes, content) {
			t.Errorf("RawRecord = %v, %v; want what stands there", raw.ID, err)
		}
		got, failed := drain(s.RawNaming(t.Context(), []string{metrics}), func(raw store.RawRecord) record.ID { return raw.ID })
		names := bytes.Contains(content, []byte(metrics))
		if names && (len(got) != 1 || got[0] != r.ID() || failed != nil) || !names && (got != nil || len(failed) != 1) {
			t.Errorf("RawNaming = %v, %v; names it: %v", got, failed, names)
		}
		var damage *store.DamageError
		if !names && (len(failed) != 1 || !errors.As(failed[0], &damage)) {
			t.Errorf("failed %v; want a DamageError", failed)
		}
	}
}
