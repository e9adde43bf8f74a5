package mlflow

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/lineage-audit/lineage/attach"
)

func FuzzDecodeAnswer(f *testing.F) {
	for _, s := range []string{`{}`, `{"run": {"info": {"run_id": "a"}}}`, `{"a": 1, "A": 2}`, `{"a": [1, null, {"b": "\ud800"}]}`, `[]`, ``, `{} {}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		var said struct {
			Run run `json:"run"`
		}
		if decodeAnswer(raw, &said) != nil {
			return
		}
		if !json.Valid(raw) || bytes.TrimSpace(raw)[0] != '{' {
			t.Fatalf("%q passes as a JSON object", raw)
		}
	})
}

func TestNumber(t *testing.T) {
	for raw, want := range map[string]string{
		"": "0", "0.1": "0.1", "-1e-7": "-1e-7", "1.7976931348623157e+308": "1.7976931348623157e+308",
		`"NaN"`: "NaN", `"Infinity"`: "Infinity", `"-Infinity"`: "-Infinity",
	} {
		if got, ok := number(json.RawMessage(raw)); !ok || got != want {
			t.Errorf("number(%s) = %q, %v; want %q", raw, got, ok, want)
		}
	}
	for _, raw := range []string{`"1"`, `"nan"`, `null`, `true`, `{}`, `[1]`} {
		if got, ok := number(json.RawMessage(raw)); ok {
			t.Errorf("number(%s) = %q", raw, got)
		}
	}
}

func TestProxied(t *testing.T) {
	for root, want := range map[string]string{"mlflow-artifacts:/1/a": "1/a", "mlflow-artifacts:/a b/ü": "a b/ü"} {
		if got, ok := proxied(root); !ok || got != want {
			t.Errorf("proxied(%q) = %q, %v", root, got, ok)
		}
	}
	for _, root := range []string{"", "mlflow-artifacts:/", "mlflow-artifacts://host/a", "mlflow-artifacts:a", "mlflow-artifacts:/a/../b",
		"mlflow-artifacts:/a//b", "http://host/a", "/a", `mlflow-artifacts:/a\b`} {
		if got, ok := proxied(root); ok {
			t.Errorf("proxied(%q) = %q", root, got)
		}
	}
}

// A file of a listed size, in whatever pieces it comes.
func TestSized(t *testing.T) {
	fail := func(kind error, _ string, err error) error { return errors.Join(kind, err) }
	for _, size := range []int64{0, 1, 4, 5, 6, 100} {
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"whole": func(r io.Reader) io.Reader { return r }, "bytes": iotest.OneByteReader, "data with error": iotest.DataErrReader,
		} {
			b, err := io.ReadAll(&sized{from: wrap(strings.NewReader("12345")), left: size, fail: fail})
			if (size == 5) != (err == nil) || err != nil && !errors.Is(err, attach.ErrMalformed) || int64(len(b)) > size {
				t.Errorf("%s, listed with %d bytes: %q, %v", name, size, b, err)
			}
		}
	}
	_, err := io.ReadAll(&sized{from: iotest.ErrReader(os.ErrClosed), left: 5, fail: fail})
	if !errors.Is(err, attach.ErrUnreachable) || !errors.Is(err, os.ErrClosed) {
		t.Errorf("a broken line: %v", err)
	}
}

// Nothing outside of the folder of the artifacts is read, whatever leads there.
func TestOpenBelow(t *testing.T) {
	dir := t.TempDir()
	root := filepath.Join(dir, "root")
	for name, content := range map[string]string{"secret": "s", "root/good": "g", "root/sub/good": "g"} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(content), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"link": "../secret", "folder": "..", "absolute": filepath.Join(dir, "secret"), "inside": "sub/good"} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	s := &store{address: address{shown: "store"}}
	for path, good := range map[string]bool{
		"good": true, "sub/good": true, "inside": true, "link": false, "folder/secret": false, "absolute": false,
		"../secret": false, "sub": false, "none": false,
	} {
		f, err := s.openBelow("reading", root, remoteFile{path: path, size: 1})
		if err == nil {
			f.Close()
		}
		if (err == nil) != good || err != nil && !errors.Is(err, attach.ErrNotFound) {
			t.Errorf("openBelow(%q): %v", path, err)
		}
	}
	for uri, want := range map[string]string{"/a/b": "/a/b", "file:///a%20b": "/a b", "file://localhost/a": "/a"} {
		if got, ok := localRoot(uri); !ok || got != want {
			t.Errorf("localRoot(%q) = %q, %v; want %q", uri, got, ok, want)
		}
	}
	for _, uri := range []string{"s3://b/a", "file://host/a", "mlflow-artifacts:/a", "a", "", "http://h/a"} {
		if got, ok := localRoot(uri); ok {
			t.Errorf("localRoot(%q) = %q", uri, got)
		}
	}
}

func TestProxy(t *testing.T) {
	tests := []struct {
		url  string
		env  environ
		want string
	}{
		{"http://host/", environ{"HTTP_PROXY=http://p:1"}, "http://p:1"},
		{"http://host/", environ{"HTTP_PROXY=http://p:1", "http_proxy=q:2"}, "http://q:2"},
		{"https://host/", environ{"HTTP_PROXY=http://p:1"}, ""},
		{"https://host/", environ{"https_proxy=http://p:1"}, "http://p:1"},
		{"https://host/", environ{"ALL_PROXY=socks5://p:1"}, "socks5://p:1"},
		{"http://host/", nil, ""},
		{"http://localhost:5000/", environ{"HTTP_PROXY=p"}, ""},
		{"http://127.0.0.1:5000/", environ{"HTTP_PROXY=p"}, ""},
		{"http://[::1]:5000/", environ{"HTTP_PROXY=p"}, ""},
		{"http://host/", environ{"HTTP_PROXY=p", "NO_PROXY=*"}, ""},
		{"http://a.Example.com/", environ{"HTTP_PROXY=p", "NO_PROXY=x, example.com"}, ""},
		{"http://a.example.com/", environ{"HTTP_PROXY=p", "NO_PROXY=.example.com"}, ""},
		{"http://a.example.com/", environ{"HTTP_PROXY=p", "NO_PROXY=*.example.com"}, ""},
		{"http://badexample.com/", environ{"HTTP_PROXY=p", "NO_PROXY=example.com,"}, "http://p"},
		{"http://host:5000/", environ{"HTTP_PROXY=p", "NO_PROXY=host:5000"}, ""},
		{"http://host:5001/", environ{"HTTP_PROXY=p", "NO_PROXY=host:5000"}, "http://p"},
		{"http://10.1.2.3/", environ{"HTTP_PROXY=p", "NO_PROXY=10.0.0.0/8"}, ""},
		{"http://11.1.2.3/", environ{"HTTP_PROXY=p", "NO_PROXY=10.0.0.0/8,1.2.3"}, "http://p"},
	}
	for _, tt := range tests {
		u, err := url.Parse(tt.url)
		if err != nil {
			t.Fatal(err)
		}
		got, err := proxy(tt.env)(&http.Request{URL: u})
		if err != nil || got == nil && tt.want != "" || got != nil && got.String() != tt.want {
			t.Errorf("%s with %q: proxy %v, %v; want %q", tt.url, tt.env, got, err, tt.want)
		}
	}
	if _, err := proxy(environ{"HTTP_PROXY=http://user:secret@"})(&http.Request{URL: &url.URL{Scheme: "http", Host: "h"}}); err == nil ||
		strings.Contains(err.Error(), "secret") {
		t.Errorf("a broken proxy: %v", err)
	}
}

func TestShellQuote(t *testing.T) {
	for s, want := range map[string]string{"models:/iris@a/1": "models:/iris@a/1", "a b": "'a b'", "$(x)": "'$(x)'", "it's": `'it'\''s'`, "": "''"} {
		if got := shellQuote(s); got != want {
			t.Errorf("shellQuote(%q) = %s, want %s", s, got, want)
		}
	}
}
