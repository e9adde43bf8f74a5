package mlflow_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lineage-audit/lineage/attach"
	"github.com/lineage-audit/lineage/attach/mlflow"
)

func TestCredentials(t *testing.T) {
	home := t.TempDir()
	if err := os.Mkdir(filepath.Join(home, ".mlflow"), 0o700); err != nil {
		t.Fatal(err)
	}
	kept := "# comment\n[other]\nmlflow_tracking_username = no\n[mlflow]\nmlflow_tracking_username = kept\nmlflow_tracking_password: p=w\n"
	if err := os.WriteFile(filepath.Join(home, ".mlflow", "credentials"), []byte(kept), 0o600); err != nil {
		t.Fatal(err)
	}
	basic := func(user, password string) string {
		r := http.Request{Header: http.Header{}}
		r.SetBasicAuth(user, password)
		return r.Header.Get("Authorization")
	}
	tests := []struct {
		name string
		user *url.Userinfo
		env  []string
		want string
	}{
		{"none", nil, nil, ""},
		{"token", nil, []string{"MLFLOW_TRACKING_TOKEN=tok"}, "Bearer tok"},
		{"user and password", nil, []string{"MLFLOW_TRACKING_USERNAME=u", "MLFLOW_TRACKING_PASSWORD=p:w"}, basic("u", "p:w")},
		{"both", nil, []string{"MLFLOW_TRACKING_TOKEN=tok", "MLFLOW_TRACKING_USERNAME=u", "MLFLOW_TRACKING_PASSWORD=p"}, basic("u", "p")},
		{"half, and a token", nil, []string{"MLFLOW_TRACKING_USERNAME=u", "MLFLOW_TRACKING_TOKEN=tok"}, "Bearer tok"},
		{"in the address", url.UserPassword("a", "b"), []string{"MLFLOW_TRACKING_TOKEN=tok"}, basic("a", "b")},
		{"kept in a file", nil, []string{"HOME=" + home}, basic("kept", "p=w")},
		{"a file and variables", nil, []string{"HOME=" + home, "MLFLOW_TRACKING_USERNAME=u"}, basic("u", "p=w")},
		{"empty", nil, []string{"MLFLOW_TRACKING_TOKEN="}, ""},
	}
	for _, tt := range tests {
		f := newFake(t)
		seen := make(chan http.Header, 100)
		f.lie = func(_ http.ResponseWriter, r *http.Request) bool { seen <- r.Header; return false }
		u, _ := url.Parse(f.URL)
		u.User = tt.user
		s := mlflow.New(mlflow.Options{Env: append(tt.env, "MLFLOW_WORKSPACE=team", "MLFLOW_TRACKING_URI="+u.String())})
		if err := readAll(t, s, "models:/iris/1"); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		for range len(seen) {
			h := <-seen
			if got := h.Get("Authorization"); got != tt.want || h.Get("X-MLFLOW-WORKSPACE") != "team" {
				t.Errorf("%s: Authorization %q, want %q", tt.name, got, tt.want)
			}
		}
		if strings.Contains(s.Address(), "@") {
			t.Errorf("%s: the address shows credentials: %q", tt.name, s.Address())
		}
	}
}

// An error repeats no credential, wherever it stood.
func TestErrorsKeepCredentialsSecret(t *testing.T) {
	f := newFake(t)
	f.Server.Close()
	u, _ := url.Parse(f.URL)
	u.User = url.UserPassword("user", "s3cret")
	s := mlflow.New(mlflow.Options{Env: []string{"MLFLOW_TRACKING_TOKEN=s3cret", "MLFLOW_TRACKING_URI=" + u.String()}})
	for _, o := range operations() {
		if err := o.do(t, s); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", o.name, err)
		}
	}
}

func TestTLS(t *testing.T) {
	f := newFake(t)
	secure := httptest.NewUnstartedServer(f)
	secure.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	dir := t.TempDir()
	certificate := filepath.Join(dir, "server.pem")
	write(t, certificate, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: secure.Certificate().Raw}))
	broken := filepath.Join(dir, "broken.pem")
	write(t, broken, []byte("no certificate"))
	tests := []struct {
		name string
		env  []string
		want error
	}{
		{"unknown authority", nil, attach.ErrUnreachable},
		{"not verified", []string{"MLFLOW_TRACKING_INSECURE_TLS=true"}, nil},
		{"not verified, in capitals", []string{"MLFLOW_TRACKING_INSECURE_TLS=TRUE"}, nil},
		{"verified after all", []string{"MLFLOW_TRACKING_INSECURE_TLS=false"}, attach.ErrUnreachable},
		{"own bundle", []string{"MLFLOW_TRACKING_SERVER_CERT_PATH=" + certificate}, nil},
		{"folder of bundles", []string{"MLFLOW_TRACKING_SERVER_CERT_PATH=" + dir}, nil},
		{"bundle of the library", []string{"REQUESTS_CA_BUNDLE=" + certificate}, nil},
		{"both", []string{"MLFLOW_TRACKING_INSECURE_TLS=1", "MLFLOW_TRACKING_SERVER_CERT_PATH=" + certificate}, attach.ErrUnsupported},
		{"broken bundle", []string{"MLFLOW_TRACKING_SERVER_CERT_PATH=" + broken}, attach.ErrUnsupported},
		{"missing bundle", []string{"MLFLOW_TRACKING_SERVER_CERT_PATH=" + dir + "/none"}, attach.ErrUnsupported},
		{"missing client certificate", []string{"MLFLOW_TRACKING_INSECURE_TLS=1", "MLFLOW_TRACKING_CLIENT_CERT_PATH=/none"}, attach.ErrUnsupported},
	}
	for _, tt := range tests {
		s := mlflow.New(mlflow.Options{Env: append(tt.env, "MLFLOW_TRACKING_URI="+secure.URL)})
		if err := readAll(t, s, "models:/iris/1"); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

func TestClientCertificate(t *testing.T) {
	f := newFake(t)
	secure := httptest.NewUnstartedServer(f)
	secure.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert}
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	pair := secure.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "client.pem")
	write(t, path, append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]})...))
	env := []string{"MLFLOW_TRACKING_INSECURE_TLS=1", "MLFLOW_TRACKING_URI=" + secure.URL}
	if err := readAll(t, mlflow.New(mlflow.Options{Env: env}), "models:/iris/1"); !errors.Is(err, attach.ErrUnreachable) {
		t.Errorf("without a client certificate: %v", err)
	}
	env = append(env, "MLFLOW_TRACKING_CLIENT_CERT_PATH="+path)
	if err := readAll(t, mlflow.New(mlflow.Options{Env: env}), "models:/iris/1"); err != nil {
		t.Errorf("with a client certificate: %v", err)
	}
}

