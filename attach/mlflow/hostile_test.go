package mlflow_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/attach/mlflow"
	"github.com/lineage-audit/lineage/record"
)

func TestHonestServer(t *testing.T) {
	for _, o := range operations() {
		if err := o.do(t, newFake(t).system()); err != nil {
			t.Errorf("%s: %v", o.name, err)
		}
	}
}

// text answers every request with these bytes.
func text(status int, body string) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(status)
		fmt.Fprint(w, body)
		return true
	}
}

// wait holds on until the client has given up, which a server notices once it has
// read the request.
func wait(r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	<-r.Context().Done()
}

// A server that answers everything in one bad way: every operation fails for the
// reason that it is, soon, and says which server it was.
func TestServerThatAnswersBadly(t *testing.T) {
	tests := []struct {
		name string
		lie  func(http.ResponseWriter, *http.Request) bool
		want error
	}{
		{"HTML", text(200, "<!doctype html><title>Sign in</title>"), attach.ErrMalformed},
		{"nothing", text(200, ""), attach.ErrMalformed},
		{"white space", text(200, " \n"), attach.ErrMalformed},
		{"null", text(200, "null"), attach.ErrMalformed},
		{"a list", text(200, "[]"), attach.ErrMalformed},
		{"half an object", text(200, `{"run": {"info": {`), attach.ErrMalformed},
		{"a key twice", text(200, `{"run": {}, "run": {}}`), attach.ErrMalformed},
		{"a key in two cases", text(200, `{"run": {"info": {}, "INFO": {}}}`), attach.ErrMalformed},
		{"two objects", text(200, `{} {}`), attach.ErrMalformed},
		{"not UTF-8", text(200, "{\"run\": \"\xff\"}"), attach.ErrMalformed},
		{"other types", text(200, `{"run": 1, "runs": 1, "model": 1, "models": 1, "model_version": 1, "experiments": 1}`), attach.ErrMalformed},
		{"deep nesting", text(200, strings.Repeat(`{"a":[`, 1<<20)), attach.ErrMalformed},
		{"deep lists", text(200, `{"a":`+strings.Repeat(`[`, 1<<20)), attach.ErrMalformed},
		{"too much", text(200, `{"a": "`+strings.Repeat("x", 33<<20)+`"}`), attach.ErrTooLarge},
		{"204", text(204, ""), attach.ErrMalformed},
		{"400", text(400, "bad request"), attach.ErrMalformed},
		{"401", text(401, ""), attach.ErrRefused},
		{"401, of MLflow", text(401, `{"error_code": "UNAUTHENTICATED"}`), attach.ErrRefused},
		{"403 that says not found", text(403, `{"error_code": "RESOURCE_DOES_NOT_EXIST"}`), attach.ErrRefused},
		{"404 without MLflow", text(404, "<h1>Not Found</h1>"), attach.ErrMalformed},
		{"404 of MLflow", text(404, `{"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "\u001b[31mno"}`), attach.ErrNotFound},
		{"408", text(408, ""), attach.ErrUnreachable},
		{"429", text(429, ""), attach.ErrUnreachable},
		{"500", text(500, "oops"), attach.ErrUnreachable},
		{"503 of MLflow", text(503, `{"error_code": "TEMPORARILY_UNAVAILABLE"}`), attach.ErrUnreachable},
		{"no answer", func(_ http.ResponseWriter, r *http.Request) bool { wait(r); return true }, attach.ErrUnreachable},
		{"an answer without an end", func(w http.ResponseWriter, r *http.Request) bool {
			_, _ = io.Copy(io.Discard, r.Body)
			fmt.Fprint(w, `{"run": "`)
			for r.Context().Err() == nil {
				_, _ = w.Write([]byte("x"))
				w.(http.Flusher).Flush()
				select {
				case <-r.Context().Done():
				case <-time.After(10 * time.Millisecond):
				}
			}
			return true
		}, attach.ErrUnreachable},
		{"a broken line", func(http.ResponseWriter, *http.Request) bool { panic(http.ErrAbortHandler) }, attach.ErrUnreachable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			f.lie, f.impatient = tt.lie, strings.Contains(tt.name, "answer")
			for _, o := range operations() {
				checkError(t, o.name, o.do(t, f.system()), tt.want, f.URL)
			}
		})
	}
}

