package store_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/store"
)

func blobKeyOf(d hashing.FileDigest) string {
	return "blobs/sha256/" + d.String()[:2] + "/" + d.String()
}

func TestBlobs(t *testing.T) {
	s, _ := open(t)
	for _, content := range []string{"", "x", strings.Repeat("x", 100_000)} {
		d := hashing.Bytes([]byte(content))
		if has, err := s.HasBlob(t.Context(), d); has || err != nil {
			t.Errorf("before putting %d bytes: %v, %v", len(content), has, err)
		}
		for range 2 {
			if err := s.PutBlob(t.Context(), d, iotest.HalfReader(strings.NewReader(content))); err != nil {
				t.Fatal(err)
			}
		}
		r, err := s.Blob(t.Context(), d)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(iotest.DataErrReader(r))
		if err := errors.Join(err, r.Close()); err != nil || string(got) != content {
			t.Errorf("got %d bytes, want %d: %v", len(got), len(content), err)
		}
		if has, err := s.HasBlob(t.Context(), d); !has || err != nil {
			t.Errorf("after putting %d bytes: %v, %v", len(content), has, err)
		}
		if got, err := s.ReadBlob(t.Context(), d, int64(len(content))); err != nil || string(got) != content {
			t.Errorf("read %d bytes: %v", len(got), err)
		}
	}
	if _, err := s.ReadBlob(t.Context(), hashing.Bytes([]byte("x")), 0); err == nil {
		t.Error("more than the limit was read")
	}
}

func TestBlobOfOtherBytesIsNotKept(t *testing.T) {
	s, m := open(t)
	d := hashing.Bytes([]byte("content"))
	var damage *store.DamageError
	for _, content := range []string{"", "conten", "contents", "CONTENT"} {
		if err := s.PutBlob(t.Context(), d, strings.NewReader(content)); !errors.As(err, &damage) {
			t.Errorf("putting %q: %v", content, err)
		}
	}
	if _, err := m.Get(t.Context(), blobKeyOf(d)); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("something was kept: %v", err)
	}
	if err := s.PutBlob(t.Context(), d, strings.NewReader("content")); err != nil {
		t.Error(err)
	}
}

func TestBlobDamaged(t *testing.T) {
	s, m := open(t)
	d := hashing.Bytes([]byte("content"))
	plant(t, m, blobKeyOf(d), []byte("c0ntent"))
	var damage *store.DamageError
	r, err := s.Blob(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(r); !errors.As(err, &damage) || damage.Key != blobKeyOf(d) {
		t.Errorf("reading: %v", err)
	}
	if _, err := r.Read(make([]byte, 1)); !errors.As(err, &damage) {
		t.Errorf("reading on: %v", err)
	}
	if has, err := s.HasBlob(t.Context(), d); has || !errors.As(err, &damage) {
		t.Errorf("having it: %v, %v", has, err)
	}
	if _, err := s.ReadBlob(t.Context(), d, 100); !errors.As(err, &damage) {
		t.Errorf("reading all: %v", err)
	}
	if err := s.PutBlob(t.Context(), d, strings.NewReader("content")); !errors.Is(err, store.ErrExists) {
		t.Errorf("putting it: %v", err)
	}
}

func TestDocuments(t *testing.T) {
	s, m := open(t)
	id, other := record.IDOf([]byte("1")), record.IDOf([]byte("2"))
	for _, raw := range []string{"a", "b", "a"} {
		if err := errors.Join(s.PutStatement(t.Context(), id, []byte(raw)), s.PutSignature(t.Context(), id, []byte("signed "+raw))); err != nil {
			t.Fatal(err)
		}
	}
	text := func(raw []byte) string { return string(raw) }
	statements, failed := drain(s.Statements(t.Context(), id), text)
	signatures, failedToo := drain(s.Signatures(t.Context(), id), text)
	if len(statements) != 2 || len(signatures) != 2 || failed != nil || failedToo != nil {
		t.Errorf("got %q %v and %q %v", statements, failed, signatures, failedToo)
	}
	if got, failed := drain(s.Statements(t.Context(), other), text); got != nil || failed != nil {
		t.Errorf("of another record: %q, %v", got, failed)
	}
	plant(t, m, "statements/"+id.String()+"/stray", nil)
	plant(t, m, "statements/"+id.String()+"/"+other.String(), []byte("other"))
	if got, failed := drain(s.Statements(t.Context(), id), text); len(got) != 2 || len(failed) != 2 {
		t.Errorf("with damage: %q, %v", got, failed)
	}
}

func TestAttachments(t *testing.T) {
	s, m := open(t)
	id := record.IDOf([]byte("1"))
	first := record.Attachment{RecordID: id, AttachedOn: record.At(recordtest.Started), System: "mlflow", Kind: "run", ID: "8c2f"}
	later := first
	later.AttachedOn, later.ID = record.At(recordtest.Started.Add(1)), "a000"
	for _, a := range []record.Attachment{later, first, later} {
		if err := s.PutAttachment(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	got, err := s.Attachments(t.Context(), id)
	if err != nil || len(got) != 2 || got[0].ID != first.ID || got[1].ID != later.ID {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := s.PutAttachment(t.Context(), record.Attachment{RecordID: id}); !errors.Is(err, record.ErrMalformed) {
		t.Errorf("an attachment to nothing: %v", err)
	}
	foreign := first
	foreign.RecordID = record.IDOf([]byte("2"))
	raw, err := record.EncodeAttachment(foreign)
	if err != nil {
		t.Fatal(err)
	}
	for _, raw := range [][]byte{raw, []byte("text")} {
		plant(t, m, "attachments/"+id.String()+"/"+hashing.Bytes(raw).String(), raw)
	}
	again, err := s.Attachments(t.Context(), id)
	if diff := cmp.Diff(len(got), len(again)); diff != "" || err == nil || !strings.Contains(err.Error(), "stands with record") || !errors.Is(err, record.ErrMalformed) {
		t.Errorf("with damage: %+v, %v", again, err)
	}
}

func TestPutFailsWithTheBackend(t *testing.T) {
	s, err := store.Open(t.Context(), failing{})
	if err != nil {
		t.Fatal(err)
	}
	r := run(t, 1, 0)
	if err := s.PutRecord(t.Context(), r); !errors.Is(err, errFull) {
		t.Errorf("putting: %v", err)
	}
	if _, failed := drain(s.Records(t.Context()), (*record.Record).ID); len(failed) != 1 || !errors.Is(failed[0], errFull) {
		t.Errorf("listing: %v", failed)
	}
	for _, text := range []string{"@1", "abcd"} {
		if _, err := s.Find(t.Context(), text); !errors.Is(err, errFull) || errors.Is(err, store.ErrNotFound) {
			t.Errorf("Find(%q): %v", text, err)
		}
	}
	if got, failed := drain(s.Unsettled(t.Context(), nil), comparable); got != nil || failed == nil {
		t.Errorf("unsettled runs: %v, %v", got, failed)
	}
}