func TestProxyAndBasePath(t *testing.T) {
	f := newFake(t)
	paths := make(chan string, 100)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths <- r.URL.String()
		r.URL.Path = strings.TrimPrefix(r.URL.Path, "/base")
		f.ServeHTTP(w, r)
	}))
	defer proxy.Close()
	s := mlflow.New(mlflow.Options{
		Env: []string{"MLFLOW_TRACKING_URI=http://mlflow.invalid/base/", "HTTP_PROXY=" + proxy.URL},
	})
	if err := readAll(t, s, "models:/iris/1"); err != nil {
		t.Fatal(err)
	}
	for range len(paths) {
		if p := <-paths; !strings.HasPrefix(p, "http://mlflow.invalid/base/api/2.0/") {
			t.Errorf("asked for %q", p)
		}
	}
}

func TestAddressesThatAreNotSupported(t *testing.T) {
	for _, uri := range []string{"databricks", "databricks://profile", "uc:x", "arn:aws:x", "http://", "http://host?x=1",
		"https://host/#x", "ftp://host", "s3://bucket", "http://[::1"} {
		s := mlflow.New(mlflow.Options{Env: []string{"MLFLOW_TRACKING_URI=" + uri}, Dir: t.TempDir()})
		for _, o := range operations() {
			if err := o.do(t, s); !errors.Is(err, attach.ErrUnsupported) || attach.Hint(err) == "" {
				t.Errorf("%s, %s: %v; want ErrUnsupported with a hint", uri, o.name, err)
			}
		}
	}
	for _, v := range []string{"MLFLOW_TRACKING_AWS_SIGV4=true", "MLFLOW_TRACKING_AUTH=kubernetes"} {
		s := mlflow.New(mlflow.Options{Env: []string{"MLFLOW_TRACKING_URI=http://localhost:1", v}})
		if err := readAll(t, s, "models:/iris/1"); !errors.Is(err, attach.ErrUnsupported) {
			t.Errorf("%s: %v; want ErrUnsupported", v, err)
		}
	}
}

func TestRegistryOfItsOwn(t *testing.T) {
	tracking, registry := newFake(t), newFake(t)
	asked := map[*fake][]string{}
	for _, f := range []*fake{tracking, registry} {
		f.lie = func(_ http.ResponseWriter, r *http.Request) bool {
			f.mu.Lock()
			defer f.mu.Unlock()
			asked[f] = append(asked[f], r.URL.Path)
			return false
		}
	}
	if err := readAll(t, tracking.system("MLFLOW_REGISTRY_URI="+registry.URL), "models:/iris/1"); err != nil {
		t.Fatal(err)
	}
	for _, p := range asked[registry] {
		if !strings.Contains(p, "model-versions") {
			t.Errorf("the registry was asked for %q", p)
		}
	}
	if len(asked[registry]) != 1 || len(asked[tracking]) == 0 {
		t.Errorf("the registry was asked %d times, the tracking server %d times", len(asked[registry]), len(asked[tracking]))
	}
}

func TestRunBeforehand(t *testing.T) {
	start := someTime.Add(-time.Hour)
	find := func(env string, started time.Time) []attach.Target {
		f := newFake(t)
		f.tags = nil
		f.change = func(r *http.Request, a map[string]any) {
			if strings.HasSuffix(r.URL.Path, "/search") && !strings.Contains(r.URL.Path, "experiments") {
				clear(a) // nothing carries the invocation
			}
		}
		got, err := f.system(env).Find(t.Context(), attach.Span{Invocation: invocation, Started: started, Ended: started.Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := find("MLFLOW_RUN_ID="+runID, start); len(got) != 1 || got[0].ID != runID {
		t.Errorf("a run named beforehand: found %v", got)
	}
	if got := find("MLFLOW_RUN_ID="+runID, someTime.Add(24*time.Hour)); len(got) != 0 {
		t.Errorf("a run that had ended before: found %v", got)
	}
	if got := find("MLFLOW_RUN_ID=0123456789", start); len(got) != 0 {
		t.Errorf("a run that is not there: found %v", got)
	}
	if got := find("OTHER=1", start); len(got) != 0 {
		t.Errorf("no run: found %v", got)
	}
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