// checkError wants an error of this kind alone, that names the server and can be
// shown on a terminal.
func checkError(t *testing.T, name string, err, want error, address string) {
	t.Helper()
	var e *attach.Error
	if !errors.As(err, &e) || !errors.Is(err, want) {
		t.Errorf("%s: %v; want an error that is %v", name, err, want)
		return
	}
	for _, kind := range []error{attach.ErrNotFound, attach.ErrRefused, attach.ErrUnreachable, attach.ErrMalformed,
		attach.ErrTooLarge, attach.ErrUnsupported, attach.ErrChanged} {
		if errors.Is(err, kind) && kind != want {
			t.Errorf("%s: %v is also %v", name, err, kind)
		}
	}
	if !strings.Contains(err.Error(), address) || strings.ContainsAny(err.Error(), "\x1b\n") {
		t.Errorf("%s: error %q does not name %q on one clean line", name, err, address)
	}
}

// No credential, and nothing else, follows a redirect; nor does a redirect within
// the host turn a request into another.
func TestServerThatRedirects(t *testing.T) {
	called := make(chan string, 1000)
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		called <- r.Header.Get("Authorization")
	}))
	defer other.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		f := newFake(t)
		f.lie = func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, other.URL+r.URL.Path+"?token=secret", status)
			return true
		}
		for _, o := range operations() {
			err := o.do(t, f.system("MLFLOW_TRACKING_TOKEN=secret"))
			checkError(t, o.name, err, attach.ErrMalformed, f.URL)
			if !strings.Contains(err.Error(), other.URL) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%s: %v; want the host, and no more, of %s", o.name, err, other.URL)
			}
		}
	}
	if len(called) > 0 {
		t.Errorf("the other host was called %d times, with the credential %q", len(called), <-called)
	}
}

func TestServerThatIsDown(t *testing.T) {
	f := newFake(t)
	f.Server.Close()
	for _, o := range operations() {
		err := o.do(t, f.system())
		checkError(t, o.name, err, attach.ErrUnreachable, f.URL)
		if attach.Hint(err) == "" {
			t.Errorf("%s: %v has no hint", o.name, err)
		}
	}
}

// files makes the listings of all folders say this, below the top only if deep.
func files(entries ...map[string]any) func(*http.Request, map[string]any) {
	return func(_ *http.Request, answer map[string]any) {
		if _, ok := answer["files"]; ok {
			answer["files"] = entries
		}
	}
}

func file(path string) map[string]any { return map[string]any{"path": path, "file_size": 1} }

