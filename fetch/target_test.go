package fetch_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/lineage-audit/lineage/fetch"
	"github.com/lineage-audit/lineage/fetch/fetchtest"
	"github.com/lineage-audit/lineage/hashing"
)

func TestDigestIsChecked(t *testing.T) {
	s, at := newShelf(t, content(1000)), target(t)
	at.SHA256 = sum([]byte("other"))
	if _, err := patient(fetch.Options{}).Get(t.Context(), parse(t, s.URL), at); !errors.Is(err, fetch.ErrDigest) {
		t.Error(err)
	}
	absent(t, at.Path)
	at.SHA256 = sum(s.body)
	if _, err := patient(fetch.Options{}).Get(t.Context(), parse(t, s.URL), at); err != nil {
		t.Error(err)
	}
	holds(t, at.Path, s.body)
}

// What stands at the target stays, unless it is to be replaced.
func TestTargetExists(t *testing.T) {
	body, other := content(1000), content(2000)
	for name, c := range map[string]struct {
		there    []byte
		want     *hashing.FileDigest
		force    bool
		err      error
		requests int
	}{
		"the same":                    {body, nil, false, nil, 1},
		"the same, wanted":            {body, sum(body), false, nil, 1},
		"the same, replaced":          {body, sum(body), true, nil, 1},
		"other bytes":                 {other, nil, false, fetch.ErrExists, 1},
		"other bytes of that length":  {append(body[:999:999], 'x'), nil, false, fetch.ErrExists, 1},
		"fewer bytes":                 {body[:10], nil, false, fetch.ErrExists, 1},
		"other bytes, others wanted":  {other, sum(body), false, fetch.ErrExists, 0},
		"other bytes, these wanted":   {other, sum(other), false, fetch.ErrDigest, 1},
		"other bytes, replaced":       {other, nil, true, nil, 1},
		"other bytes, not what comes": {other, sum([]byte("x")), true, fetch.ErrDigest, 1},
	} {
		s, at := newShelf(t, body), fetch.Target{Path: filepath.Join(t.TempDir(), "x"), SHA256: c.want, Force: c.force}
		write(at.Path, string(c.there))
		r, err := patient(fetch.Options{}).Get(t.Context(), parse(t, s.URL), at)
		if !errors.Is(err, c.err) || s.requests() != c.requests {
			t.Errorf("%s: %v after %d requests", name, err, s.requests())
		}
		if err != nil {
			holds(t, at.Path, c.there)
			continue
		}
		holds(t, at.Path, body)
		if r.Kept != (string(c.there) == string(body)) {
			t.Errorf("%s: kept is %t", name, r.Kept)
		}
	}
	s := newShelf(t, body)
	if _, err := patient(fetch.Options{}).Get(t.Context(), parse(t, s.URL), fetch.Target{Path: t.TempDir(), Force: true}); !errors.Is(err, fetch.ErrExists) {
		t.Errorf("a folder: %v", err)
	}
}

// A link that stands where a part would be leads nowhere.
func TestPartIsNoLink(t *testing.T) {
	s, at := newShelf(t, content(1000)), fetch.Target{Path: filepath.Join(t.TempDir(), "x")}
	victim := filepath.Join(t.TempDir(), "victim")
	write(victim, "precious")
	if err := os.Symlink(victim, at.Path+".lineage-part"); err != nil {
		t.Fatal(err)
	}
	_, err := patient(fetch.Options{}).Get(t.Context(), parse(t, s.URL), at)
	if got, _ := os.ReadFile(victim); err == nil || string(got) != "precious" {
		t.Errorf("%v, and the link's target holds %q", err, got)
	}
}

// Two at once never mix: one of them says that the other is there.
func TestTwoAtOnce(t *testing.T) {
	s, at := newShelf(t, content(2<<20)), target(t)
	s.odd = func(n int, w http.ResponseWriter, r *http.Request) bool {
		if n == 1 {
			s.cutAfter(1<<20, w, r)
		}
		return false
	}
	var wg sync.WaitGroup
	failed := make([]error, 8)
	for i := range failed {
		wg.Go(func() { _, failed[i] = patient(fetch.Options{}).Get(t.Context(), parse(t, s.URL), at) })
	}
	wg.Wait()
	done := 0
	for _, err := range failed {
		if err == nil {
			done++
		} else if !errors.Is(err, fetch.ErrBusy) && !errors.Is(err, fetch.ErrExists) {
			t.Error(err)
		}
	}
	if done == 0 {
		t.Error("none came to an end")
	}
	holds(t, at.Path, s.body)
}

