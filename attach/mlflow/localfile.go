package mlflow

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/lineage-audit/lineage/attach"
)

func (s *store) upload(ctx context.Context, r run, path string, content []byte) error {
	op := fmt.Sprintf("writing file %q of run %q", path, r.Info.RunID)
	tmp, err := os.CreateTemp("", "lineage-attach-*")
	if err != nil {
		return s.fail(op, attach.ErrUnreachable, "", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(content)
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return s.fail(op, attach.ErrUnreachable, "", err)
	}
	_, err = s.ask(ctx, op, "upload", map[string]any{"run_id": r.Info.RunID, "path": path, "local": tmp.Name()})
	return err
}

// open reads a file where it is kept: on this machine, or, if the artifacts of a
// local store are elsewhere, by way of a download with MLflow's own means.
func (s *store) open(ctx context.Context, f remoteFile) (io.ReadCloser, error) {
	op := fmt.Sprintf("reading file %q", f.path)
	if root, ok := localRoot(f.root); ok {
		return s.openBelow(op, root, f)
	}
	tmp, err := os.MkdirTemp("", "lineage-attach-*")
	if err != nil {
		return nil, s.fail(op, attach.ErrUnreachable, "", err)
	}
	defer os.RemoveAll(tmp) // what is open stays readable
	uri := strings.TrimRight(f.root, "/") + "/" + f.path
	raw, err := s.ask(ctx, op, "download", map[string]any{"uri": uri, "folder": tmp})
	if err != nil {
		return nil, err
	}
	var said struct {
		Path string `json:"path"`
	}
	if err := decodeAnswer(raw, &said); err != nil {
		return nil, s.fail(op, attach.ErrMalformed, err.Error(), nil)
	}
	below, err := filepath.Rel(tmp, said.Path)
	if err != nil {
		return nil, s.fail(op, attach.ErrMalformed, "", err)
	}
	f.path = filepath.ToSlash(below)
	return s.openBelow(op, tmp, f)
}

// localRoot gives the folder of an artifact URI that is one of this machine.
func localRoot(uri string) (string, bool) {
	if filepath.IsAbs(uri) {
		return uri, true
	}
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" || u.Host != "" && u.Host != "localhost" {
		return "", false
	}
	return filepath.FromSlash(u.Path), true
}

// openBelow opens a regular file that no link leads out of the folder to.
func (s *store) openBelow(op, folder string, f remoteFile) (io.ReadCloser, error) {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return nil, s.fail(op, attach.ErrNotFound, "", err)
	}
	defer root.Close()
	info, err := root.Stat(filepath.FromSlash(f.path))
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("it is not a regular file: %v", info.Mode())
	}
	if err != nil {
		return nil, s.fail(op, attach.ErrNotFound, "", err)
	}
	file, err := root.Open(filepath.FromSlash(f.path))
	if err != nil {
		return nil, s.fail(op, attach.ErrNotFound, "", err)
	}
	fail := func(kind error, detail string, err error) error { return s.fail(op, kind, detail, err) }
	return &localFile{sized{from: file, left: f.size, fail: fail}, file}, nil
}

type localFile struct {
	sized
	io.Closer
}
