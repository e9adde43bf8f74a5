package fetch_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/fetch"
	"github.com/lineage-audit/lineage/hashing"
)

// changed is a time well before now, so that it is a strong validator.
var changed = time.Date(2026, 3, 14, 15, 9, 26, 0, time.UTC)

// content is n bytes that are the same in each run of the tests.
func content(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

// shelf is a server that keeps one thing, and does what it should unless it is told otherwise.
type shelf struct {
	*httptest.Server
	mu    sync.Mutex
	body  []byte
	etag  string
	asked []http.Header // of each request
	// odd, if it is set, answers the request of that number, and tells whether it did.
	odd func(n int, w http.ResponseWriter, r *http.Request) bool
}

func newShelf(t testing.TB, body []byte) *shelf {
	s := &shelf{body: body, etag: `"1"`}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked = append(s.asked, r.Header.Clone())
	n, body, etag, odd := len(s.asked), s.body, s.etag, s.odd
	s.mu.Unlock()
	if odd != nil && odd(n, w, r) {
		return
	}
	if etag != "" {
		w.Header().Set("Etag", etag)
	}
	http.ServeContent(w, r, "", changed, bytes.NewReader(body))
}

// put changes what is there.
func (s *shelf) put(body []byte, etag string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.body, s.etag = body, etag
}

// requests are how many there were.
func (s *shelf) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.asked)
}

func (s *shelf) header(n int, name string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[n-1].Get(name)
}

// cutAfter answers whole, and breaks the connection after n bytes from where it was asked.
func (s *shelf) cutAfter(n int, w http.ResponseWriter, r *http.Request) {
	var from int
	fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from)
	w.Header().Set("Etag", s.etag)
	w.Header().Set("Content-Length", fmt.Sprint(len(s.body)-from))
	if from > 0 {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(s.body)-1, len(s.body)))
		w.WriteHeader(http.StatusPartialContent)
	}
	w.Write(s.body[from:min(len(s.body), from+n)])
	w.(http.Flusher).Flush()
	panic(http.ErrAbortHandler)
}

// patient is a client that waits for nothing.
func patient(o fetch.Options) *fetch.Client {
	o.Wait = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return fetch.New(o)
}

func parse(t testing.TB, text string) fetch.URI {
	t.Helper()
	u, err := fetch.Parse(text, "/")
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// target is a file that is not there yet.
func target(t testing.TB) fetch.Target {
	return fetch.Target{Path: filepath.Join(t.TempDir(), "data", "train.csv")}
}

// holds checks that the target has the bytes, and that nothing else is beside it.
func holds(t testing.TB, path string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%q has %d bytes, %v; want %d", path, len(got), err, len(want))
	}
	alone(t, path, 1)
}

// absent checks that neither the target nor anything beside it is there.
func absent(t testing.TB, path string) {
	t.Helper()
	alone(t, path, 0)
}

func alone(t testing.TB, path string, want int) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if len(entries) != want {
		t.Errorf("beside %q: %v", path, entries)
	}
}

func sum(b []byte) *hashing.FileDigest {
	d := hashing.Bytes(b)
	return &d
}

// redirectTo redirects what is asked for at /sets/a.
func redirectTo(to *string) func(int, http.ResponseWriter, *http.Request) bool {
	return func(_ int, w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/sets/a" {
			return false
		}
		http.Redirect(w, r, *to, http.StatusFound)
		return true
	}
}
