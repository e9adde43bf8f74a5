package redact_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/lineage-audit/lineage/capture/redact"
)

// places are where a secret stands as an argument of its own, or with its name.
var places = []func(secret string) []string{
	func(s string) []string { return []string{"t.py", "--password", s} },
	func(s string) []string { return []string{"t.py", "--password=" + s, "--lr", "1"} },
	func(s string) []string { return []string{"env", "AWS_SECRET_ACCESS_KEY=" + s, "t.py"} },
	func(s string) []string { return []string{"+db.password=" + s} },
	func(s string) []string { return []string{"sshpass", "-p" + s, "ssh"} },
	func(s string) []string { return []string{"-H", "X-Api-Secret: " + s} },
	func(s string) []string { return []string{"https://h/?a=b&password=" + url.QueryEscape(s) + "&c=d"} },
	func(s string) []string { return []string{"postgres://u:" + url.PathEscape(s) + "@h/d"} },
}

// FuzzArgs holds that no secret survives, wherever it stands, and that nothing
// panics.
func FuzzArgs(f *testing.F) {
	for i, s := range []string{"hunter2", "a b", `it's "x"`, "p@ss/w:o=r;d&,", "\xff\xfe", "-x9", "ünïcode", "[redacted", "a\\", "#%", "--0"} {
		f.Add(s, uint8(i))
	}
	f.Fuzz(func(t *testing.T, secret string, place uint8) {
		make := places[int(place)%len(places)]
		args := make(secret)
		for _, r := range []*redact.Rules{nil, redact.New([]string{"A_SECRET=" + secret})} {
			got := r.Args(args)
			if len(got) != len(args) {
				t.Fatalf("%d arguments became %d", len(args), len(got))
			}
			if tellable(secret, make) && strings.Contains(strings.Join(got, "\n"), secret) {
				t.Errorf("%q survives in %q", secret, got)
			}
		}
	})
}

// tellable tells whether finding the secret in the output means anything: it is
// not a piece of the marker or of what surrounds it, nor a word like "true", a
// line of its own, or the look of the next flag, which the documentation excepts.
func tellable(secret string, make func(string) []string) bool {
	around := strings.Join(make(""), "\n") + redact.Marker
	return len(secret) >= 3 && !strings.Contains(around, secret) && !strings.ContainsAny(secret, "\r\n") &&
		!strings.HasPrefix(secret, "--") && strings.TrimSpace(secret) == secret &&
		!strings.Contains(" true false none null nil yes no on off ", " "+strings.ToLower(secret)+" ")
}

func FuzzText(f *testing.F) {
	f.Add("bash -c \"x --token 'a' && y\" https://u:p@h/?sig=1 {\"password\": \"x\"}", "SECRET=abcdef")
	f.Add("\"\\\"password\\\": \\\"", "=")
	f.Add("https://"+github+"@h", "A_TOKEN="+github)
	f.Fuzz(func(t *testing.T, text, env string) {
		r := redact.New([]string{env})
		r.Text(text)
		r.File(text, []byte(text))
		if _, err := url.Parse(text); err == nil {
			if _, err := url.Parse(r.URL(text)); err != nil {
				t.Errorf("%q is no URL any more: %v", text, err)
			}
		}
	})
}

// FuzzShapes holds that a token is found whatever stands around it.
func FuzzShapes(f *testing.F) {
	f.Add("a ", " b")
	f.Add("x=", "&y")
	f.Fuzz(func(t *testing.T, before, after string) {
		for _, token := range []string{github, gitlab, hface, openai, slack, jwt, pem} {
			if strings.Contains(before+after, token) || isTokenByte(before, len(before)-1) || isTokenByte(after, 0) {
				continue
			}
			if got := redact.New(nil).Text(before + token + after); strings.Contains(got, token) {
				t.Errorf("%q survives in %q", token, got)
			}
		}
	})
}

func isTokenByte(s string, i int) bool {
	return i >= 0 && i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] >= 'a' && s[i] <= 'z' || s[i] >= 'A' && s[i] <= 'Z')
}
