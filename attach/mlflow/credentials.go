package mlflow

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
)

// authorization is the header that MLflow's client would send: what stands in the
// address, else user and password, else the token. "" means none.
func authorization(env environ, user *url.Userinfo) string {
	r := http.Request{Header: http.Header{}}
	if user != nil {
		password, _ := user.Password()
		r.SetBasicAuth(user.Username(), password)
		return r.Header.Get("Authorization")
	}
	kept := credentialsFile(env)
	name := first(env.get("MLFLOW_TRACKING_USERNAME"), kept["mlflow_tracking_username"])
	password := first(env.get("MLFLOW_TRACKING_PASSWORD"), kept["mlflow_tracking_password"])
	if name != "" && password != "" {
		r.SetBasicAuth(name, password)
		return r.Header.Get("Authorization")
	}
	if token := env.get("MLFLOW_TRACKING_TOKEN"); token != "" {
		return "Bearer " + token
	}
	return ""
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// credentialsFile reads the section [mlflow] of ~/.mlflow/credentials, where
// MLflow's client looks for user and password that no variable names.
func credentialsFile(env environ) map[string]string {
	kept := map[string]string{}
	home := env.get("HOME")
	if home == "" {
		return kept
	}
	b, err := os.ReadFile(filepath.Join(home, ".mlflow", "credentials"))
	if err != nil || len(b) > 1<<16 {
		return kept
	}
	inside := false
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			inside = line == "[mlflow]"
		}
		if i := strings.IndexAny(line, "=:"); inside && i > 0 && !strings.ContainsAny(line[:1], "#;[") {
			kept[strings.ToLower(strings.TrimSpace(line[:i]))] = strings.TrimSpace(line[i+1:])
		}
	}
	return kept
}

// tlsConfig follows MLflow's variables, and those of the library it sends with.
func tlsConfig(env environ) (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: env.isTrue("MLFLOW_TRACKING_INSECURE_TLS")}
	bundle := env.get("MLFLOW_TRACKING_SERVER_CERT_PATH")
	if c.InsecureSkipVerify && bundle != "" {
		return nil, fmt.Errorf("MLFLOW_TRACKING_INSECURE_TLS and MLFLOW_TRACKING_SERVER_CERT_PATH exclude each other")
	}
	bundle = first(bundle, env.get("REQUESTS_CA_BUNDLE"), env.get("CURL_CA_BUNDLE"))
	if bundle != "" && !c.InsecureSkipVerify {
		pool, err := readPool(bundle)
		if err != nil {
			return nil, err
		}
		c.RootCAs = pool
	}
	if path := env.get("MLFLOW_TRACKING_CLIENT_CERT_PATH"); path != "" {
		pair, err := tls.LoadX509KeyPair(path, path) // key and certificate stand in one file
		if err != nil {
			return nil, fmt.Errorf("reading the client certificate %q: %w", path, err)
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}

// readPool reads a bundle, or a folder of them.
func readPool(path string) (*x509.CertPool, error) {
	files := []string{path}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		files, _ = filepath.Glob(filepath.Join(escapeGlob(path), "*"))
	}
	pool, any := x509.NewCertPool(), false
	for _, file := range files {
		if b, err := os.ReadFile(file); err == nil && pool.AppendCertsFromPEM(b) {
			any = true
		}
	}
	if !any {
		return nil, fmt.Errorf("no certificate can be read at %q", path)
	}
	return pool, nil
}
