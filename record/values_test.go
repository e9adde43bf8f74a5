package record_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/record"
)

func TestTimestamp(t *testing.T) {
	zone := time.FixedZone("", 3600)
	for want, at := range map[string]time.Time{
		"2026-03-14T15:09:26Z":           time.Date(2026, 3, 14, 16, 9, 26, 0, zone),
		"2026-03-14T15:09:26.5Z":         time.Date(2026, 3, 14, 15, 9, 26, 500_000_000, time.UTC),
		"2026-03-14T15:09:26.000000001Z": time.Date(2026, 3, 14, 15, 9, 26, 1, time.UTC),
	} {
		text, err := record.At(at).MarshalText()
		if err != nil || string(text) != want {
			t.Errorf("%v is written as %q, %v", at, text, err)
		}
		if raw, err := json.Marshal(record.At(at)); err != nil || string(raw) != `"`+want+`"` {
			t.Errorf("%v is written as JSON %s, %v", at, raw, err)
		}
		var back record.Timestamp
		if err := back.UnmarshalText(text); err != nil || !back.Equal(at) {
			t.Errorf("%q came back as %v, %v", text, back, err)
		}
	}
	for _, s := range []string{"", "2026-03-14", "2026-03-14T15:09:26", "2026-03-14T15:09:26+00:00", "2026-03-14T15:09:26.50Z", "2026-03-14 15:09:26Z", "2026-03-14T24:00:00Z", "2026-3-14T15:09:26Z", "02026-03-14T15:09:26Z", "2026-03-14T15:09:26.0000000001Z"} {
		var at record.Timestamp
		if err := at.UnmarshalText([]byte(s)); err == nil {
			t.Errorf("%q is read as %v", s, at)
		}
	}
}

func TestIDs(t *testing.T) {
	id := record.IDOf([]byte("abc"))
	const abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
	if id.String() != abc || id.Short() != abc[:12] || id.IsZero() || !(record.ID{}).IsZero() {
		t.Errorf("the id of abc is %v", id)
	}
	if back, err := record.ParseID(abc); err != nil || back != id {
		t.Errorf("it came back as %v, %v", back, err)
	}
	for _, s := range []string{"", abc[:63], abc + "0", strings.ToUpper(abc), " " + abc[1:], abc[:62] + "zz"} {
		if _, err := record.ParseID(s); err == nil {
			t.Errorf("%q is read as an id", s)
		}
	}
}

func TestInvocation(t *testing.T) {
	a, b := record.NewInvocation(), record.NewInvocation()
	if a == b || a.IsZero() {
		t.Errorf("drew %v and %v", a, b)
	}
	if back, err := record.ParseInvocation(a.String()); err != nil || back != a {
		t.Errorf("%v came back as %v, %v", a, back, err)
	}
	s := a.String()
	for _, s := range []string{"", s[:31], s + "0", s[:30], "Z" + s[1:], "A" + s[1:], "0x" + s[2:]} {
		if _, err := record.ParseInvocation(s); !errors.Is(err, record.ErrInvocation) {
			t.Errorf("%q is read as an invocation: %v", s, err)
		}
	}
}

func TestGitHash(t *testing.T) {
	for _, n := range []int{40, 64} {
		var h record.GitHash
		if err := h.UnmarshalText([]byte(strings.Repeat("a", n))); err != nil {
			t.Error(err)
		}
	}
	for _, s := range []string{"", "main", strings.Repeat("a", 39), strings.Repeat("a", 41), strings.Repeat("A", 40), strings.Repeat("a", 63) + "\n"} {
		var h record.GitHash
		if err := h.UnmarshalText([]byte(s)); !errors.Is(err, record.ErrGitHash) {
			t.Errorf("%q is read as a git object's name: %v", s, err)
		}
	}
}
