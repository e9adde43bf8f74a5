package evidence_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/verify"
	"github.com/lineage-audit/lineage/verify/evidence"
)

// keep opens a store in memory with these records.
func keep(t *testing.T, records ...*record.Record) (evidence.Store, *store.Memory) {
	t.Helper()
	m := new(store.Memory)
	s, err := store.Open(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range records {
		if err := s.PutRecord(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	return evidence.Store{Store: s}, m
}

// plant puts bytes under the id of a record.
func plant(t *testing.T, m *store.Memory, id record.ID, raw []byte) {
	t.Helper()
	key := "records/" + id.String()[:2] + "/" + id.String() + ".intoto.json"
	if err := m.Put(t.Context(), key, bytes.NewReader(raw)); err != nil {
		t.Fatal(err)
	}
}

var modelDigest = recordtest.Model.Manifest().Digest().String()

// another is a record of the same model by another run.
func another(t *testing.T) *record.Record {
	return recordtest.Record(t, recordtest.As(record.NewInvocation(), recordtest.Started.AddDate(0, 0, 1)))
}

func TestStoreRecord(t *testing.T) {
	r := recordtest.Record(t)
	s, m := keep(t, r)
	want := verify.Found{ID: r.ID(), Where: "store", Bytes: r.Bytes()}
	if got, err := s.Record(t.Context(), r.ID()); err != nil || !cmp.Equal(want, got) {
		t.Errorf("Record = %v, %v", got.ID, err)
	}
	if got, err := s.Record(t.Context(), record.ID{1}); !errors.Is(err, verify.ErrNotFound) || got.Bytes != nil {
		t.Errorf("Record that is absent = %v, %v", got, err)
	}
	plant(t, m, record.ID{2}, []byte("damaged"))
	if got, err := s.Record(t.Context(), record.ID{2}); err != nil || got.ID != (record.ID{2}) || string(got.Bytes) != "damaged" {
		t.Errorf("Record that is damaged = %v, %v; want its bytes", got, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := s.Record(ctx, r.ID()); err == nil || errors.Is(err, verify.ErrNotFound) {
		t.Errorf("Record that is cancelled = %v, %v", got.ID, err)
	}
}

func TestStoreNaming(t *testing.T) {
	first, second := recordtest.Record(t), another(t)
	metrics := recordtest.SHA256(recordtest.Metrics).SHA256.String()
	s, m := keep(t, first, second, recordtest.Record(t, recordtest.NoOutputs))
	named := func(texts ...string) (ids []record.ID, err error) {
		found, err := s.Naming(t.Context(), texts)
		for _, f := range found {
			ids = append(ids, f.ID)
		}
		return ids, err
	}
	both := []record.ID{first.ID(), second.ID()}
	slices.SortFunc(both, func(a, b record.ID) int { return bytes.Compare(a[:], b[:]) })
	for name, texts := range map[string][]string{"one": {metrics}, "several": {strings.Repeat("0", 64), metrics}} {
		got, err := named(texts...)
		if diff := cmp.Diff(both, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
	for _, texts := range [][]string{nil, {strings.Repeat("0", 64)}} {
		if got, err := named(texts...); got != nil || err != nil {
			t.Errorf("Naming(%q) = %v, %v; want nothing", texts, got, err)
		}
	}
	// What names it and is damaged is given, under the name that it has there; what
	// may have named it is an error beside the others.
	plant(t, m, record.ID{1}, []byte(`"`+metrics+`"`))
	if got, err := named(metrics); err != nil || len(got) != 3 || got[0] != (record.ID{1}) {
		t.Errorf("with one that is damaged: %v, %v", got, err)
	}
	for i := range byte(5) {
		plant(t, m, record.ID{2, i}, []byte(fmt.Sprint("damaged ", i)))
	}
	got, err := named(metrics)
	var damage *store.DamageError
	if len(got) != 3 || !errors.As(err, &damage) || errors.Is(err, verify.ErrNotFound) || strings.Count(err.Error(), "records/") != 3 || !strings.Contains(err.Error(), "and 2 more") {
		t.Errorf("with five that may name it: %v, %v", got, err)
	}
}

// failing is a place of blobs that cannot be asked.
type failing struct{}

func (failing) Blob(context.Context, hashing.FileDigest) ([]byte, error) {
	return nil, errors.New("unplugged")
}

func TestBlobs(t *testing.T) {
	s, m := keep(t)
	digest := hashing.Bytes([]byte("patch"))
	if err := s.PutBlob(t.Context(), digest, strings.NewReader("patch")); err != nil {
		t.Fatal(err)
	}
	absent, damaged := hashing.Bytes([]byte("absent")), hashing.Bytes([]byte("damaged"))
	if err := m.Put(t.Context(), "blobs/sha256/"+damaged.String()[:2]+"/"+damaged.String(), strings.NewReader("other")); err != nil {
		t.Fatal(err)
	}
	empty, _ := keep(t)
	tests := []struct {
		name   string
		blobs  verify.Blobs
		digest hashing.FileDigest
		want   string // the content
		absent bool
	}{
		{"in the store", s, digest, "patch", false},
		{"absent", s, absent, "", true},
		{"damaged", s, damaged, "", false},
		{"in the second place", evidence.Blobs{empty, s}, digest, "patch", false},
		{"in the second place, the first being down", evidence.Blobs{failing{}, s}, digest, "patch", false},
		{"absent in both", evidence.Blobs{empty, s}, absent, "", true},
		{"absent, and the other place is down", evidence.Blobs{s, failing{}}, absent, "", false},
		{"damaged in one, absent in the other", evidence.Blobs{s, empty}, damaged, "", false},
		{"no places", evidence.Blobs{}, digest, "", true},
	}
	for _, tt := range tests {
		got, err := tt.blobs.Blob(t.Context(), tt.digest)
		if string(got) != tt.want || (err == nil) != (tt.want != "") || errors.Is(err, verify.ErrNotFound) != tt.absent {
			t.Errorf("%s: %q, %v; want %q, and not found: %v", tt.name, got, err, tt.want, tt.absent)
		}
	}
}

// The whole way: a store whose record is damaged, in each of the ways in which a
// verification may meet it, never lets a model pass, and says why.
func TestVerifyWithDamage(t *testing.T) {
	r := recordtest.Record(t)
	still := bytes.Replace(r.Bytes(), []byte("trainer"), []byte("trainee"), 1)
	gone := bytes.Replace(r.Bytes(), []byte(modelDigest), []byte(strings.Repeat("0", 64)), -1)
	model := evidence.Path{Path: lay(t, t.TempDir()+"/model", recordtest.Model)}
	tests := []struct {
		name   string
		under  map[record.ID][]byte
		record record.ID
		strict verify.Status
		sole   verify.Status
	}{
		{"whole", map[record.ID][]byte{r.ID(): r.Bytes()}, record.ID{}, verify.Held, verify.Held},
		{"damaged, and it still names the model", map[record.ID][]byte{r.ID(): still}, record.ID{}, verify.Failed, verify.Lacking},
		{"damaged, and asked for", map[record.ID][]byte{r.ID(): still}, r.ID(), verify.Failed, verify.Lacking},
		{"emptied, and asked for", map[record.ID][]byte{r.ID(): nil}, r.ID(), verify.Failed, verify.Lacking},
		{"another one under its id", map[record.ID][]byte{r.ID(): another(t).Bytes()}, record.ID{}, verify.Failed, verify.Lacking},
		{"damaged, and nobody can tell what it named", map[record.ID][]byte{r.ID(): gone}, record.ID{}, verify.Lacking, verify.Lacking},
		{"a good one beside a damaged one", map[record.ID][]byte{r.ID(): r.Bytes(), {1}: gone}, record.ID{}, verify.Held, verify.Lacking},
		{"a good one, and it again under another id", map[record.ID][]byte{r.ID(): r.Bytes(), {1}: r.Bytes()}, record.ID{}, verify.Failed, verify.Lacking},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, m := keep(t)
			for id, raw := range tt.under {
				plant(t, m, id, raw)
			}
			v := verify.Verify(t.Context(), verify.Request{Asked: "model", Record: tt.record, Target: model, Records: s, Blobs: s})
			got := map[verify.CheckID]verify.Status{}
			for _, c := range v.Checks {
				got[c.ID] = c.Status
			}
			if got[verify.RecordStrict] != tt.strict || got[verify.RecordUnambiguous] != tt.sole {
				t.Errorf("record.strict %s, record.unambiguous %s; want %s and %s", got[verify.RecordStrict], got[verify.RecordUnambiguous], tt.strict, tt.sole)
			}
			if v.Result == verify.Pass && tt.strict != verify.Held || tt.strict == verify.Failed && v.Result != verify.Fail {
				t.Errorf("verdict %s: %s", v.Result, v.Reason)
			}
		})
	}
}
