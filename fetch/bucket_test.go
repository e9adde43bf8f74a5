package fetch_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/lineage-audit/lineage/fetch"
	"github.com/lineage-audit/lineage/fetch/fetchtest"
)

func TestBucket(t *testing.T) {
	b := fetchtest.NewBucket(t, false)
	c := patient(fetch.Options{Env: b.Env()})
	for key, n := range map[string]int{"train.csv": 300_000, "empty": 0, "a b/ü+%20?#.csv": 10, "deep/er/x": 1} {
		body, at := content(n), target(t)
		b.Put(key, body)
		r, err := c.Get(t.Context(), parse(t, b.URI(key)), at)
		if err != nil {
			t.Errorf("%q: %v", key, err)
			continue
		}
		holds(t, at.Path, body)
		if r.SHA256 != *sum(body) || r.URI != b.URI(key) || r.Version.VersionID != "" || r.Version.Size != int64(n) {
			t.Errorf("%q: %+v", key, r)
		}
	}
	_, err := c.Get(t.Context(), parse(t, b.URI("nothing")), target(t))
	if !errors.Is(err, fetch.ErrNotFound) {
		t.Error(err)
	}
	_, err = c.Get(t.Context(), parse(t, "s3://no-such-bucket-at-all/x"), target(t))
	if !errors.Is(err, fetch.ErrNotFound) {
		t.Error(err)
	}
}

// What was read stays to be had when other bytes are put under the same key.
func TestVersions(t *testing.T) {
	b := fetchtest.NewBucket(t, true)
	c := patient(fetch.Options{Env: b.Env()})
	old, now := content(1000), content(2000)
	version := b.Put("train.csv", old)
	first, err := c.Hash(t.Context(), parse(t, b.URI("train.csv")), -1)
	if err != nil || first.URI != b.URI("train.csv")+"?versionId="+version || first.Version.VersionID != version {
		t.Fatalf("%+v, %v", first, err)
	}
	b.Put("train.csv", now)
	for uri, want := range map[string][]byte{b.URI("train.csv"): now, first.URI: old} {
		r, err := c.Hash(t.Context(), parse(t, uri), -1)
		if err != nil || r.SHA256 != *sum(want) {
			t.Errorf("%s: %+v, %v", uri, r, err)
		}
	}
	b.Remove("train.csv")
	if _, err := c.Hash(t.Context(), parse(t, b.URI("train.csv")), -1); !errors.Is(err, fetch.ErrNotFound) {
		t.Errorf("removed: %v", err)
	}
	if r, err := c.Hash(t.Context(), parse(t, first.URI), -1); err != nil || r.SHA256 != *sum(old) {
		t.Errorf("the version of what was removed: %+v, %v", r, err)
	}
}

// between is the S3 server behind one that can interfere.
func between(t *testing.T, b *fetchtest.Bucket, interfere func(n int64, w http.ResponseWriter, r *http.Request) bool) []string {
	to, err := url.Parse(b.Endpoint())
	if err != nil {
		t.Fatal(err)
	}
	// The signature is over the host that the client asks, so that it stays.
	through := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host }}
	var n atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !interfere(n.Add(1), w, r) {
			through.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return append(b.Env(), "AWS_ENDPOINT_URL="+s.URL)
}

// cut passes on the first n bytes of an answer.
type cut struct {
	http.ResponseWriter
	left int
}