// badListings make the listings of the model wrong.
var badListings = []struct {
	name   string
	change func(*http.Request, map[string]any)
	want   error
}{
	{"a way up", files(file("../secret")), attach.ErrMalformed},
	{"a way up in the middle", files(file("a/../../secret")), attach.ErrMalformed},
	{"an absolute path", files(file("/etc/passwd")), attach.ErrMalformed},
	{"a backslash", files(file(`..\secret`)), attach.ErrMalformed},
	{"a control character", files(file("a\x1b[2J")), attach.ErrMalformed},
	{"no path", files(file("")), attach.ErrMalformed},
	{"the folder itself", files(file(".")), attach.ErrMalformed},
	{"a file of another folder", files(file("elsewhere/a")), attach.ErrMalformed},
	{"a path twice", files(file("a"), file("a")), attach.ErrMalformed},
	{"a file that is a folder too", files(file("a"), map[string]any{"path": "a", "is_dir": true}), attach.ErrMalformed},
	{"a negative size", files(map[string]any{"path": "a", "file_size": -1}), attach.ErrMalformed},
	{"a broken size", files(map[string]any{"path": "a", "file_size": 1.5}), attach.ErrMalformed},
	{"another root", func(_ *http.Request, a map[string]any) { a["root_uri"] = "mlflow-artifacts:/other" }, attach.ErrMalformed},
	{"no root", func(_ *http.Request, a map[string]any) { delete(a, "root_uri") }, attach.ErrMalformed},
	{"pages in a circle", func(_ *http.Request, a map[string]any) { a["files"], a["next_page_token"] = nil, "again" }, attach.ErrMalformed},
	{"pages without an end", func(r *http.Request, a map[string]any) {
		a["files"], a["next_page_token"] = nil, r.URL.Query().Get("page_token")+"x"
	}, attach.ErrTooLarge},
	{"folders without an end", func(r *http.Request, a map[string]any) {
		if p := r.URL.Query().Get("artifact_directory_path"); p == "" || strings.HasPrefix(p, "d") {
			a["files"] = []any{map[string]any{"path": strings.TrimPrefix(p+"/d", "/"), "is_dir": true}}
		}
	}, attach.ErrTooLarge},
	{"folders side by side without an end", func(r *http.Request, a map[string]any) {
		var many []any
		for i := range 10 {
			many = append(many, map[string]any{"path": strings.TrimPrefix(fmt.Sprintf("%s/d%d", r.URL.Query().Get("artifact_directory_path"), i), "/"), "is_dir": true})
		}
		a["files"] = many
	}, attach.ErrTooLarge},
	{"large pages without an end", func(r *http.Request, a map[string]any) {
		a["files"], a["next_page_token"] = nil, r.URL.Query().Get("page_token")+"x"
		a["padding"] = strings.Repeat("x", 16<<20)
	}, attach.ErrTooLarge},
	{"too many files", func(_ *http.Request, a map[string]any) {
		var many []any
		for i := range 21 {
			many = append(many, file(fmt.Sprint("f", i)))
		}
		a["files"] = many
	}, attach.ErrTooLarge},
	{"too many bytes", files(map[string]any{"path": "a", "file_size": 600}, map[string]any{"path": "b", "file_size": 600}), attach.ErrTooLarge},
	{"more bytes than there are", files(map[string]any{"path": "a", "file_size": int64(1) << 62},
		map[string]any{"path": "b", "file_size": int64(1) << 62}), attach.ErrTooLarge},
}

func TestServerThatListsBadly(t *testing.T) {
	for _, tt := range badListings {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t)
			f.change = func(r *http.Request, a map[string]any) {
				if strings.HasSuffix(r.URL.Path, "/directories") {
					tt.change(r, a)
				}
			}
			checkError(t, "read", readAll(t, f.system(), "models:/iris/1"), tt.want, f.URL)
		})
	}
}

// A server that lies about what a file holds: no reader gets a clean end.
func TestServerThatSendsBadly(t *testing.T) {
	tests := []struct {
		name    string
		content func(name, honest string, w http.ResponseWriter) bool
		want    error
	}{
		{"less than listed", send(func(s string) string { return s[1:] }), attach.ErrMalformed},
		{"nothing", send(func(string) string { return "" }), attach.ErrMalformed},
		{"more than listed", send(func(s string) string { return s + "x" }), attach.ErrMalformed},
		{"far more than listed", send(func(s string) string { return s + strings.Repeat("x", 1<<20) }), attach.ErrMalformed},
		{"an error page", func(_, _ string, w http.ResponseWriter) bool {
			w.WriteHeader(500)
			return true
		}, attach.ErrUnreachable},
		{"a header of another length", func(_, honest string, w http.ResponseWriter) bool {
			w.Header().Set("Content-Length", fmt.Sprint(len(honest)+5))
			fmt.Fprint(w, honest)
			return true
		}, attach.ErrUnreachable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := newFake(t)
			f.content = tt.content
			for _, text := range []string{"models:/iris/1", "runs:/" + runID + "/notes"} {
				checkError(t, text, readAll(t, f.system(), text), tt.want, f.URL)
			}
			_, err := f.system().Get(t.Context(), onRun)
			checkError(t, "get", err, tt.want, f.URL)
		})
	}
}

func send(change func(string) string) func(string, string, http.ResponseWriter) bool {
	return func(_, honest string, w http.ResponseWriter) bool {
		fmt.Fprint(w, change(honest))
		return true
	}
}

// A download may take long, but not stand still.
func TestServerThatStopsInTheMiddle(t *testing.T) {
	f := newFake(t)
	f.impatient = true
	f.lie = func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/mlflow-artifacts/") {
			return false
		}
		fmt.Fprint(w, "f")
		w.(http.Flusher).Flush()
		wait(r)
		return true
	}
	checkError(t, "read", readAll(t, f.system(), "models:/iris/1"), attach.ErrUnreachable, f.URL)
}

