package git

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/hashing"
)

var (
	id40 = ObjectID(strings.Repeat("a1", 20))
	id64 = ObjectID(strings.Repeat("b2", 32))
)

func TestParseObjectID(t *testing.T) {
	for _, id := range []ObjectID{id40, id64} {
		if got, err := ParseObjectID(id.String()); err != nil || got != id {
			t.Errorf("%q: %v", got, err)
		}
	}
	for _, s := range []string{"", "HEAD", string(id40[1:]), string(id40) + "0", strings.ToUpper(string(id40)), string(id40[1:]) + " ", string(id40[1:]) + "g"} {
		if _, err := ParseObjectID(s); !errors.Is(err, ErrObjectID) {
			t.Errorf("%q: error %v, want %v", s, err, ErrObjectID)
		}
	}
}

func TestParseSource(t *testing.T) {
	for in, want := range map[string]Declared{
		"https://example.com/a.git@" + string(id40):               {"https://example.com/a.git", id40},
		"https://user:pw@example.com/a@b.git@" + string(id64):     {"https://example.com/a@b.git", id64},
		"git@example.com:team/a.git@" + string(id40):              {"git@example.com:team/a.git", id40},
		"ssh://git:pw@example.com:22/a@" + string(id40):           {"ssh://git@example.com:22/a", id40},
		"file:///srv/a.git@" + string(id40):                       {"file:///srv/a.git", id40},
		"https://[::1]:8443/a@" + string(id40):                    {"https://[::1]:8443/a", id40},
		"https://example.com/a?private_token=x@" + string(id40):   {"https://example.com/a", id40},
		"example.com:team/a.git@" + string(id40):                  {"example.com:team/a.git", id40},
		"https://u:p@ss@example.com/a.git@" + string(id40):        {"https://example.com/a.git", id40},
		"https://example.com/a.git#frag@" + string(id40):          {"https://example.com/a.git", id40},
		"http://token@example.com:8080/a@" + string(id40):         {"http://example.com:8080/a", id40},
		"git://example.com/a@" + string(id40):                     {"git://example.com/a", id40},
		"https://user:s3cret/x@example.com/a.git@" + string(id40): {"https://example.com/a.git", id40},
	} {
		if got, err := ParseSource(in); err != nil || got != want {
			t.Errorf("%q: %+v %v", in, got, err)
		}
	}
	for _, in := range []string{
		"", "@", string(id40), "@" + string(id40), "https://example.com/a", "https://user:s3cret@example.com/a",
		"https://user:s3cret@example.com/a@main", "https://user:s3cret@example.com/a@" + string(id40[:39]),
		"https://user:s3cret@example.com/a@" + strings.ToUpper(string(id40)), "ext::sh -c s3cret@" + string(id40),
		"ftp://user:s3cret@example.com/a@" + string(id40), "-o@" + string(id40), "https://@" + string(id40), "https:///a@" + string(id40),
		"ssh://-oProxyCommand=x/a@" + string(id40), "relative/path@" + string(id40), "/abs@" + string(id40), "C:\\x@" + string(id40),
		"https://example.com/a b@" + string(id40), "https://example.com/a\n@" + string(id40), " https://example.com/a@" + string(id40),
		"https://example.com/a@" + string(id40) + " ", "HTTPS://example.com/a@" + string(id40), "file://host/a@" + string(id40),
	} {
		got, err := ParseSource(in)
		if !errors.Is(err, ErrSource) {
			t.Errorf("%q: %+v, error %v, want %v", in, got, err, ErrSource)
		} else if strings.Contains(in, "user:s3cret") && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: the error shows it: %v", in, err)
		}
	}
}