func TestRedirects(t *testing.T) {
	goal := newShelf(t, content(1000))
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, r.URL.Query().Get("to"), http.StatusFound)
	}))
	t.Cleanup(plain.Close)
	for to, want := range map[string]string{
		goal.URL + "/a":                   "",
		"file:///etc/passwd":              "not of http",
		"ftp://example.org/x":             "not of http",
		"s3://bucket/key":                 "not of http",
		"http://ada:hunter22@example.org": "brings credentials along",
		"/?to=/?to=" + goal.URL:           "",
		"http://":                         "not of http",
	} {
		_, err := patient(fetch.Options{}).Hash(t.Context(), parse(t, plain.URL+"/?to="+to), -1)
		if (err == nil) != (want == "") || err != nil && (!strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter22")) {
			t.Errorf("to %q: %v", to, err)
		}
	}
	loop := httptest.NewServer(http.RedirectHandler("/", http.StatusMovedPermanently))
	t.Cleanup(loop.Close)
	if _, err := patient(fetch.Options{}).Hash(t.Context(), parse(t, loop.URL), -1); err == nil || !strings.Contains(err.Error(), "redirects") {
		t.Error(err)
	}
}

// Credentials go to the host that they were said for, and to nobody else.
func TestCredentials(t *testing.T) {
	goal := newShelf(t, content(10))
	first := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		switch {
		case user != "ada" || password != "hunter22-hunter22":
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path == "/start":
			http.Redirect(w, r, "/next", http.StatusFound)
		default:
			http.Redirect(w, r, goal.URL+"/x?token=tokentokentoken", http.StatusFound)
		}
	}))
	t.Cleanup(first.Close)
	u := parse(t, strings.Replace(first.URL, "://", "://ada:hunter22-hunter22@", 1)+"/start")
	r, err := patient(fetch.Options{}).Hash(t.Context(), u, -1)
	if err != nil || r.URI != first.URL+"/start" || !u.HasSecret() {
		t.Errorf("%+v, %v", r, err)
	}
	if got := goal.header(1, "Authorization"); got != "" {
		t.Errorf("the second host was told %q", got)
	}
	goal.Close()
	if _, err := patient(fetch.Options{Attempts: 1}).Hash(t.Context(), u, -1); err == nil || strings.Contains(err.Error(), "hunter22") || strings.Contains(err.Error(), "tokentoken") {
		t.Errorf("secrets in %v", err)
	}
}

func TestProxy(t *testing.T) {
	var asked []string
	var mu sync.Mutex
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r.URL.String())
		w.Header().Set("Content-Length", "2")
		w.Write([]byte("hi"))
	}))
	t.Cleanup(proxy.Close)
	for _, name := range []string{"http_proxy", "HTTP_PROXY", "all_proxy"} {
		asked = nil
		c := patient(fetch.Options{Env: []string{name + "=" + proxy.URL}})
		r, err := c.Hash(t.Context(), parse(t, "http://data.example/x"), -1)
		if err != nil || r.Bytes != 2 || len(asked) != 1 || asked[0] != "http://data.example/x" {
			t.Errorf("%s: %+v, %v, asked for %q", name, r, err, asked)
		}
	}
}

