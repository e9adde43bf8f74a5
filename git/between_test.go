package git

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// seen is what lies between, in few words.
type seen struct {
	MissingA, MissingB bool
	Bases              []ObjectID
	CountA, CountB     int
	OnlyA, OnlyB       []ObjectID
	Shallow            bool
}

func seenIn(b Between) seen {
	ids := func(list []LogCommit) (ids []ObjectID) {
		for _, c := range list {
			ids = append(ids, c.ID)
		}
		return ids
	}
	return seen{b.MissingA, b.MissingB, b.Bases, b.CountA, b.CountB, ids(b.OnlyA), ids(b.OnlyB), b.Shallow}
}

func TestBetween(t *testing.T) {
	h := newHistory(t)
	h.git("checkout", "-q", "--orphan", "other")
	alone := h.commit("alone")
	h.git("checkout", "-q", "main")
	nowhere := ObjectID("1234567890123456789012345678901234567890")
	for name, c := range map[string]struct {
		a, b ObjectID
		want seen
	}{
		"forward":     {h.first, h.main, seen{Bases: []ObjectID{h.first}, CountB: 1, OnlyB: []ObjectID{h.main}}},
		"backward":    {h.main, h.first, seen{Bases: []ObjectID{h.first}, CountA: 1, OnlyA: []ObjectID{h.main}}},
		"same":        {h.main, h.main, seen{Bases: []ObjectID{h.main}}},
		"diverged":    {h.main, h.loose, seen{Bases: []ObjectID{h.first}, CountA: 1, CountB: 1, OnlyA: []ObjectID{h.main}, OnlyB: []ObjectID{h.loose}}},
		"unrelated":   {h.first, alone, seen{CountA: 1, CountB: 1, OnlyA: []ObjectID{h.first}, OnlyB: []ObjectID{alone}}},
		"not there":   {h.first, nowhere, seen{MissingB: true}},
		"none there":  {nowhere, nowhere, seen{MissingA: true, MissingB: true}},
		"of SHA-256":  {nowhere[:24] + nowhere, h.first, seen{MissingA: true}},
		"a tree's id": {h.first, ObjectID(h.git("rev-parse", "HEAD^{tree}")), seen{}},
	} {
		got, err := h.source(h.root).Between(t.Context(), c.a, c.b, 10)
		if name == "a tree's id" {
			if err == nil {
				t.Errorf("%s: no error", name)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, seenIn(got)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if _, err := h.source(h.root).Between(t.Context(), "HEAD", h.main, 1); !errors.Is(err, ErrObjectID) {
		t.Errorf("a name in the place of an id: %v", err)
	}
}

func TestBetweenListsTheNewest(t *testing.T) {
	f := newFixture(t)
	first := f.head()
	var last ObjectID
	for _, line := range []string{"two", "three", "four"} {
		f.write("a.py", line)
		last = f.commit(line)
	}
	got, err := f.source(f.root).Between(t.Context(), first, last, 1)
	if err != nil {
		t.Fatal(err)
	}
	if got.CountB != 3 || len(got.OnlyB) != 1 {
		t.Fatalf("%+v", got)
	}
	if c := got.OnlyB[0]; c.ID != last || c.Subject != "four" || c.Author != "A" || c.Committed.Unix() != 1700000060 {
		t.Errorf("%+v", c)
	}
}

func TestBetweenInAShallowClone(t *testing.T) {
	h := newHistory(t)
	clone := filepath.Join(t.TempDir(), "clone")
	h.git("clone", "-q", "--depth=1", "file://"+h.root, clone)
	got, err := h.source(clone).Between(t.Context(), h.first, h.main, 10)
	if err != nil || !got.MissingA || got.MissingB {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = h.source(clone).Between(t.Context(), h.main, h.main, 10)
	if err != nil || !got.Shallow {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestBetweenIsNotMisled: a replaced commit and a graft change nothing.
func TestBetweenIsNotMisled(t *testing.T) {
	h := newHistory(t)
	h.git("replace", string(h.main), string(h.side))
	h.git("replace", "--graft", string(h.first), string(h.loose))
	got, err := h.source(h.root).Between(t.Context(), h.first, h.main, 10)
	if err != nil {
		t.Fatal(err)
	}
	if got.CountA != 0 || got.CountB != 1 || got.OnlyB[0].Subject != "two" {
		t.Errorf("%+v", got)
	}
}
