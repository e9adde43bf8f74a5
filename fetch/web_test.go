package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/fetch"
)

func TestGet(t *testing.T) {
	for _, n := range []int{0, 1, 4095, 1 << 20} {
		s, at := newShelf(t, content(n)), target(t)
		r, err := patient(fetch.Options{}).Get(t.Context(), parse(t, s.URL+"/train.csv"), at)
		if err != nil {
			t.Fatal(err)
		}
		holds(t, at.Path, s.body)
		if r.SHA256 != *sum(s.body) || r.Bytes != int64(n) || r.URI != s.URL+"/train.csv" || r.Version.ETag != `"1"` || r.Resumed != 0 || r.Kept {
			t.Errorf("%d bytes: %+v", n, r)
		}
		if got := s.header(1, "Accept-Encoding"); got != "identity" {
			t.Errorf("Accept-Encoding %q", got)
		}
	}
}

// Connections that break are taken up at the byte that was reached.
func TestDroppedConnections(t *testing.T) {
	s, at := newShelf(t, content(1<<20)), target(t)
	s.odd = func(n int, w http.ResponseWriter, r *http.Request) bool {
		if n <= 8 {
			s.cutAfter(100_000, w, r)
		}
		return false
	}
	r, err := patient(fetch.Options{Attempts: 3}).Get(t.Context(), parse(t, s.URL), at)
	if err != nil {
		t.Fatal(err)
	}
	holds(t, at.Path, s.body)
	if r.SHA256 != *sum(s.body) || s.requests() != 9 || s.header(9, "If-Range") != `"1"` || s.header(9, "Range") != "bytes=800000-" {
		t.Errorf("%+v after %d requests, the last for %q", r, s.requests(), s.header(9, "Range"))
	}
}

// Attempts without a gain come to an end.
func TestNothingComes(t *testing.T) {
	for status, attempts := range map[int]int{503: 3, 429: 3, 500: 3, 408: 3, 404: 1, 410: 1, 403: 1, 401: 1, 400: 1, 206: 1, 304: 1, 301: 1} {
		s, at := newShelf(t, nil), target(t)
		s.odd = func(_ int, w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(status); return true }
		_, err := patient(fetch.Options{Attempts: 3}).Get(t.Context(), parse(t, s.URL), at)
		if err == nil || s.requests() != attempts {
			t.Errorf("status %d: %v after %d attempts, want %d", status, err, s.requests(), attempts)
		}
		if errors.Is(err, fetch.ErrNotFound) != (status == 404 || status == 410) || errors.Is(err, fetch.ErrDenied) != (status == 403 || status == 401) {
			t.Errorf("status %d: %v", status, err)
		}
		absent(t, at.Path)
	}
}