// Well-formed answers about something else.
func TestServerThatSpeaksOfSomethingElse(t *testing.T) {
	inside := func(route string, keys ...string) func(*http.Request, map[string]any) {
		return func(r *http.Request, a map[string]any) {
			if !strings.HasSuffix(r.URL.Path, route) {
				return
			}
			for _, k := range keys[:len(keys)-2] {
				if list, ok := a[k].([]any); ok {
					a = list[0].(map[string]any)
				} else {
					a = a[k].(map[string]any)
				}
			}
			a[keys[len(keys)-2]] = keys[len(keys)-1]
		}
	}
	get := func(target attach.Target) func(*testing.T, *mlflow.System) error {
		return func(t *testing.T, s *mlflow.System) error {
			_, err := s.Get(t.Context(), target)
			return err
		}
	}
	read := func(text string) func(*testing.T, *mlflow.System) error {
		return func(t *testing.T, s *mlflow.System) error { return readAll(t, s, text) }
	}
	find := func(t *testing.T, s *mlflow.System) error {
		_, err := s.Find(t.Context(), attach.Span{Invocation: invocation, Started: someTime, Ended: someTime})
		return err
	}
	other := strings.Repeat("0", 32)
	tests := []struct {
		name   string
		change func(*http.Request, map[string]any)
		do     func(*testing.T, *mlflow.System) error
	}{
		{"another run", inside("runs/get", "run", "info", "run_id", other), get(onRun)},
		{"another run of the model", inside("runs/get", "run", "info", "run_id", other), read("models:/iris/1")},
		{"a run without artifacts", inside("runs/get", "run", "info", "artifact_uri", ""), get(onRun)},
		{"another logged model", inside(modelID, "model", "info", "model_id", "m-0"), get(onModel)},
		{"another version", inside("model-versions/get", "model_version", "version", "2"), get(onVersion)},
		{"another model's version", inside("model-versions/get", "model_version", "name", "other"), read("models:/iris/1")},
		{"another model's alias", inside("registered-models/alias", "model_version", "name", "other"), read("models:/iris@champion")},
		{"an alias of no version", inside("registered-models/alias", "model_version", "version", "../2"), read("models:/iris@champion")},
		{"an alias of nothing", inside("registered-models/alias", "model_version", "version", ""), read("models:/iris@champion")},
		{"a version that is its own copy", inside("model-versions/get", "model_version", "source", "models:/iris/1"), read("models:/iris/1")},
		{"a run that was not asked for", inside("runs/search", "runs", "data", "tags", ""), find},
		{"a model that was not asked for", inside("logged-models/search", "models", "info", "tags", ""), find},
		{"a version that was not asked for", inside("model-versions/search", "model_versions", "run_id", other), find},
	}
	for _, tt := range tests {
		f := newFake(t)
		f.change = tt.change
		checkError(t, tt.name, tt.do(t, f.system()), attach.ErrMalformed, f.URL)
	}
}

// Records that are not what their names say are errors, and never "no record".
func TestServerWithBadRecords(t *testing.T) {
	id := record.IDOf(statement).String()
	tests := []struct {
		name string
		set  func(*fake)
	}{
		{"other bytes", func(f *fake) { f.files["run/lineage/"+id+".intoto.json"] = `{"a":"stotement"}` }},
		{"an emptied record", func(f *fake) { f.files["run/lineage/"+id+".intoto.json"] = "" }},
		{"a name that is no id", func(f *fake) { f.files["run/lineage/x.intoto.json"] = "x" }},
		{"an id in upper case", func(f *fake) { f.files["run/lineage/"+strings.ToUpper(id)+".intoto.json"] = string(statement) }},
		{"a tag with half an id", func(f *fake) { f.tag("lineage.record", id[:32]) }},
		{"a tag of half an id", func(f *fake) { f.tag("lineage.record."+id[:32], "x") }},
		{"an empty tag", func(f *fake) { f.tag("lineage.record", "") }},
	}
	for _, tt := range tests {
		for _, target := range []attach.Target{onRun, onModel, onVersion} {
			f := newFake(t)
			tt.set(f)
			got, err := f.system().Get(t.Context(), target)
			if got != nil {
				t.Errorf("%s: records %v beside the error", tt.name, got)
			}
			checkError(t, tt.name, err, attach.ErrMalformed, f.URL)
		}
	}
}

