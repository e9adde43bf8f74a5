package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/record/recordtest"
	"github.com/lineage-audit/lineage/store"
)

func TestFind(t *testing.T) {
	s, _ := open(t)
	old, mid, newest := run(t, 0xab, 0), run(t, 0xcd, 1), run(t, 0xef, 2)
	put(t, s, mid, newest, old)
	for text, want := range map[string]*record.Record{
		"@1":                                   newest,
		"@2":                                   mid,
		"@3":                                   old,
		old.ID().String():                      old,
		old.ID().String()[:4]:                  old,
		old.ID().Short():                       old,
		strings.ToUpper(old.ID().String()[:9]): old,
		"ab01":                                 old,
		"cd010000000000000000000000000000":     mid,
	} {
		got, err := s.Find(t.Context(), text)
		if err != nil || got.ID() != want.ID() {
			t.Errorf("Find(%q) is %v, %v", text, got, err)
		}
	}
	for text, want := range map[string]error{
		"@4": store.ErrNotFound, "0000": store.ErrNotFound, strings.Repeat("0", 64): store.ErrNotFound,
		"": store.ErrName, "@": store.ErrName, "@0": store.ErrName, "@-1": store.ErrName, "@01": store.ErrName, "@+1": store.ErrName,
		"@99999999999999999999": store.ErrName, "@x": store.ErrName, "abc": store.ErrName, "abcg": store.ErrName, "ab/..": store.ErrName,
		"../../../etc": store.ErrName, strings.Repeat("a", 65): store.ErrName, " abcd": store.ErrName, "latest": store.ErrName,
	} {
		if got, err := s.Find(t.Context(), text); !errors.Is(err, want) {
			t.Errorf("Find(%q) is %v, %v, want %v", text, got, err, want)
		}
	}
}

// alike makes two records whose ids start with the same four digits.
func alike(t *testing.T) (a, b *record.Record) {
	t.Helper()
	seen := map[string]*record.Record{}
	for i := range 5000 {
		r := run(t, 1, i, recordtest.NoOutputs, recordtest.Without(record.RolePackage), recordtest.Without(record.RoleCode))
		prefix := r.ID().String()[:4]
		if other := seen[prefix]; other != nil {
			return other, r
		}
		seen[prefix] = r
	}
	t.Fatal("no two ids are alike")
	return nil, nil
}

func TestFindAmbiguous(t *testing.T) {
	s, _ := open(t)
	a, b := alike(t)
	put(t, s, a, b, run(t, 0xab, 0), run(t, 0xab, 1))
	for text, want := range map[string][]record.ID{a.ID().String()[:4]: ids(a, b), "ab01": nil} {
		_, err := s.Find(t.Context(), text)
		var ambiguous *store.AmbiguousError
		if !errors.As(err, &ambiguous) || len(ambiguous.Candidates) != 2 {
			t.Errorf("Find(%q): %v", text, err)
			continue
		}
		for _, id := range want {
			if !slices.Contains(ambiguous.Candidates, store.Candidate{ID: id}) || !strings.Contains(err.Error(), id.String()) {
				t.Errorf("%v is not named in: %v", id, err)
			}
		}
	}
	for n := 5; n <= 64; n++ {
		if got, err := s.Find(t.Context(), a.ID().String()[:n]); err == nil && got.ID() == a.ID() {
			return
		}
	}
	t.Error("no longer prefix finds it")
}

// An id of one run that starts like the invocation of another is ambiguous, also
// while the other has no record.
func TestFindIDOrInvocation(t *testing.T) {
	s, _ := open(t)
	r := run(t, 1, 0)
	put(t, s, r)
	id := r.ID()
	other := record.Invocation(id[:16])
	announce(t, s, other, 5)
	var ambiguous *store.AmbiguousError
	if _, err := s.Find(t.Context(), id.Short()); !errors.As(err, &ambiguous) || !strings.Contains(err.Error(), other.String()) {
		t.Errorf("before it ended: %v", err)
	}
	settled := recordtest.Record(t, recordtest.As(other, recordtest.Started))
	put(t, s, settled)
	if _, err := s.Find(t.Context(), id.Short()); !errors.As(err, &ambiguous) || !strings.Contains(err.Error(), settled.ID().String()) {
		t.Errorf("after it ended: %v", err)
	}
	if got, err := s.Find(t.Context(), id.String()); err != nil || got.ID() != id {
		t.Errorf("by the whole id: %v, %v", got, err)
	}
}

func TestFindUnsettled(t *testing.T) {
	s, _ := open(t)
	announce(t, s, record.Invocation{0xab, 0xcd}, 0)
	if _, err := s.Find(t.Context(), "abcd"); !errors.Is(err, store.ErrNotFound) || !strings.Contains(err.Error(), "has no record") {
		t.Errorf("got %v", err)
	}
}

// While a record cannot be read nobody knows which is the newest, but a name is
// still a name.
func TestFindBesideDamage(t *testing.T) {
	s, m := open(t)
	r := run(t, 0xab, 0)
	put(t, s, r)
	damaged := run(t, 2, 1)
	plant(t, m, keyOf(damaged.ID()), []byte("{}"))
	var damage *store.DamageError
	if _, err := s.Find(t.Context(), "@1"); !errors.As(err, &damage) || damage.Key != keyOf(damaged.ID()) {
		t.Errorf("@1: %v", err)
	}
	if _, err := s.Find(t.Context(), "0000"); !errors.As(err, &damage) || errors.Is(err, store.ErrNotFound) {
		t.Errorf("what may be the damaged one: %v", err)
	}
	if _, err := s.Find(t.Context(), damaged.ID().Short()); !errors.As(err, &damage) {
		t.Errorf("the damaged one: %v", err)
	}
	for _, text := range []string{r.ID().Short(), "ab01"} {
		if got, err := s.Find(t.Context(), text); err != nil || got.ID() != r.ID() {
			t.Errorf("Find(%q) is %v, %v", text, got, err)
		}
	}
}