// A server that gives bytes and then nothing more is left, and asked again.
func TestStall(t *testing.T) {
	s, at := newShelf(t, content(200_000)), target(t)
	s.odd = func(n int, w http.ResponseWriter, r *http.Request) bool {
		if n > 1 {
			return false
		}
		w.Header().Set("Etag", s.etag)
		w.Header().Set("Content-Length", fmt.Sprint(len(s.body)))
		w.Write(s.body[:100_000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return true
	}
	if _, err := patient(fetch.Options{Stall: 300 * time.Millisecond}).Get(t.Context(), parse(t, s.URL), at); err != nil {
		t.Fatal(err)
	}
	holds(t, at.Path, s.body)
	if got := s.header(2, "Range"); got != "bytes=100000-" {
		t.Errorf("went on with %q", got)
	}
}

// raw answers with bytes that no HTTP library would send.
func raw(t *testing.T, answer string) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			io.WriteString(conn, answer)
			conn.Close()
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// What is not whole, or may not be, is no file.
func TestNotWhole(t *testing.T) {
	for name, c := range map[string]struct {
		answer string
		err    error
	}{
		"shorter than its length": {"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345", nil},
		"chunks that break off":   {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n", nil},
		"no length at all":        {"HTTP/1.1 200 OK\r\n\r\n12345", fetch.ErrTruncated},
		"no length, HTTP/1.0":     {"HTTP/1.0 200 OK\r\n\r\n12345", fetch.ErrTruncated},
		"a range nobody asked":    {"HTTP/1.1 206 Partial\r\nContent-Length: 5\r\nContent-Range: bytes 0-4/10\r\n\r\n12345", nil},
		"two lengths":             {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n12345", nil},
		"no HTTP":                 {"220 mail.example ESMTP\r\n", nil},
	} {
		at := target(t)
		_, err := patient(fetch.Options{Attempts: 2}).Get(t.Context(), parse(t, raw(t, c.answer)), at)
		if err == nil || c.err != nil && !errors.Is(err, c.err) {
			t.Errorf("%s: %v", name, err)
		}
		absent(t, at.Path)
	}
	at := target(t)
	if _, err := patient(fetch.Options{}).Get(t.Context(), parse(t, raw(t, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n12345\r\n0\r\n\r\n")), at); err != nil {
		t.Errorf("whole chunks: %v", err)
	}
}

// A server that says one thing of a range and sends another is not believed.
func TestLiesAboutRanges(t *testing.T) {
	for name, c := range map[string]struct {
		status  int
		lengths string // Content-Range
		send    int
		err     error
	}{
		"another start":     {206, "bytes 0-199999/200000", 200_000, fetch.ErrTruncated},
		"no range":          {206, "", 100_000, fetch.ErrTruncated},
		"not the rest":      {206, "bytes 100000-149999/200000", 50_000, fetch.ErrTruncated},
		"another whole":     {206, "bytes 100000-299999/300000", 200_000, fetch.ErrChanged},
		"no numbers":        {206, "bytes a-b/c", 100_000, fetch.ErrTruncated},
		"backwards":         {206, "bytes 100000-99999/200000", 100_000, fetch.ErrTruncated},
		"another unit":      {206, "lines 100000-199999/200000", 100_000, fetch.ErrTruncated},
		"nothing there":     {416, "bytes */200000", 0, fetch.ErrChanged},
		"precondition":      {412, "", 0, fetch.ErrChanged},
		"length of another": {206, "bytes 100000-199999/200000", 5, fetch.ErrTruncated},
	} {
		s, at := newShelf(t, content(200_000)), target(t)
		s.odd = func(n int, w http.ResponseWriter, r *http.Request) bool {
			if n == 1 {
				s.cutAfter(100_000, w, r)
			}
			w.Header().Set("Etag", s.etag)
			w.Header().Set("Content-Range", c.lengths)
			w.Header().Set("Content-Length", fmt.Sprint(c.send))
			w.WriteHeader(c.status)
			w.Write(make([]byte, c.send))
			return true
		}
		_, err := patient(fetch.Options{Attempts: 2}).Get(t.Context(), parse(t, s.URL), at)
		if !errors.Is(err, c.err) {
			t.Errorf("%s: %v", name, err)
		}
		absent(t, at.Path)
	}
}

// A server without ranges sends all of it again, which does no harm.
func TestNoRanges(t *testing.T) {
	s, at := newShelf(t, content(300_000)), target(t)
	s.odd = func(n int, w http.ResponseWriter, r *http.Request) bool {
		if n == 1 {
			s.cutAfter(100_000, w, r)
		}
		w.Header().Set("Etag", s.etag)
		w.Write(s.body)
		return true
	}
	r, err := patient(fetch.Options{}).Get(t.Context(), parse(t, s.URL), at)
	if err != nil || r.SHA256 != *sum(s.body) {
		t.Fatal(r, err)
	}
	holds(t, at.Path, s.body)
}

// Without a validator nobody knows whether the rest belongs to what is there.
func TestNoValidator(t *testing.T) {
	for _, etag := range []string{"", `W/"1"`} {
		s, at := newShelf(t, content(300_000)), target(t)
		s.odd = func(n int, w http.ResponseWriter, r *http.Request) bool {
			s.mu.Lock()
			s.etag = etag
			s.mu.Unlock()
			if n == 1 {
				s.cutAfter(100_000, w, r)
			}
			w.Header().Set("Etag", etag)
			w.Write(s.body)
			return true
		}
		if _, err := patient(fetch.Options{}).Get(t.Context(), parse(t, s.URL), at); err != nil {
			t.Fatal(err)
		}
		holds(t, at.Path, s.body)
		if got := s.header(2, "Range"); got != "" {
			t.Errorf("%q: went on with %q", etag, got)
		}
	}
}

// Bytes that change in the middle are no file of either.
func TestChangedInTheMiddle(t *testing.T) {
	for name, next := range map[string]string{"another tag": `"2"`, "the same tag, another length": `"1"`} {
		s, at := newShelf(t, content(300_000)), target(t)
		s.odd = func(n int, w http.ResponseWriter, r *http.Request) bool {
			if n == 1 {
				defer s.put(content(200_000), next)
				s.cutAfter(100_000, w, r)
			}
			return false
		}
		_, err := patient(fetch.Options{}).Get(t.Context(), parse(t, s.URL), at)
		if !errors.Is(err, fetch.ErrChanged) {
			t.Errorf("%s: %v", name, err)
		}
		absent(t, at.Path)
	}
}

// A second call goes on, and one after a change begins anew.
func TestResume(t *testing.T) {
	for name, c := range map[string]struct {
		etag    string
		resumed int64
	}{"the same": {`"1"`, 100_000}, "changed meanwhile": {`"2"`, 0}} {
		s, at := newShelf(t, content(300_000)), target(t)
		s.odd = func(n int, w http.ResponseWriter, r *http.Request) bool {
			if n == 1 {
				s.cutAfter(100_000, w, r)
			}
			return false
		}
		_, err := patient(fetch.Options{Attempts: 1}).Get(t.Context(), parse(t, s.URL), at)
		var partial *fetch.PartialError
		if !errors.As(err, &partial) || partial.Bytes != 100_000 || partial.Size != 300_000 {
			t.Fatalf("%s: %v", name, err)
		}
		alone(t, at.Path, 2)
		if c.resumed == 0 {
			s.put(content(250_000), c.etag)
		}
		r, err := patient(fetch.Options{}).Get(t.Context(), parse(t, s.URL), at)
		if err != nil || r.Resumed != c.resumed || r.SHA256 != *sum(s.body) {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
		holds(t, at.Path, s.body)
	}
}

// A part of another URI, or one that is not what was written down, is not gone on with.
func TestForeignPart(t *testing.T) {
	for name, spoil := range map[string]func(path string) string{
		"another URI": func(string) string { return "/other" },
		"other bytes": func(p string) string { return write(p+".lineage-part", strings.Repeat("x", 100_000)) },
		"fewer bytes": func(p string) string { return write(p+".lineage-part", "x") },
	} {
		s, at := newShelf(t, content(300_000)), target(t)
		s.odd = func(n int, w http.ResponseWriter, r *http.Request) bool {
			if n == 1 {
				s.cutAfter(100_000, w, r)
			}
			return false
		}
		if _, err := patient(fetch.Options{Attempts: 1}).Get(t.Context(), parse(t, s.URL), at); err == nil {
			t.Fatal("it came as a whole")
		}
		r, err := patient(fetch.Options{}).Get(t.Context(), parse(t, s.URL+spoil(at.Path)), at)
		if err != nil || r.Resumed != 0 || s.header(2, "Range") != "" {
			t.Errorf("%s: %+v, %v, went on with %q", name, r, err, s.header(2, "Range"))
		}
		holds(t, at.Path, s.body)
	}
}

// Two URIs that are written down alike, for their secrets are left out, are not the same.
func TestPartOfAnotherSecret(t *testing.T) {
	for second, resumed := range map[string]int64{"/?ticket=a": 100_000, "/?ticket=b": 0} {
		s, at := newShelf(t, content(300_000)), target(t)
		s.odd = func(n int, w http.ResponseWriter, r *http.Request) bool {
			if n == 1 {
				s.cutAfter(100_000, w, r)
			}
			return false
		}
		if _, err := patient(fetch.Options{Attempts: 1}).Get(t.Context(), parse(t, s.URL+"/?ticket=a"), at); err == nil {
			t.Fatal("it came as a whole")
		}
		note, err := os.ReadFile(at.Path + ".lineage-part.json")
		if err != nil || strings.Contains(string(note), "ticket=a") {
			t.Errorf("the note: %s, %v", note, err)
		}
		r, err := patient(fetch.Options{}).Get(t.Context(), parse(t, s.URL+second), at)
		if err != nil || r.Resumed != resumed {
			t.Errorf("%s: %+v, %v", second, r, err)
		}
	}
}

func write(path, content string) string {
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		panic(err)
	}
	return ""
}

// A part that was whole, and not put in its place yet, costs one byte.
func TestResumeAtTheEnd(t *testing.T) {
	s, at := newShelf(t, content(300_000)), target(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.odd = func(n int, w http.ResponseWriter, r *http.Request) bool {
		if n == 1 {
			s.cutAfter(299_999, w, r)
		}
		return false
	}
	if _, err := patient(fetch.Options{Attempts: 1}).Get(ctx, parse(t, s.URL), at); err == nil {
		t.Fatal("it came as a whole")
	}
	cancel()
	r, err := patient(fetch.Options{}).Get(t.Context(), parse(t, s.URL), at)
	if err != nil || s.header(2, "Range") != "bytes=299999-" || r.SHA256 != *sum(s.body) {
		t.Errorf("%+v, %v, after %q", r, err, s.header(2, "Range"))
	}
	holds(t, at.Path, s.body)
}

// Ctrl-C keeps the part.
func TestCancel(t *testing.T) {
	s, at := newShelf(t, content(300_000)), target(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.odd = func(n int, w http.ResponseWriter, r *http.Request) bool {
		if n > 1 {
			return false
		}
		w.Header().Set("Etag", s.etag)
		w.Header().Set("Content-Length", fmt.Sprint(len(s.body)))
		w.Write(s.body[:150_000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return true
	}
	seen := int64(0)
	o := fetch.Options{Progress: func(done, _ int64) {
		if seen += done; seen == 150_000 {
			cancel()
		}
	}}
	_, err := patient(o).Get(ctx, parse(t, s.URL), at)
	var partial *fetch.PartialError
	if !errors.Is(err, context.Canceled) || !errors.As(err, &partial) || partial.Bytes != 150_000 {
		t.Fatal(err)
	}
	r, err := patient(fetch.Options{}).Get(t.Context(), parse(t, s.URL), at)
	if err != nil || r.Resumed != 150_000 {
		t.Error(r, err)
	}
	holds(t, at.Path, s.body)
}
