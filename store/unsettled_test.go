package store_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/store"
)

func intentKey(i record.Invocation) string { return "intents/" + i.String()[:2] + "/" + i.String() }

// announce puts an intent, whose pid is the minute plus one.
func announce(t *testing.T, s *store.Store, i record.Invocation, minute int) []byte {
	t.Helper()
	intent := recordtest.Intent(i, recordtest.Started.Add(time.Duration(minute)*time.Minute))
	intent.Process.PID = int64(minute + 1)
	raw, err := record.EncodeIntent(intent)
	if err == nil {
		err = s.PutIntent(t.Context(), raw)
	}
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestIntents(t *testing.T) {
	s, m := open(t)
	raw := announce(t, s, record.Invocation{1}, 0)
	got, err := s.Intent(t.Context(), record.Invocation{1})
	if err != nil || got.InvocationID != (record.Invocation{1}) || got.Digest != hashing.Bytes(raw) {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := s.Intent(t.Context(), record.Invocation{2}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an absent one: %v", err)
	}
	if err := s.PutIntent(t.Context(), []byte("{}")); !errors.Is(err, record.ErrMalformed) {
		t.Errorf("a malformed one is put: %v", err)
	}
	other, err := record.EncodeIntent(recordtest.Intent(record.Invocation{1}, recordtest.Started.Add(1)))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.PutIntent(t.Context(), other); !errors.Is(err, store.ErrExists) {
		t.Errorf("another of the same run is put: %v", err)
	}
	plant(t, m, intentKey(record.Invocation{3}), raw)
	plant(t, m, intentKey(record.Invocation{4}), []byte("text"))
	plant(t, m, "intents/stray", raw)
	plant(t, m, "intents/"+record.Invocation{5}.String(), raw)
	all, failed := drain(s.Intents(t.Context()), func(a store.Announced) record.Invocation { return a.InvocationID })
	if diff := cmp.Diff([]record.Invocation{{1}}, all); diff != "" || len(failed) != 4 {
		t.Errorf("%v\n%s", failed, diff)
	}
}

type unsettled struct {
	Run   record.Invocation
	State store.State
	Why   error
}

func comparable(u store.Unsettled) unsettled { return unsettled{u.InvocationID, u.State, u.Why} }

func TestUnsettled(t *testing.T) {
	s, m := open(t)
	for i := range 5 {
		announce(t, s, record.Invocation{byte(i), 1}, i)
	}
	put(t, s, run(t, 1, 1))
	elsewhere := errors.New("it runs on another host")
	alive := func(p record.Process) (bool, error) {
		switch p.PID {
		case 1:
			return true, nil
		case 4:
			return false, elsewhere
		}
		return false, nil
	}
	want := []unsettled{
		{record.Invocation{4, 1}, store.Abandoned, nil},
		{record.Invocation{3, 1}, store.Unknown, elsewhere},
		{record.Invocation{2, 1}, store.Abandoned, nil},
		{record.Invocation{0, 1}, store.Running, nil},
	}
	got, failed := drain(s.Unsettled(t.Context(), alive), comparable)
	if diff := cmp.Diff(want, got, cmp.Comparer(errors.Is)); diff != "" || failed != nil {
		t.Errorf("%v\n%s", failed, diff)
	}

	plant(t, m, intentKey(record.Invocation{9}), []byte("text"))
	plant(t, m, keyOf(record.IDOf(nil)), []byte("text"))
	got, failed = drain(s.Unsettled(t.Context(), alive), comparable)
	if diff := cmp.Diff(want, got, cmp.Comparer(errors.Is)); diff != "" || len(failed) != 2 || !strings.Contains(errors.Join(failed...).Error(), "records/") {
		t.Errorf("with damage: %v\n%s", failed, diff)
	}
}

// A run that ends while the store is read is settled, not abandoned.
func TestUnsettledEndsMeanwhile(t *testing.T) {
	s, _ := open(t)
	announce(t, s, record.Invocation{1, 1}, 0)
	announce(t, s, record.Invocation{2, 1}, 0)
	alive := func(p record.Process) (bool, error) { return false, s.PutRecord(t.Context(), run(t, 1, 0)) }
	got, failed := drain(s.Unsettled(t.Context(), alive), comparable)
	if diff := cmp.Diff([]unsettled{{record.Invocation{2, 1}, store.Abandoned, nil}}, got); diff != "" || failed != nil {
		t.Errorf("%v\n%s", failed, diff)
	}
}
