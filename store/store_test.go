package store_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/store"
)

// open opens a store in memory, and gives the memory to tamper with.
func open(t *testing.T) (*store.Store, *store.Memory) {
	t.Helper()
	m := new(store.Memory)
	s, err := store.Open(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	return s, m
}

// run is the record of a run of its own.
func run(t testing.TB, invocation byte, minute int, opts ...recordtest.Option) *record.Record {
	t.Helper()
	at := recordtest.As(record.Invocation{invocation, 1}, recordtest.Started.Add(time.Duration(minute)*time.Minute))
	return recordtest.Record(t, append([]recordtest.Option{at}, opts...)...)
}

func put(t *testing.T, s *store.Store, records ...*record.Record) {
	t.Helper()
	for _, r := range records {
		if err := s.PutRecord(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
}

// plant puts content under a key, whatever the store thinks of it.
func plant(t *testing.T, m *store.Memory, key string, content []byte) {
	t.Helper()
	if err := m.Put(t.Context(), key, bytes.NewReader(content)); err != nil {
		t.Fatal(err)
	}
}

func keyOf(id record.ID) string {
	return "records/" + id.String()[:2] + "/" + id.String() + ".intoto.json"
}

// drain collects what an iterator gives: what can be compared of it, and errors.
func drain[T, C any](all iter.Seq2[T, error], comparable func(T) C) (found []C, failed []error) {
	for v, err := range all {
		if err != nil {
			failed = append(failed, err)
		} else {
			found = append(found, comparable(v))
		}
	}
	return found, failed
}

func ids(records ...*record.Record) (all []record.ID) {
	for _, r := range records {
		all = append(all, r.ID())
	}
	return all
}

func TestOpenWritesNothing(t *testing.T) {
	s, m := open(t)
	if _, failed := drain(s.Records(t.Context()), (*record.Record).ID); failed != nil {
		t.Error(failed)
	}
	for key := range m.List(t.Context(), "") {
		t.Errorf("there is %q", key)
	}
	put(t, s, run(t, 1, 0))
	r, err := m.Get(t.Context(), "format")
	if err != nil {
		t.Fatal(err)
	}
	if raw, _ := io.ReadAll(r); string(raw) != "lineage store 1\n" {
		t.Errorf("the format is %q", raw)
	}
}

func TestOpenRefusesOtherFormats(t *testing.T) {
	for _, content := range []string{"lineage store 2\n", "lineage store 1", "", "lineage store 10\n", "restic\n", strings.Repeat("x", 2000)} {
		m := new(store.Memory)
		plant(t, m, "format", []byte(content))
		if s, err := store.Open(t.Context(), m); err == nil {
			t.Errorf("format %.20q is opened: %v", content, s)
		} else if format := new(store.FormatError); len(content) < 1000 && (!errors.As(err, &format) || format.Found != content || !strings.Contains(err.Error(), "upgrade")) {
			t.Errorf("format %.20q: %v", content, err)
		}
	}
}

// A newer program may write the first thing between our opening and our writing.
func TestNothingIsPutIntoANewerStore(t *testing.T) {
	s, m := open(t)
	plant(t, m, "format", []byte("lineage store 2\n"))
	r := run(t, 1, 0)
	var format *store.FormatError
	if err := s.PutRecord(t.Context(), r); !errors.As(err, &format) {
		t.Errorf("putting: %v", err)
	}
	if _, err := m.Get(t.Context(), keyOf(r.ID())); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the record was put: %v", err)
	}
}

func TestRecord(t *testing.T) {
	s, _ := open(t)
	r := run(t, 1, 0)
	put(t, s, r, r)
	got, err := s.Record(t.Context(), r.ID())
	if err != nil || !bytes.Equal(got.Bytes(), r.Bytes()) {
		t.Errorf("got %v, %v", got, err)
	}
	if _, err := s.Record(t.Context(), record.IDOf(nil)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an absent one: %v", err)
	}
}

func TestRecordDamaged(t *testing.T) {
	r := run(t, 1, 0)
	newer := bytes.Replace(r.Bytes(), []byte("run@v1"), []byte("run@v2"), 1)
	for name, c := range map[string]struct {
		id  record.ID
		raw []byte
	}{
		"another record":  {r.ID(), run(t, 2, 0).Bytes()},
		"empty":           {r.ID(), nil},
		"truncated":       {r.ID(), r.Bytes()[:100]},
		"line end added":  {r.ID(), append(r.Bytes(), '\n')},
		"no record":       {record.IDOf([]byte("text")), []byte("text")},
		"newer version":   {record.IDOf(newer), newer},
		"a bit in a word": {r.ID(), bytes.Replace(r.Bytes(), []byte("ada"), []byte("adb"), 1)},
	} {
		t.Run(name, func(t *testing.T) {
			s, m := open(t)
			plant(t, m, keyOf(c.id), c.raw)
			_, err := s.Record(t.Context(), c.id)
			var damage *store.DamageError
			if !errors.As(err, &damage) || damage.Key != keyOf(c.id) || !strings.Contains(err.Error(), keyOf(c.id)) {
				t.Errorf("got %v", err)
			}
			if version := new(record.VersionError); (name == "newer version") != errors.As(err, &version) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestRecordsNewestFirst(t *testing.T) {
	s, m := open(t)
	a, b, c, d := run(t, 1, 0), run(t, 2, 30), run(t, 3, 10), run(t, 4, 30)
	put(t, s, a, b, c, d)
	first, second := b, d
	if b.ID().String() > d.ID().String() {
		first, second = d, b
	}
	want := ids(second, first, c, a)
	got, failed := drain(s.Records(t.Context()), (*record.Record).ID)
	if diff := cmp.Diff(want, got); diff != "" || failed != nil {
		t.Errorf("%v\n%s", failed, diff)
	}

	plant(t, m, keyOf(record.IDOf([]byte("x"))), []byte("y"))
	plant(t, m, "records/aa/stray.txt", nil)
	plant(t, m, "records/00/"+a.ID().String()+".intoto.json", a.Bytes())
	got, failed = drain(s.Records(t.Context()), (*record.Record).ID)
	if diff := cmp.Diff(want, got); diff != "" || len(failed) != 3 {
		t.Errorf("with damage: %v\n%s", failed, diff)
	}
	for _, err := range failed {
		if damage := new(store.DamageError); !errors.As(err, &damage) {
			t.Error(err)
		}
	}
	for _, err := range s.Records(t.Context()) {
		if err == nil {
			t.Error("damage does not come first")
		}
		break
	}
}

func TestRecordsStopAndEnd(t *testing.T) {
	s, _ := open(t)
	for i := range 40 {
		put(t, s, run(t, byte(i), i))
	}
	n := 0
	for _, err := range s.Records(t.Context()) {
		if n++; err != nil || n == 3 {
			break
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	var last error
	n = 0
	for _, err := range s.Records(ctx) {
		if last = err; n == 2 {
			cancel()
		}
		n++
	}
	if cancel(); !errors.Is(last, context.Canceled) || n >= 40 {
		t.Errorf("after the end of the context %d came, the last with %v", n, last)
	}
}

func TestBySubject(t *testing.T) {
	s, _ := open(t)
	model, metrics := recordtest.Model.Manifest().Digest(), hashing.Bytes([]byte(recordtest.Metrics))
	succeeded, failed := run(t, 1, 0), run(t, 2, 1, recordtest.Exited(1))
	empty := run(t, 3, 2, recordtest.NoOutputs, recordtest.Output("repo:empty", ""), recordtest.OutputTree("repo:none", nil))
	none := run(t, 4, 3, recordtest.NoOutputs)
	put(t, s, succeeded, failed, empty, none)
	intent := *succeeded.Statement().Subject[0].Digest.SHA256
	for name, c := range map[string]struct {
		files []hashing.FileDigest
		trees []hashing.TreeDigest
		want  []record.ID
	}{
		"nothing":             {},
		"a file":              {files: []hashing.FileDigest{metrics}, want: ids(failed, succeeded)},
		"a tree":              {trees: []hashing.TreeDigest{model}, want: ids(failed, succeeded)},
		"either":              {files: []hashing.FileDigest{{1}, metrics}, trees: []hashing.TreeDigest{{2}}, want: ids(failed, succeeded)},
		"a file in a tree":    {files: []hashing.FileDigest{hashing.Bytes([]byte(recordtest.Model["MLmodel"]))}, want: ids(failed, succeeded)},
		"manifest as file":    {files: []hashing.FileDigest{model.ManifestDigest()}},
		"file as tree":        {trees: []hashing.TreeDigest{hashing.TreeDigest(metrics)}},
		"an input":            {files: []hashing.FileDigest{hashing.Bytes([]byte(recordtest.Train))}},
		"the intent":          {files: []hashing.FileDigest{intent}},
		"empty file and tree": {files: []hashing.FileDigest{hashing.EmptyFile}, trees: []hashing.TreeDigest{hashing.TreeDigest(hashing.EmptyFile)}},
		"unknown":             {files: []hashing.FileDigest{{1}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, failed := drain(s.BySubject(t.Context(), c.files, c.trees...), (*record.Record).ID)
			if diff := cmp.Diff(c.want, got); diff != "" || failed != nil {
				t.Errorf("%v\n%s", failed, diff)
			}
		})
	}
}

func TestByInvocation(t *testing.T) {
	s, _ := open(t)
	child := run(t, 2, 1, func(s *record.Statement) {
		s.Predicate.RunDetails.Metadata.Parent = &record.Invocation{1, 1}
	})
	parent := run(t, 1, 0)
	put(t, s, parent, child)
	got, failed := drain(s.ByInvocation(t.Context(), record.Invocation{1, 1}), (*record.Record).ID)
	if diff := cmp.Diff(ids(parent), got); diff != "" || failed != nil {
		t.Errorf("%v\n%s", failed, diff)
	}
	if got, failed := drain(s.ByInvocation(t.Context(), record.Invocation{9}), (*record.Record).ID); got != nil || failed != nil {
		t.Errorf("of an unknown run: %v, %v", got, failed)
	}
}
