package mlflow

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/lineage-audit/lineage/attach"
)

// maxProxied is what a server takes for a run whose artifacts it does not proxy.
const maxProxied = 10 << 20

// open reads a file through the server: from where it proxies artifacts, or, where
// it does not, by its own access to them. Nothing is read at an address, or at a
// path of this machine, only because a server names it.
func (s *server) open(ctx context.Context, f remoteFile) (io.ReadCloser, error) {
	op := fmt.Sprintf("reading file %q", f.path)
	path, query := fetching(f)
	ctx, cancel := context.WithCancelCause(ctx)
	resp, err := s.send(ctx, op, http.MethodGet, path, query, content{})
	if err != nil {
		cancel(nil)
		return nil, err
	}
	watch := time.AfterFunc(s.timeout, func() { cancel(fmt.Errorf("no byte within %v", s.timeout)) })
	return &download{
		sized: sized{from: resp.Body, left: f.size, fail: func(kind error, detail string, err error) error {
			if cause := context.Cause(ctx); err != nil && cause != nil {
				err = cause
			}
			return s.fail(op, kind, detail, err)
		}},
		body: resp.Body, watch: watch, timeout: s.timeout, cancel: cancel,
	}, nil
}

// fetching is the path and the query by which the server gives a file.
func fetching(f remoteFile) (path string, query url.Values) {
	if below, ok := proxied(f.root); ok {
		return artifactPath(below, f.path), nil
	}
	if f.model != "" {
		return "/ajax-api/2.0/mlflow/logged-models/" + url.PathEscape(f.model) + "/artifacts/files", url.Values{"artifact_file_path": {f.path}}
	}
	return "/get-artifact", url.Values{"run_id": {f.run}, "path": {f.path}}
}

// proxied gives the path of an artifact root that the server itself serves. One
// that names a host is not followed there: the credentials are this server's.
func proxied(root string) (string, bool) {
	below, ok := strings.CutPrefix(root, "mlflow-artifacts:/")
	if !ok || strings.HasPrefix(below, "/") {
		return "", false
	}
	return below, attach.CheckPath(below) == nil
}

func artifactPath(parts ...string) string {
	path := "/api/2.0/mlflow-artifacts/artifacts"
	for part := range strings.SplitSeq(strings.Join(parts, "/"), "/") {
		path += "/" + url.PathEscape(part)
	}
	return path
}

func (s *server) upload(ctx context.Context, r run, path string, b []byte) error {
	op := fmt.Sprintf("writing file %q of run %q", path, r.Info.RunID)
	method, query := http.MethodPut, url.Values(nil)
	to := "/ajax-api/2.0/mlflow/upload-artifact"
	if below, ok := proxied(r.Info.ArtifactURI); ok {
		to = artifactPath(below, path)
	} else {
		method, query = http.MethodPost, url.Values{"run_uuid": {r.Info.RunID}, "path": {path}}
		if len(b) > maxProxied {
			return s.fail(op, attach.ErrTooLarge, fmt.Sprintf("it has %d bytes; the server takes %d for artifacts at %q",
				len(b), maxProxied, withoutQuery(r.Info.ArtifactURI)), nil)
		}
	}
	// A slow line must not lose a large manifest: 64 KiB/s is what is waited for.
	ctx, cancel := context.WithTimeout(ctx, s.timeout+time.Duration(len(b))*time.Second/(64<<10))
	defer cancel()
	resp, err := s.send(ctx, op, method, to, query, content{"application/octet-stream", b})
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// download is a body that may pause, but not for longer than the time-out.
type download struct {
	sized
	body    io.Closer
	watch   *time.Timer
	timeout time.Duration
	cancel  context.CancelCauseFunc
}

func (d *download) Read(p []byte) (int, error) {
	d.watch.Reset(d.timeout)
	defer d.watch.Stop()
	return d.sized.Read(p)
}

// Close gives up what is left of the body.
func (d *download) Close() error {
	d.watch.Stop()
	d.cancel(nil)
	return d.body.Close()
}

// sized gives the bytes of a file that was listed with a size, and an error as
// soon as there are more of them, or when they end too early.
type sized struct {
	from io.Reader
	left int64
	fail func(kind error, detail string, err error) error
	err  error
}

func (s *sized) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	n, err := s.from.Read(p[:min(int64(len(p)), s.left+1)])
	s.left -= int64(n)
	switch {
	case s.left < 0:
		n, s.err = n-1, s.fail(attach.ErrMalformed, "it has more bytes than were listed", nil)
	case err == io.EOF && s.left > 0:
		s.err = s.fail(attach.ErrMalformed, fmt.Sprintf("it ends %d bytes before the size that was listed", s.left), nil)
	case err == io.EOF:
		s.err = io.EOF
	case err != nil:
		s.err = s.fail(attach.ErrUnreachable, "", err)
	}
	if n > 0 {
		return n, nil // the error is for the next read
	}
	return 0, s.err
}