func TestLimit(t *testing.T) {
	s := newShelf(t, content(1000))
	for limit, want := range map[int64]error{-1: nil, 1000: nil, 999: fetch.ErrTooLarge, 0: fetch.ErrTooLarge} {
		if _, err := patient(fetch.Options{}).Hash(t.Context(), parse(t, s.URL), limit); !errors.Is(err, want) {
			t.Errorf("at most %d: %v", limit, err)
		}
	}
	endless := raw(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"+strings.Repeat("5\r\n12345\r\n", 1000))
	if _, err := patient(fetch.Options{}).Hash(t.Context(), parse(t, endless), 100); !errors.Is(err, fetch.ErrTooLarge) {
		t.Error(err)
	}
}

func TestFile(t *testing.T) {
	folder, at := t.TempDir(), target(t)
	body := content(300_000)
	path := filepath.Join(folder, "a b#%.csv")
	write(path, string(body))
	for _, text := range []string{"a b#%.csv", path, "file://" + strings.NewReplacer(" ", "%20", "#", "%23", "%", "%25").Replace(path), "file:///~/a%20b%23%25.csv"} {
		u, err := fetch.Parse(text, folder)
		if err != nil {
			t.Fatal(err)
		}
		r, err := patient(fetch.Options{Env: []string{"HOME=" + folder}}).Hash(t.Context(), u, -1)
		if err != nil || r.SHA256 != *sum(body) || !strings.HasSuffix(r.URI, "/a%20b%23%25.csv") {
			t.Errorf("%q: %+v, %v", text, r, err)
		}
	}
	r, err := patient(fetch.Options{}).Get(t.Context(), parse(t, path), at)
	if err != nil || r.SHA256 != *sum(body) {
		t.Error(r, err)
	}
	holds(t, at.Path, body)
	for text, want := range map[string]error{filepath.Join(folder, "none"): fetch.ErrNotFound, "/dev/null": hashing.ErrSpecial, folder: fetch.ErrFolder} {
		if _, err := patient(fetch.Options{}).Hash(t.Context(), parse(t, text), -1); !errors.Is(err, want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestFolders(t *testing.T) {
	b, folder := fetchtest.NewBucket(t, true), t.TempDir()
	files := map[string]string{"a.csv": "1", "b/c.csv": "22", "b/d e.csv": "333", "empty": ""}
	for name, text := range files {
		b.Put("data/"+name, []byte(text))
		path := filepath.Join(folder, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		write(path, text)
	}
	b.Put("data/b/", nil) // what some programs make of a folder
	b.Put("database", []byte("no part of it"))
	want := manifest(t, folder)
	for _, uri := range []string{b.URI("data/"), folder + "/"} {
		at := filepath.Join(t.TempDir(), "data")
		digest := want.Digest().ManifestDigest()
		for range 2 { // the second time it is there
			f, err := patient(fetch.Options{Env: b.Env()}).GetFolder(t.Context(), parse(t, uri), fetch.Target{Path: at, SHA256: &digest})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want.Entries(), f.Manifest.Entries()); diff != "" || len(f.Files) != len(files) {
				t.Errorf("%s (-want +got):\n%s", uri, diff)
			}
			if diff := cmp.Diff(want.Entries(), manifest(t, at).Entries()); diff != "" {
				t.Errorf("%s on disk (-want +got):\n%s", uri, diff)
			}
			alone(t, at, 1)
		}
		write(filepath.Join(at, "other"), "x")
		if _, err := patient(fetch.Options{Env: b.Env()}).GetFolder(t.Context(), parse(t, uri), fetch.Target{Path: at, Force: true}); !errors.Is(err, fetch.ErrForeign) {
			t.Errorf("a file more: %v", err)
		}
		at = filepath.Join(t.TempDir(), "data")
		if _, err := patient(fetch.Options{Env: b.Env()}).GetFolder(t.Context(), parse(t, uri), fetch.Target{Path: at, SHA256: sum(nil)}); !errors.Is(err, fetch.ErrDigest) {
			t.Errorf("another digest: %v", err)
		}
		absent(t, at)
	}
}

func manifest(t *testing.T, folder string) hashing.Manifest {
	t.Helper()
	l, err := hashing.Scan(t.Context(), folder, hashing.ScanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := l.Hash(t.Context(), hashing.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := tree.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// A folder that was left in the middle goes on with the files that it lacks.
func TestFolderResumes(t *testing.T) {
	b, at := fetchtest.NewBucket(t, false), filepath.Join(t.TempDir(), "data")
	for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
		b.Put("data/"+name, []byte(strings.Repeat(name, 1000)))
	}
	env := between(t, b, func(_ int64, w http.ResponseWriter, r *http.Request) bool {
		if strings.HasSuffix(r.URL.Path, "/f") {
			w.WriteHeader(http.StatusServiceUnavailable)
			return true
		}
		return false
	})
	_, err := patient(fetch.Options{Env: env, Attempts: 1}).GetFolder(t.Context(), parse(t, b.URI("data/")), fetch.Target{Path: at})
	if err == nil {
		t.Fatal("it came as a whole")
	}
	if _, err := os.Stat(at); !os.IsNotExist(err) {
		t.Errorf("half a folder stands there: %v", err)
	}
	f, err := patient(fetch.Options{Env: b.Env()}).GetFolder(t.Context(), parse(t, b.URI("data/")), fetch.Target{Path: at})
	if err != nil || f.Manifest.Len() != 6 {
		t.Fatal(f.Manifest.Len(), err)
	}
	resumed := 0
	for _, r := range f.Files {
		if r.Resumed > 0 {
			resumed++
		}
	}
	if resumed == 0 {
		t.Error("nothing of the first call was used")
	}
	alone(t, at, 1)
}

// Keys that lead out of a folder, or that no folder can hold, are refused.
func TestHostileKeys(t *testing.T) {
	for _, keys := range [][]string{{"../up"}, {"a/../../up"}, {"/abs"}, {"a//b"}, {"./a"}, {"-"}, {"a", "a/b"}, {"a/b", "a-", "a"}} {
		b, at := fetchtest.NewBucket(t, false), filepath.Join(t.TempDir(), "deep", "data")
		env := between(t, b, func(_ int64, w http.ResponseWriter, r *http.Request) bool {
			listing := `<ListBucketResult><Name>b</Name><IsTruncated>false</IsTruncated>`
			for _, key := range keys {
				listing += `<Contents><Key>p/` + key + `</Key><ETag>"1"</ETag><Size>1</Size></Contents>`
			}
			w.Write([]byte(listing + `</ListBucketResult>`))
			return true
		})
		_, err := patient(fetch.Options{Env: env, Attempts: 1}).GetFolder(t.Context(), parse(t, b.URI("p/")), fetch.Target{Path: at})
		if err == nil || errors.Is(err, fetch.ErrNotFound) {
			t.Errorf("%q: %v", keys, err)
		}
		absent(t, filepath.Dir(at))
	}
}
