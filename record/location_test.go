package record_test

import (
	"errors"
	"path"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/lineage-audit/lineage/record"
)

func TestEncodePath(t *testing.T) {
	for path, want := range map[string]string{
		"data/train.csv":  "data/train.csv",
		"a b":             "a b",
		"100%":            "100%25",
		"%41":             "%2541",
		"a\nb":            "a%0Ab",
		"\x00\x1f\x7f":    "%00%1F%7F",
		"\u0085":          "%C2%85",
		"\xff\xfe":        "%FF%FE",
		"é😀":              "é😀",
		"\xed\xa0\x80":    "%ED%A0%80",
		"\ufffd":          "\ufffd",
		"a\xc3":           "a%C3",
		"\u202ecod.exe":   "\u202ecod.exe", // a format character: for whoever shows it
		"back\\slash\"q'": "back\\slash\"q'",
	} {
		got := record.EncodePath(path)
		if got != want {
			t.Errorf("EncodePath(%q) is %q, want %q", path, got, want)
		}
		if strings.ContainsRune(path, 0) {
			continue
		}
		if back, err := record.DecodePath(got); err != nil || back != path {
			t.Errorf("DecodePath(%q) is %q, %v", got, back, err)
		}
	}
}

func TestDecodePathRefuses(t *testing.T) {
	for _, s := range []string{"", "%", "%2", "%zz", "%0a", "%41", "a\nb", "\xff", "%00", "% A", "%+1", "%0", "a%C3%A9", "100%"} {
		if got, err := record.DecodePath(s); !errors.Is(err, record.ErrLocation) {
			t.Errorf("DecodePath(%q) is %q, %v", s, got, err)
		}
	}
}

func TestEncodeText(t *testing.T) {
	for text, want := range map[string]string{
		"":                  "",
		"plain 100%":        "plain 100%",
		"two\nlines\n":      "two; lines",
		"\x1b[31mred\x1b[m": "%1B[31mred%1B[m",
		"\xff":              "%FF",
		"%25":               "%25",
	} {
		if got := record.EncodeText(text); got != want {
			t.Errorf("EncodeText(%q) is %q, want %q", text, got, want)
		}
	}
}

func TestLocation(t *testing.T) {
	at := record.Location{Root: record.RootRepo, Path: "."}
	for _, below := range []string{"a", "a/b", "%"} {
		l := at.Join(below)
		if got, err := record.ParseLocation(l.String()); err != nil || got != l {
			t.Errorf("%v came back as %v, %v", l, got, err)
		}
	}
	for _, s := range []string{"", "repo", "repo:", ":a", "repo:a:b/..", "repo:..", "repo:../a", "repo:a/", "repo:/a", "abs:a", "abs://a", "abs:/a/..", "REPO:a", " repo:a", "repo: /../a"} {
		if l, err := record.ParseLocation(s); !errors.Is(err, record.ErrLocation) {
			t.Errorf("ParseLocation(%q) is %v, %v", s, l, err)
		}
	}
	for _, s := range []string{"repo:.", "abs:/", "repo:a:b", "repo:..a", "repo:a/...", "server:run/1/a", "repo: "} {
		if l, err := record.ParseLocation(s); err != nil || l.String() != s {
			t.Errorf("ParseLocation(%q) is %v, %v", s, l, err)
		}
	}
}

func TestPathRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := string(rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "path"))
		checkPathRoundTrip(t, raw)
	})
}

func checkPathRoundTrip(t interface{ Errorf(string, ...any) }, raw string) {
	encoded := record.EncodePath(raw)
	if !utf8.ValidString(encoded) || strings.ContainsFunc(encoded, unicode.IsControl) {
		t.Errorf("%q is encoded as %q", raw, encoded)
	}
	back, err := record.DecodePath(encoded)
	if bad := raw == "" || strings.Contains(raw, "\x00"); bad != (err != nil) || !bad && back != raw {
		t.Errorf("%q, encoded as %q, came back as %q, %v", raw, encoded, back, err)
	}
}

func FuzzEncodePath(f *testing.F) {
	for _, s := range []string{"a", "%", "\xff", "a\nb", "\u0085", "%2F"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, raw string) { checkPathRoundTrip(t, raw) })
}

func FuzzDecodePath(f *testing.F) {
	for _, s := range []string{"a", "%25", "%FF", "%zz", "%C2%85"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if p, err := record.DecodePath(s); err == nil && record.EncodePath(p) != s {
			t.Errorf("%q is read as %q, which is written as %q", s, p, record.EncodePath(p))
		}
	})
}

func FuzzParseLocation(f *testing.F) {
	for _, s := range []string{"repo:a/b", "abs:/", "home:..", "venv:%FF", "server:run/1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := record.ParseLocation(s)
		if err != nil {
			return
		}
		if l.String() != s {
			t.Errorf("%q is read as %+v, which is written as %q", s, l, l)
		}
		if l.Root != record.RootAbs && (path.IsAbs(l.Path) || path.Join("/root", l.Path) != "/root" && !strings.HasPrefix(path.Join("/root", l.Path), "/root/")) {
			t.Errorf("%q leaves its root", s)
		}
	})
}
