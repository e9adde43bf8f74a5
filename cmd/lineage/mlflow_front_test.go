package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// front stands between a client and a server. It passes all on, until a test makes
// it lie.
type front struct {
	*httptest.Server
	to string

	mu     sync.Mutex
	auth   string                                            // that alone is let in, "" for all
	down   bool                                              // no answer to anybody
	lie    func(w http.ResponseWriter, r *http.Request) bool // answers instead, if it wants to
	change func(r *http.Request, body []byte) []byte         // of an honest answer
}

func newFront(t testing.TB, to string) *front {
	f := &front{to: to}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Server.Close)
	return f
}

// only lets in whoever sends this header.
func (f *front) only(auth string) { f.set(func() { f.auth = auth }) }

// ends makes it go down for good, or come up again.
func (f *front) ends(down bool) { f.set(func() { f.down = down }) }

func (f *front) set(change func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change()
}

// end is the path at which it is told to go down.
const end = "/end"

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	auth, down, lie, change := f.auth, f.down, f.lie, f.change
	f.down = f.down || r.URL.Path == end
	f.mu.Unlock()
	switch {
	case down:
		panic(http.ErrAbortHandler) // the connection breaks
	case r.URL.Path == end:
	case auth != "" && r.Header.Get("Authorization") != auth:
		w.WriteHeader(http.StatusUnauthorized)
	case lie != nil && lie(w, r):
	default:
		f.pass(w, r, change)
	}
}

func (f *front) pass(w http.ResponseWriter, r *http.Request, change func(*http.Request, []byte) []byte) {
	req, err := http.NewRequestWithContext(r.Context(), r.Method, f.to+r.URL.RequestURI(), r.Body)
	if err != nil {
		panic(err)
	}
	req.Header, req.ContentLength = r.Header.Clone(), r.ContentLength
	req.Header.Set("Accept-Encoding", "identity")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if change != nil {
		body = change(r, body)
	}
	for name, values := range resp.Header {
		if name != "Content-Length" && name != "Transfer-Encoding" {
			w.Header()[name] = values
		}
	}
	w.WriteHeader(resp.StatusCode)
	_, _ = w.Write(body)
}

// says answers every request with the same.
func says(status int, body string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		return true
	}
}

// never lets the client wait until it gives up.
func never(_ http.ResponseWriter, r *http.Request) bool {
	_, _ = io.Copy(io.Discard, r.Body)
	select {
	case <-r.Context().Done():
	case <-time.After(patience):
	}
	return true
}

// replace makes honest answers to requests of a path say something else.
func replace(path, old, new string) func(*http.Request, []byte) []byte {
	return func(r *http.Request, body []byte) []byte {
		if !strings.Contains(r.URL.Path, path) {
			return body
		}
		return bytes.ReplaceAll(body, []byte(old), []byte(new))
	}
}

// lie is what a server that is none, or that lies, says.
type lie struct {
	name   string
	says   func(w http.ResponseWriter, r *http.Request) bool
	change func(*http.Request, []byte) []byte
	status int
	reason string // of the verdict
	run    string // what the summary of a run says of it, "" where none is run
}

// lieList are all of them; elsewhere sends its client to another host.
func (s *scene) lieList(elsewhere func(http.ResponseWriter, *http.Request) bool) []lie {
	of := func(path string, lie func(http.ResponseWriter, *http.Request) bool) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			return strings.Contains(r.URL.Path, path) && lie(w, r)
		}
	}
	halfway := func(w http.ResponseWriter, r *http.Request) bool {
		_, _ = io.WriteString(w, "f")
		w.(http.Flusher).Flush()
		return never(w, r)
	}
	id, zeros := s.record.ID().String(), strings.Repeat("0", 64)
	return []lie{
		{"HTML", says(200, "<!doctype html><title>Log in</title>"), nil, exitCannot, "malformed answer", "malformed answer"},
		{"an empty 200", says(200, ""), nil, exitCannot, "it is empty", "it is empty"},
		{"an empty object", says(200, "{}"), nil, exitCannot, "malformed answer", "carries the run's invocation"},
		{"an error", says(500, "oh"), nil, exitCannot, "status 500", ""},
		{"a refusal", says(403, `{"error_code": "PERMISSION_DENIED", "message": "no"}`), nil, exitCannot, "refused", ""},
		{"a redirect to another host", elsewhere, nil, exitCannot, "a redirect to", "a redirect to"},
		{"a redirect of its files", of(artifacts, elsewhere), nil, exitCannot, "a redirect to", ""},
		{"never", never, nil, exitCannot, "no answer within 1s", "no answer within 1s"},
		{"half a file, and then never", of(artifacts, halfway), nil, exitCannot, "unreachable", ""},
		{"a path with ..", nil, replace("/directories", `"MLmodel"`, `"../MLmodel"`), exitCannot, "a part of it is ..", ""},
		{"an absolute path", nil, replace("/directories", `"MLmodel"`, `"/etc/passwd"`), exitCannot, "it is absolute", ""},
		{"another model", nil, replace("/logged-models/", s.model, "m-"+zeros[:32]), exitCannot, "is about", ""},
		{"another model's alias", nil, replace("/registered-models/alias", `"`+s.name+`"`, `"other"`), exitCannot, "is about", ""},
		{"another run", nil, replace("/runs/get", s.run, zeros[:32]), exitCannot, "is about", ""},
		{"another record's bytes", nil, replace(artifacts+s.records, `"`, `'`), exitCannot, "bytes of another digest", ""},
		{"a record that nobody has", nil, replace("", id, zeros), exitCannot, "", ""},
		{"a byte of the model", nil, replace(artifacts+s.files+"/MLmodel", "python_model", "python_modem"), exitFail, `"MLmodel"`, ""},
		{"more of the model than it listed", nil, replace(artifacts+s.files+"/MLmodel", "python_model", "python_model "), exitCannot, "more bytes than were listed", ""},
		{"nothing of the model", nil, replace("/directories", `"files"`, `"folders"`), exitFail, "empty", ""},
	}
}