func TestStripCredentials(t *testing.T) {
	for in, want := range map[string]string{
		"https://u:p@h/a.git": "https://h/a.git", "https://tok@h/a": "https://h/a", "https://h/a": "https://h/a",
		"ssh://git@h/a": "ssh://git@h/a", "ssh://git:p@h/a": "ssh://git@h/a", "git+ssh://git:p@h/a": "git+ssh://git@h/a",
		"git@h:a.git": "git@h:a.git", "git:p@h:a.git": "git@h:a.git", "h:a@b": "h:a@b", "/srv/a@b.git": "/srv/a@b.git", "../a": "../a", "C:\\a@b": "C:\\a@b",
		"https://u:p@ss@h/a": "https://h/a", "https://u:p/ss@h/a": "https://h/a", "https://h:8080/a@b": "https://h:8080/a@b",
		"https://h/a?token=p": "https://h/a", "https://h/a#p": "https://h/a", "foo::https://u:p@h/a": "foo::https://h/a",
		"https://u:p@[::1]:80/a": "https://[::1]:80/a", "http://u:p@h": "http://h", "": "", "://u:p@h": "://h",
	} {
		if got := StripCredentials(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestParseTree(t *testing.T) {
	raw := func(entries ...string) []byte { return []byte(strings.Join(entries, "")) }
	entry := func(mode, name string) string { return mode + " " + name + "\x00" + strings.Repeat("\xa1", 20) }
	got, err := parseTree(raw(entry("100644", "a b"), entry("40000", "d"), entry("160000", "s"), entry("100664", "\xff")), 20)
	want := []string{"a b 100644", "d 040000", "s 160000", "\xff 100644"}
	var lines []string
	for _, e := range got {
		lines = append(lines, e.path+" "+string(e.mode))
	}
	if d := cmp.Diff(want, lines); d != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, d)
	}
	for _, bad := range []string{
		entry("100644", ""), entry("100644", "."), entry("100644", ".."), entry("100644", "a/b"), entry("40000", ".git"), entry("40000", ".GIT"),
		entry("100000", "a"), entry("", "a"), entry("100644", "a") + entry("100755", "a"), entry("100644", "a")[:20], "100644 a", "100644", " ", "\x00",
	} {
		if _, err := parseTree([]byte(bad), 20); !errors.Is(err, ErrCorrupt) {
			t.Errorf("%q: error %v, want %v", bad, err, ErrCorrupt)
		}
	}
}

func TestParseCommit(t *testing.T) {
	c, err := parseCommit([]byte("tree " + string(id40) + "\nparent x\nauthor A <a> 1700000000 +0130\ncommitter <> C <c>> 1700000001 -0000\ngpgsig x\n y\n\nauthor X <x> 1 +0000\n"))
	if err != nil || c.tree != id40 || c.authored.Format(time.RFC3339) != "2023-11-14T23:43:20+01:30" || c.committed.Unix() != 1700000001 {
		t.Errorf("%+v %v", c, err)
	}
	if c, err := parseCommit([]byte("tree " + string(id64) + "\nauthor nobody never")); err != nil || !c.authored.IsZero() {
		t.Errorf("%+v %v", c, err)
	}
	for _, bad := range []string{"", "tree", "tree x\n", "parent " + string(id40) + "\ntree " + string(id40), "tree " + string(id40) + " \n"} {
		if _, err := parseCommit([]byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestParsePointer(t *testing.T) {
	good := lfsPointer("weights")
	if p, ok := parsePointer([]byte(good)); !ok || p.digest != hashing.Bytes([]byte("weights")) || p.size != 7 {
		t.Errorf("%+v", p)
	}
	for _, bad := range []string{
		"", good[:len(good)-1], good + "\n", strings.Replace(good, "sha256:", "sha512:", 1), strings.ToUpper(good), strings.Replace(good, "size 7", "size 07", 1),
		strings.Replace(good, "size 7", "size -7", 1), strings.Replace(good, "\n", "\r\n", -1), strings.Replace(good, "oid", "ext-0-x sha256:0\noid", 1), good + good,
	} {
		if _, ok := parsePointer([]byte(bad)); ok {
			t.Errorf("%q was taken for a pointer", bad)
		}
	}
}

func TestDecode(t *testing.T) {
	for _, test := range []struct {
		name, in, want string
		ok             bool
	}{
		{"UTF-16", "\xff\xfea\x00", "a", true}, {"utf-16", "\xfe\xff\x00a", "a", true}, {"UTF-16", "a\x00", "", false}, {"UTF-16", "", "", true},
		{"UTF-16LE", "\xff\xfea\x00", "", false}, {"UTF-16LE", "a\x00", "a", true}, {"UTF-16BE", "\x00a", "a", true}, {"UTF-16LE", "a", "", false},
		{"UTF-16LE-BOM", "\xff\xfea\x00", "a", true}, {"UTF-16LE-BOM", "\xfe\xff\x00a", "", false}, {"UTF-16BE-BOM", "\xfe\xff\x00a", "a", true},
		{"UTF-16BE", "\xd8\x3d\xde\x00", "😀", true}, {"UTF-16BE", "\xd8\x3d", "", false}, {"UTF-16BE", "\xd8\x3d\x00a", "", false}, {"UTF-16BE", "\xde\x00\xd8\x3d", "", false},
		{"UTF-32", "\xff\xfe\x00\x00a\x00\x00\x00", "a", true}, {"UTF-32", "\x00\x00\xfe\xff\x00\x00\x00a", "a", true}, {"UTF-32BE", "\x00\x11\x00\x00", "", false}, {"UTF-32BE", "\xff\xff\xff\xff", "", false},
		{"UTF-32LE", "\x00\xd8\x00\x00", "", false}, {"latin1", "\xe9", "é", true}, {"SHIFT-JIS", "a", "", false},
	} {
		got, ok := decode([]byte(test.in), test.name)
		if ok != test.ok || string(got) != test.want {
			t.Errorf("%s %q: %q %v, want %q %v", test.name, test.in, got, ok, test.want, test.ok)
		}
	}
}

func TestParseIndex(t *testing.T) {
	line := "100644 " + string(id40)
	got, err := parseIndex([]byte(line + " 0\ta\tb\x00" + line + " 1\tm\x00" + line + " 2\tm\x00" + line + " 3\tm\x00"))
	if err != nil || len(got) != 2 || got["a\tb"].stage != 0 || got["m"].stage != 2 {
		t.Errorf("%+v %v", got, err)
	}
	for _, bad := range []string{"x", line + "\ta", line + " 0 a", "100644 HEAD 0\ta", line + " 10\ta"} {
		if _, err := parseIndex([]byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestParseSettings(t *testing.T) {
	got := parseSettings([]byte("core.bare\nfalse\x00remote.a.b.url\nx\ny\x00core.novalue\x00remote.a.b.url\nz\x00"))
	want := []setting{{"core.bare", "false"}, {"remote.a.b.url", "x\ny"}, {"core.novalue", ""}, {"remote.a.b.url", "z"}}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(setting{})); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]Remote{{"a.b", "x\ny"}}, remotes(got)); d != "" {
		t.Error(d)
	}
}

func TestText(t *testing.T) {
	for in, want := range map[string]string{"a/b": "a/b", "50%": "50%25", "\xff\n\u0085é😀\ufffd": "%FF%0A%C2%85é😀\ufffd", "": ""} {
		if got := encodeText(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
		if got, err := decodeText(want); err != nil || got != in {
			t.Errorf("%q: %q %v", want, got, err)
		}
	}
	for _, bad := range []string{"%", "%2", "%zz", "%ff", "%41", "\n", "\xff", "%C3%A9", "% 5", "%+5"} {
		if got, err := decodeText(bad); err == nil {
			t.Errorf("%q was read as %q", bad, got)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add("a%\xff\n")
	f.Fuzz(func(t *testing.T, s string) {
		if got, err := decodeText(encodeText(s)); err != nil || got != s {
			t.Errorf("%q: %q %v", s, got, err)
		}
		if got, err := decodeText(s); err == nil && encodeText(got) != s {
			t.Errorf("%q is read as %q", s, got)
		}
	})
}

func FuzzParseTree(f *testing.F) {
	f.Add([]byte("100644 a\x00" + strings.Repeat("x", 20)))
	f.Fuzz(func(t *testing.T, b []byte) {
		list, err := parseTree(b, 20)
		if err != nil {
			return
		}
		for _, e := range list {
			if !safeName(e.path) || len(e.id) != 40 {
				t.Errorf("%+v", e)
			}
		}
	})
}

func FuzzParseCommit(f *testing.F) {
	f.Add([]byte("tree " + string(id40) + "\nauthor A <a> 1 +0000\n"))
	f.Fuzz(func(t *testing.T, b []byte) { parseCommit(b) })
}

func FuzzParseIndex(f *testing.F) {
	f.Add([]byte("100644 " + string(id40) + " 0\ta\x00"))
	f.Fuzz(func(t *testing.T, b []byte) { parseIndex(b) })
}

func FuzzForms(f *testing.F) {
	f.Add([]byte("$Id$\n"), []byte("$Id: x$\r\n"))
	all := attributes{text: true, ident: true}
	f.Fuzz(func(t *testing.T, blob, disk []byte) {
		for _, form := range []Form{FormCRLF, FormIdent, FormIdentCRLF} {
			made := form.apply(blob, id40)
			if got, ok := formOf(blob, made, id40, all); !ok {
				t.Errorf("%q made %s is %q, which is %q", blob, form, made, got)
			}
		}
		// What passes differs in nothing but returns and ids.
		if _, ok := formOf(blob, disk, id40, all); ok {
			plain := func(b []byte) []byte { return bytes.ReplaceAll(expand(collapse(b), ""), []byte("\r"), nil) }
			if !bytes.Equal(plain(blob), plain(disk)) {
				t.Errorf("%q passes for %q", disk, blob)
			}
		}
	})
}

func FuzzParseSource(f *testing.F) {
	f.Add("https://user:pw@example.com/a.git@" + string(id40))
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseSource(s)
		if err != nil {
			return
		}
		again, err := ParseSource(d.URL + "@" + string(d.Commit))
		if err != nil || again != d {
			t.Errorf("%q gives %+v, and that %+v %v", s, d, again, err)
		}
	})
}
