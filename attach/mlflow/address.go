package mlflow

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/lineage-audit/lineage/attach"
)

const hintURI = "set MLFLOW_TRACKING_URI to the address of the MLflow server"

// address is where an MLflow is: a server, or a local store.
type address struct {
	uri    string   // as MLflow's client was told it; "" for its default
	server *url.URL // without credentials, query and fragment; nil for a local store
	user   *url.Userinfo
	path   string // of a local store that is a file or folder; "" for a database server
	shown  string // for messages, without credentials
}

var hasScheme = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*:`)

// parseAddress reads a tracking or registry URI. In dir stands what a relative one
// and the default are relative to.
func parseAddress(uri, dir string) (address, error) {
	if uri == "" {
		path := defaultStore(dir)
		return address{path: path, shown: path}, nil
	}
	switch uri {
	case "databricks", "databricks-uc", "uc":
		return address{}, unsupported(uri, "no MLflow of this kind is known", hintURI)
	}
	if !hasScheme.MatchString(uri) {
		path := inDir(dir, uri)
		return address{uri: uri, path: path, shown: path}, nil
	}
	u, err := url.Parse(uri)
	if err != nil {
		return address{}, unsupported("an address that cannot be read", "its URI is malformed", hintURI)
	}
	switch engine, _, _ := strings.Cut(u.Scheme, "+"); engine {
	case "http", "https":
		return serverAddress(u)
	case "file":
		path := inDir(dir, first(u.Path, u.Opaque))
		return address{uri: uri, path: path, shown: path}, nil
	case "sqlite":
		path, _, _ := strings.Cut(strings.TrimPrefix(uri, u.Scheme+":///"), "?")
		if unescaped, err := url.PathUnescape(path); err == nil {
			path = unescaped
		}
		return address{uri: uri, path: inDir(dir, path), shown: inDir(dir, path)}, nil
	case "postgresql", "mysql", "mssql":
		return address{uri: uri, shown: u.Scheme + "://" + u.Host + u.Path}, nil
	}
	return address{}, unsupported(u.Scheme+":", "no MLflow of this kind is known", hintURI)
}

func serverAddress(u *url.URL) (address, error) {
	bare := &url.URL{Scheme: u.Scheme, Host: u.Host, Path: strings.TrimRight(u.Path, "/")}
	if u.Hostname() == "" || u.RawQuery != "" || u.Fragment != "" {
		return address{}, unsupported(bare.String(), "a server's address is scheme, host and path", hintURI)
	}
	return address{uri: u.String(), server: bare, user: u.User, shown: bare.String()}, nil
}

// defaultStore is what MLflow 3 uses when nobody says anything: a database in the
// working folder, but the old file store where there is one with experiments.
func defaultStore(dir string) string {
	found, _ := filepath.Glob(filepath.Join(escapeGlob(dir), "mlruns", "[0-9]*", "meta.yaml"))
	for _, meta := range found {
		if strings.Trim(filepath.Base(filepath.Dir(meta)), "0123456789") == "" {
			return filepath.Join(dir, "mlruns")
		}
	}
	return filepath.Join(dir, "mlflow.db")
}

func escapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

func inDir(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}

// state is what a look at a few files tells of a local store.
type state struct {
	text   string // another one when somebody has written to the store
	newest time.Time
}

// state starts nothing: most commands that are run have nothing to do with MLflow,
// and must not pay for it. Two of them tell what happened in between without a
// clock, of which a network's file system may have another.
func (a address) state() (s state) {
	var b strings.Builder
	glob := escapeGlob(a.path)
	for _, pattern := range []string{"", "-wal", "-journal", "/*", "/*/*", "/*/*/meta.yaml", "/*/models/*"} {
		found, _ := filepath.Glob(glob + pattern)
		for _, path := range found {
			if info, err := os.Stat(path); err == nil {
				fmt.Fprintln(&b, path, info.Size(), info.ModTime().UnixNano())
				if info.ModTime().After(s.newest) {
					s.newest = info.ModTime()
				}
			}
		}
	}
	s.text = b.String()
	return s
}

// exists tells whether there is a store to be opened. Opening one that is not
// there would make it.
func (a address) exists() bool {
	if a.server != nil || a.path == "" {
		return true
	}
	_, err := os.Stat(a.path)
	return err == nil
}

func unsupported(address, detail, hint string) error {
	return &attach.Error{Address: address, Op: "looking for MLflow", Kind: attach.ErrUnsupported, Detail: detail, Hint: hint}
}