// lies: what they make of a verification is never a pass; what they make of a run is
// its own summary's business alone.
func (s *scene) lies() {
	front, other := newFront(s, s.server.uri), newListener(s)
	l := s.at(front.URL).with("MLFLOW_TRACKING_TOKEN=t0ken-of-ada")
	elsewhere := func(w http.ResponseWriter, r *http.Request) bool {
		http.Redirect(w, r, other.URL+r.URL.RequestURI(), http.StatusTemporaryRedirect)
		return true
	}
	for _, tt := range s.lieList(elsewhere) {
		front.set(func() { front.lie, front.change = tt.says, tt.change })
		start, client := time.Now(), l
		if strings.Contains(tt.name, "never") {
			client = l.with("MLFLOW_HTTP_REQUEST_TIMEOUT=1")
		}
		v := client.verdict(tt.status, s.alias())
		if !strings.Contains(v.Reason, tt.reason) {
			s.Errorf("%s: the reason is %q, want one with %q", tt.name, v.Reason, tt.reason)
		}
		if took := time.Since(start); took > patience/2 {
			s.Errorf("%s: it took %v", tt.name, took)
		}
		if tt.run == "" {
			continue
		}
		if _, summary := client.lineage(0, "run", "--", "true"); !strings.Contains(summary, "NOT ATTACHED") || !strings.Contains(summary, tt.run) {
			s.Errorf("%s: the summary of a run does not say %q:\n%s", tt.name, tt.run, summary)
		}
		client.lineage(exitFail, "attach", "@1", "mlflow")
	}
	other.untouched()
}

// listener is a host to which nothing must come.
type listener struct {
	*httptest.Server
	testing.TB
	mu  sync.Mutex
	got []string
}

func newListener(t testing.TB) *listener {
	l := &listener{TB: t}
	l.Server = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.got = append(l.got, r.Method+" "+r.URL.Path+" with "+r.Header.Get("Authorization"))
	}))
	t.Cleanup(l.Server.Close)
	return l
}

func (l *listener) untouched() {
	l.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.got {
		l.Errorf("another host got %s", r)
	}
}

// aliasMoves: the alias leads to another version at the end than at the start, or to
// the same one whose files are others by then.
func (s *scene) aliasMoves() {
	front := newFront(s, s.server.uri)
	l := s.at(front.URL)
	asked := 0
	after := func(first int, path string, change func(*http.Request, []byte) []byte) func(*http.Request, []byte) []byte {
		asked = 0
		return func(r *http.Request, body []byte) []byte {
			if !strings.Contains(r.URL.Path, path) {
				return body
			}
			if asked++; asked <= first {
				return body
			}
			return change(r, body)
		}
	}
	second := rest{s, s.server.uri}.call(http.MethodGet, api+"model-versions/get?version=2&name="+s.name, nil)
	other := strings.TrimPrefix(at(second, "model_version", "source").(string), "models:/")
	moved := func(_ *http.Request, body []byte) []byte {
		body = bytes.ReplaceAll(body, []byte(`"version": "1"`), []byte(`"version": "2"`))
		return bytes.ReplaceAll(body, []byte(s.model), []byte(other))
	}
	for _, tt := range []struct {
		name, path string
		change     func(*http.Request, []byte) []byte
		says       string
	}{
		{"to another version", "/registered-models/alias", moved, "version"},
		{"to other bytes", artifacts + s.files + "/MLmodel", replace("", "python_model", "python_modem"), "bytes"},
	} {
		front.set(func() { front.change = after(1, tt.path, tt.change) })
		v := l.verdict(exitFail, s.alias())
		if !strings.Contains(v.Reason, "changed while") || !strings.Contains(v.Reason, tt.says) && !strings.Contains(v.Reason, "model changed") {
			s.Errorf("%s: %q", tt.name, v.Reason)
		}
	}
	front.set(func() { front.change = nil })
	l.verdict(exitPass, s.alias())
}