func (f *fake) tag(key, value string) {
	f.tags = append(f.tags, map[string]string{"key": key, "value": value})
}

func TestRecordThatIsNamedAndNotThere(t *testing.T) {
	f := newFake(t)
	id := record.IDOf([]byte("gone"))
	f.tag("lineage.record."+id.String(), invocation.String())
	got, err := f.system().Get(t.Context(), onVersion)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range got {
		if a.ID == id && a.Named && a.Statement == nil {
			return
		}
	}
	t.Errorf("Get = %v; want record %s, named and without a file", got, id)
}

// A server that says yes and does nothing, or something else.
func TestServerThatDoesNotKeepWhatItTakes(t *testing.T) {
	accept := func(suffix string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodGet || !strings.Contains(r.URL.Path, suffix) {
				return false
			}
			fmt.Fprint(w, "{}")
			return true
		}
	}
	put := func(f *fake, target attach.Target) error {
		_, err := f.system().Put(t.Context(), target, attach.Attachment{ID: record.IDOf([]byte("new")), Statement: []byte("new")})
		return err
	}
	for _, target := range []attach.Target{onRun, onModel, onVersion} {
		for _, lost := range []string{"/mlflow-artifacts/", "/mlflow/"} {
			f := newFake(t)
			f.lie = accept(lost)
			checkError(t, "lost "+lost, put(f, target), attach.ErrChanged, f.URL)
		}
		f := newFake(t)
		f.lie = func(_ http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPut {
				r.Body = http.NoBody
			}
			return false
		}
		checkError(t, "cut", put(f, target), attach.ErrChanged, f.URL)
	}
}

// What a server says of the place of its artifacts is not followed: not to another
// host, and not to a path of this machine.
func TestArtifactRootThatLeadsElsewhere(t *testing.T) {
	called := make(chan string, 100)
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { called <- r.URL.Path }))
	defer other.Close()
	host := strings.TrimPrefix(other.URL, "http:")
	for _, root := range []string{"mlflow-artifacts:" + host + "/run", other.URL + "/api/2.0/mlflow-artifacts/artifacts/run",
		"file://" + t.TempDir(), t.TempDir(), "mlflow-artifacts:/../..", "s3://bucket/run"} {
		f := newFake(t)
		f.change = func(r *http.Request, a map[string]any) {
			if run, ok := a["run"].(map[string]any); ok {
				run["info"].(map[string]any)["artifact_uri"] = root
			}
			if a["root_uri"] != nil {
				a["root_uri"] = root
			}
		}
		asked := make(chan string, 10)
		f.lie = func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.Path == "/get-artifact" {
				asked <- r.URL.Query().Get("path")
				fmt.Fprint(w, string(bytes.Repeat([]byte("a"), 3)))
				return true
			}
			return false
		}
		_ = readAll(t, f.system(), "runs:/"+runID+"/notes/a")
		if len(asked) != 1 || len(called) != 0 {
			t.Errorf("root %q: the server was asked %d times, another host %d times; want 1 and 0", root, len(asked), len(called))
		}
	}
}

// What an interrupted or a hostile upload has left is written anew, and what is
// right is left alone.
func TestPutMendsWhatIsBroken(t *testing.T) {
	a := attach.Attachment{ID: record.IDOf(statement), Statement: statement}
	name := "run/lineage/" + a.ID.String() + ".intoto.json"
	for content, uploads := range map[string]int{
		"": 1, "half": 1, strings.Repeat("x", len(statement)): 1, string(statement): 0,
	} {
		f, puts := newFake(t), 0
		f.files[name] = content
		f.lie = func(_ http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodPut {
				puts++
			}
			return false
		}
		s := f.system()
		for _, target := range []attach.Target{onRun, onModel, onVersion} {
			if _, err := s.Put(t.Context(), target, a); err != nil {
				t.Fatal(err)
			}
		}
		if f.files[name] != string(statement) || puts != uploads {
			t.Errorf("with %q before: %q after %d uploads, want %d", content, f.files[name], puts, uploads)
		}
	}
}
