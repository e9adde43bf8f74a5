package fetch_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/fetch"
)

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		"https://Data.Example/train.csv":                 "https://data.example/train.csv",
		"https://data.example":                           "https://data.example/",
		"HTTPS://data.example/a?v=c#d":                   "https://data.example/a?v=c",
		"https://data.example/a?v=1&ticket=b":            "https://data.example/a?v=1&ticket=%5Bredacted%5D",
		"http://data.example:8080/a%20b":                 "http://data.example:8080/a%20b",
		"https://ada:hunter22@data.example/a":            "https://data.example/a",
		"https://token@data.example/a":                   "https://data.example/a",
		"https://data.example/a?X-Amz-Signature=0123456": "https://data.example/a?X-Amz-Signature=%5Bredacted%5D",
		"s3://bucket/a b/%20?#.csv":                      "s3://bucket/a b/%20?#.csv",
		"s3://bucket/key?versionId=abc":                  "s3://bucket/key?versionId=abc",
		"s3://bucket/a?versionId=b?versionId=c":          "s3://bucket/a?versionId=b?versionId=c",
		"s3://bucket/prefix/":                            "s3://bucket/prefix/",
		"s3://bucket":                                    "s3://bucket/",
		"S3://bucket/key":                                "s3://bucket/key",
		"file:///data/a%20b.csv":                         "file:///data/a%20b.csv",
		"file://localhost/data/x":                        "file:///data/x",
		"file:///data/":                                  "file:///data/",
		"/data/a b.csv":                                  "file:///data/a%20b.csv",
		"data/x.csv":                                     "file:///here/data/x.csv",
		"../x.csv":                                       "file:///x.csv",
		"data/":                                          "file:///here/data/",
		".":                                              "file:///here",
		"/a:b":                                           "file:///a:b",
	} {
		u, err := fetch.Parse(text, "/here")
		if err != nil || u.String() != want {
			t.Errorf("%q: %q, %v; want %q", text, u, err, want)
			continue
		}
		again, err := fetch.Parse(want, "/elsewhere")
		if strings.Contains(want, "redacted") {
			if !errors.Is(err, fetch.ErrURI) {
				t.Errorf("%q is read: %v", want, err)
			}
		} else if err != nil || again.String() != want {
			t.Errorf("%q again: %q, %v", want, again, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, text := range []string{
		"", "ftp://example.org/x", "gs://bucket/x", "javascript://x", "https://", "https:///x", "https://ho st/x", "https://h/\x1b[2J", "https://h/\nX: y",
		"s3://", "s3:///key", "s3://ada:hunter22@bucket/key", "s3://bucket/key?versionId=", "s3://bucket/prefix/?versionId=x", "s3://[::1]/x",
		"file://host/x", "file:///x?y", "file:///a%00b", "file:x://y", "\x00", "https://h/%5Bredacted%5D", "http://[::1/x", "git+https://h/x", "https://%5Bredacted%5D@h/x",
	} {
		u, err := fetch.Parse(text, "/here")
		if !errors.Is(err, fetch.ErrURI) {
			t.Errorf("%q is read as %q, %v", text, u, err)
		}
		if err != nil && strings.Contains(err.Error(), "hunter22") {
			t.Errorf("a secret in %v", err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{"https://ada:secret@h/x?y=z", "s3://b/k?versionId=v", "file:///a%20b", "data/x", "http://[::1]:80/"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := fetch.Parse(text, "/here")
		if err != nil {
			return
		}
		again, err := fetch.Parse(u.String(), "/elsewhere")
		if u.HasSecret() || strings.Contains(u.String(), "redacted") {
			return
		}
		if err != nil || again.String() != u.String() || again.IsPrefix() != u.IsPrefix() {
			t.Errorf("%q is %q, and that is %q, %v", text, u, again, err)
		}
		if b := u.Base(); strings.ContainsAny(b, "/\x00") || b == ".." {
			t.Errorf("%q has the name %q", text, b)
		}
	})
}

func TestBaseAndJoin(t *testing.T) {
	for text, want := range map[string]string{
		"https://h/a/b.csv?x=y": "b.csv", "https://h/": "", "https://h/a/": "", "s3://b/k/x": "x", "s3://b/": "", "/a/b": "b",
		"https://h/a%2Fb": "b", "https://h/%2e%2e": "", "s3://b/..": "", `s3://b/a\b`: "",
	} {
		if got := parse(t, text).Base(); got != want {
			t.Errorf("%q has the name %q, want %q", text, got, want)
		}
	}
	for prefix, want := range map[string]string{"s3://b/p/": "s3://b/p/a b/c?#", "https://h/p/": "https://h/p/a%20b/c%3F%23", "https://h/p": "https://h/p/a%20b/c%3F%23", "/p/": "file:///p/a%20b/c%3F%23"} {
		if got := parse(t, prefix).Join("a b/c?#").String(); got != want {
			t.Errorf("below %q: %q, want %q", prefix, got, want)
		}
	}
}

func TestAllowed(t *testing.T) {
	a, err := fetch.ParseAllowed([]string{"https://data.example/sets/", "https://other.example:8443", "s3://bucket/raw/", "s3://one/key?versionId=1", "file:///data", "http://127.0.0.1:9000/"}, "/here")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		"https://data.example/sets/a": true, "https://data.example:443/sets/a/b?c=d": true, "https://DATA.example./sets/a": true, "https://data.example/sets": true,
		"https://data.example/set": false, "https://data.example/setsx": false, "https://data.example/": false, "http://data.example/sets/a": false,
		"https://data.example:8443/sets/a": false, "https://data.example.evil.example/sets/a": false, "https://data.example@evil.example/sets/a": false,
		"https://data.example/sets/../x": false, "https://data.example/sets/%2e%2e/x": false, "https://data.example/sets/a%2f..%2fx": false, `https://data.example/sets/a\..\x`: false,
		"https://other.example:8443/x": true, "https://other.example/x": false,
		"s3://bucket/raw/x": true, "s3://bucket/raw/": true, "s3://bucket/rawx": false, "s3://bucket/raw/../x": false, "s3://bucket2/raw/x": false,
		"s3://one/key?versionId=1": true, "s3://one/key?versionId=2": false, "s3://one/key": false,
		"file:///data/x": true, "/data/x": true, "/data/../etc/passwd": false, "/database": false, "file:///data/%2e%2e/etc": false,
		"http://127.0.0.1:9000/x": true, "http://127.0.0.1/x": false, "http://169.254.169.254/latest/meta-data": false, "http://localhost:9000/": false,
	} {
		if got := a.Covers(parse(t, text)); got != want {
			t.Errorf("%q is covered: %t", text, got)
		}
	}
	if none, _ := fetch.ParseAllowed(nil, "/"); none.Covers(parse(t, "https://data.example/")) {
		t.Error("a list of none covers something")
	}
	if !(*fetch.Allowed)(nil).Covers(parse(t, "https://data.example/")) {
		t.Error("no list does not cover everything")
	}
	if _, err := fetch.ParseAllowed([]string{"ftp://x"}, "/"); !errors.Is(err, fetch.ErrURI) {
		t.Error(err)
	}
}

// What nobody named is not connected to, be it asked for or redirected to.
func TestNotAllowed(t *testing.T) {
	goal := newShelf(t, content(10))
	allow, err := fetch.ParseAllowed([]string{"https://data.example/"}, "/")
	if err != nil {
		t.Fatal(err)
	}
	c := patient(fetch.Options{Allow: allow, Env: []string{"AWS_ENDPOINT_URL=" + goal.URL}})
	for _, text := range []string{goal.URL, "file:///etc/passwd", "s3://bucket/key", "http://169.254.169.254/"} {
		if _, err := c.Hash(t.Context(), parse(t, text), -1); !errors.Is(err, fetch.ErrNotAllowed) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if _, err := c.List(t.Context(), parse(t, "/etc/")); !errors.Is(err, fetch.ErrNotAllowed) {
		t.Error(err)
	}
	if goal.requests() != 0 {
		t.Error("it was asked all the same")
	}
}

// A redirect that leads to a service of this machine's network is refused.
func TestRedirectNotAllowed(t *testing.T) {
	goal, first := newShelf(t, content(10)), newShelf(t, nil)
	to := ""
	first.odd = redirectTo(&to)
	allow, err := fetch.ParseAllowed([]string{first.URL + "/sets/"}, "/")
	if err != nil {
		t.Fatal(err)
	}
	for _, to = range []string{
		goal.URL, first.URL + "/admin", "http://169.254.169.254/latest/meta-data", "http://data.example/x",
		"https" + strings.TrimPrefix(goal.URL, "http"), "https://localhost:1/x", "https://[::1]:1/", "https://169.254.169.254/", "https://[::ffff:10.0.0.1]/", "https://0/", "https://2130706433/",
	} {
		_, err := patient(fetch.Options{Allow: allow, Attempts: 1}).Hash(t.Context(), parse(t, first.URL+"/sets/a"), -1)
		if err == nil || !errors.Is(err, fetch.ErrNotAllowed) && !strings.Contains(err.Error(), "no such host") && !strings.Contains(err.Error(), "lookup") {
			t.Errorf("to %q: %v", to, err)
		}
	}
	if goal.requests() != 0 {
		t.Error("it was asked all the same")
	}
	to = first.URL + "/sets/b"
	first.odd = redirectTo(&to)
	first.put(content(10), `"1"`)
	if _, err := patient(fetch.Options{Allow: allow}).Hash(t.Context(), parse(t, first.URL+"/sets/a"), -1); err != nil {
		t.Errorf("below what was named: %v", err)
	}
	to = "https://data.example/x"
	proxied := patient(fetch.Options{Allow: allow, Attempts: 1, Env: []string{"https_proxy=http://127.0.0.1:1"}})
	if _, err := proxied.Hash(t.Context(), parse(t, first.URL+"/sets/a"), -1); !errors.Is(err, fetch.ErrNotAllowed) || !strings.Contains(err.Error(), "proxy") {
		t.Errorf("by a proxy: %v", err)
	}
}

func TestIsPublic(t *testing.T) {
	for text, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true, "2a00:1450::1": true, "::ffff:8.8.8.8": true,
		"127.0.0.1": false, "10.1.2.3": false, "172.16.0.1": false, "192.168.1.1": false, "169.254.169.254": false, "100.64.0.1": false, "0.0.0.0": false,
		"224.0.0.1": false, "255.255.255.255": false, "240.0.0.1": false, "198.18.0.1": false, "192.0.0.192": false, "203.0.113.1": false,
		"::1": false, "::": false, "fe80::1": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false, "::ffff:127.0.0.1": false, "::ffff:169.254.169.254": false,
		"64:ff9b::a9fe:a9fe": false, "2002:a9fe:a9fe::": false, "2001:0:a9fe::": false, "2001:db8::1": false, "::7f00:1": false, "fe80::1%eth0": false,
	} {
		if got := fetch.IsPublic(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s is public: %t", text, got)
		}
	}
}