func (c *cut) Write(b []byte) (int, error) {
	if len(b) > c.left {
		c.ResponseWriter.Write(b[:c.left])
		c.ResponseWriter.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
	c.left -= len(b)
	return c.ResponseWriter.Write(b)
}

func TestBucketDropsAndResumes(t *testing.T) {
	b, body, at := fetchtest.NewBucket(t, false), content(400_000), target(t)
	b.Put("k", body)
	var mu sync.Mutex
	var ranges []string
	to, _ := url.Parse(b.Endpoint())
	env := between(t, b, func(n int64, w http.ResponseWriter, r *http.Request) bool {
		mu.Lock()
		ranges = append(ranges, r.Header.Get("Range"))
		mu.Unlock()
		if n <= 3 {
			proxy := httputil.NewSingleHostReverseProxy(to)
			proxy.ServeHTTP(&cut{w, 100_000}, r)
			return true
		}
		return false
	})
	_, err := patient(fetch.Options{Env: env, Attempts: 1}).Get(t.Context(), parse(t, b.URI("k")), at)
	var partial *fetch.PartialError
	if !errors.As(err, &partial) || partial.Bytes != 100_000 || partial.Size != 400_000 {
		t.Fatal(err)
	}
	r, err := patient(fetch.Options{Env: env}).Get(t.Context(), parse(t, b.URI("k")), at)
	if err != nil || r.SHA256 != *sum(body) || r.Resumed != 100_000 {
		t.Errorf("%+v, %v", r, err)
	}
	holds(t, at.Path, body)
	if got := strings.Join(ranges, " "); got != " bytes=100000- bytes=200000- bytes=300000-" {
		t.Errorf("asked for %q", got)
	}
}

// An object that is put anew in the middle is noticed; with versions it does no harm.
func TestBucketChangesInTheMiddle(t *testing.T) {
	for _, versions := range []bool{false, true} {
		b, body, at := fetchtest.NewBucket(t, versions), content(400_000), target(t)
		b.Put("k", body)
		to, _ := url.Parse(b.Endpoint())
		env := between(t, b, func(n int64, w http.ResponseWriter, r *http.Request) bool {
			if n > 1 {
				return false
			}
			defer b.Put("k", content(400_001)[1:])
			httputil.NewSingleHostReverseProxy(to).ServeHTTP(&cut{w, 100_000}, r)
			return true
		})
		r, err := patient(fetch.Options{Env: env}).Get(t.Context(), parse(t, b.URI("k")), at)
		if versions {
			if err != nil || r.SHA256 != *sum(body) {
				t.Errorf("with versions: %+v, %v", r, err)
			}
			holds(t, at.Path, body)
			continue
		}
		if !errors.Is(err, fetch.ErrChanged) {
			t.Errorf("%+v, %v", r, err)
		}
		absent(t, at.Path)
	}
}

func TestBucketRefuses(t *testing.T) {
	b := fetchtest.NewBucket(t, false)
	b.Put("k", content(10))
	for status, want := range map[int]error{403: fetch.ErrDenied, 401: fetch.ErrDenied, 404: fetch.ErrNotFound, 405: fetch.ErrNotFound, 412: fetch.ErrChanged, 503: nil, 500: nil} {
		var n atomic.Int64
		env := between(t, b, func(_ int64, w http.ResponseWriter, _ *http.Request) bool {
			n.Add(1)
			w.WriteHeader(status)
			return true
		})
		_, err := patient(fetch.Options{Env: env, Attempts: 3}).Get(t.Context(), parse(t, b.URI("k")), target(t))
		if err == nil || want != nil && !errors.Is(err, want) || (status >= 500) != (n.Load() == 3) {
			t.Errorf("status %d: %v after %d requests", status, err, n.Load())
		}
		if strings.Contains(err.Error(), "a-secret") {
			t.Errorf("the secret is in %q", err)
		}
	}
}

// Where nobody has said who we are, nothing is signed.
func TestAnonymous(t *testing.T) {
	b := fetchtest.NewBucket(t, false)
	b.Put("k", content(10))
	var signed atomic.Bool
	env := between(t, b, func(_ int64, w http.ResponseWriter, r *http.Request) bool {
		signed.CompareAndSwap(false, r.Header.Get("Authorization") != "")
		if r.URL.Path == "/"+b.Name+"/k" {
			w.Header().Set("Etag", `"1"`)
			w.Header().Set("Last-Modified", "Sat, 14 Mar 2026 15:09:26 GMT")
			w.Header().Set("Content-Length", "10")
			w.Write(content(10))
		}
		return true
	})
	r, err := patient(fetch.Options{Env: env[len(env)-1:]}).Hash(t.Context(), parse(t, b.URI("k")), -1)
	if err != nil || r.SHA256 != *sum(content(10)) || signed.Load() {
		t.Errorf("%+v, %v, signed: %t", r, err, signed.Load())
	}
}

// Endpoint and credentials can stand in the files of a profile.
func TestProfile(t *testing.T) {
	b, home := fetchtest.NewBucket(t, false), t.TempDir()
	b.Put("k", content(10))
	put := func(name, text string) string {
		path := filepath.Join(home, ".aws", name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		write(path, text)
		return path
	}
	put("credentials", "[default]\naws_access_key_id = AKIDDEFAULT\naws_secret_access_key = x\n[team]\naws_access_key_id = AKIDTEAM\naws_secret_access_key = y\n")
	config := put("config", "[profile team]\nregion = eu-central-1\nendpoint_url = "+b.Endpoint()+"\n")
	for name, c := range map[string]struct {
		env  []string
		want string // a part of the error; "" for none
	}{
		"named":             {[]string{"HOME=" + home, "AWS_PROFILE=team"}, ""},
		"by variables":      {[]string{"AWS_CONFIG_FILE=" + config, "AWS_SHARED_CREDENTIALS_FILE=" + filepath.Join(home, ".aws/credentials"), "AWS_PROFILE=team"}, ""},
		"default":           {[]string{"HOME=" + home, "AWS_ENDPOINT_URL=" + b.Endpoint()}, ""},
		"of nobody":         {[]string{"HOME=" + home, "AWS_PROFILE=other", "AWS_ENDPOINT_URL=" + b.Endpoint()}, "is in no file"},
		"a broken file":     {[]string{"AWS_CONFIG_FILE=" + put("broken", "[team\nx"), "AWS_PROFILE=team"}, "reading the profiles"},
		"half of the keys":  {[]string{"AWS_SHARED_CREDENTIALS_FILE=" + put("half", "[default]\naws_access_key_id = A\n"), "AWS_ENDPOINT_URL=" + b.Endpoint()}, "must both be set"},
		"a strange address": {[]string{"AWS_ENDPOINT_URL=ftp://ada:hunter22@example.org"}, "no URL of a server"},
	} {
		_, err := patient(fetch.Options{Env: c.env, Attempts: 1}).Hash(t.Context(), parse(t, b.URI("k")), -1)
		if (err == nil) != (c.want == "") || err != nil && (!strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter22")) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
