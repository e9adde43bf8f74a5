package mlflow

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/attach"
)

// maxDepth bounds folders in folders.
const maxDepth = 64

// list gives the entries of one folder of a place, "" for its top. What the server
// says of paths and sizes is checked: each is right below the folder, and none
// stands twice.
func (s *System) list(ctx context.Context, p place, folder string) ([]fileInfo, error) {
	c := call{op: fmt.Sprintf("listing the files of run %q", p.run), route: listArtifacts, fields: map[string]any{"run_id": p.run}}
	field := "path"
	if p.model != "" {
		c.op, c.route = fmt.Sprintf("listing the files of logged model %q", p.model), listModel
		c.fields, field = map[string]any{"model_id": p.model}, "artifact_directory_path"
	}
	if folder != "" {
		c.fields[field] = folder
	}
	var found []fileInfo
	seen := map[string]bool{}
	err := pages(ctx, s.tracking, c, func(c call) (string, error) {
		var said struct {
			Root  string     `json:"root_uri"`
			Files []fileInfo `json:"files"`
			Next  string     `json:"next_page_token"`
		}
		c.answer = &said
		if err := s.tracking.do(ctx, c); err != nil {
			return "", err
		}
		if said.Root != p.root {
			return "", wrong(s.tracking, c.op, "the answer is about the files at %.200q", withoutQuery(said.Root))
		}
		for _, f := range said.Files {
			if err := checkEntry(folder, f, seen); err != nil {
				return "", s.tracking.fail(c.op, attach.ErrMalformed, "", err)
			}
		}
		if found = append(found, said.Files...); len(found) > s.options.Files {
			return "", s.tooMany(c.op)
		}
		return said.Next, nil
	})
	return found, err
}

func (s *System) tooMany(op string) error {
	return s.tracking.fail(op, attach.ErrTooLarge, fmt.Sprintf("there are more than %d files and folders", s.options.Files), nil)
}

func checkEntry(folder string, f fileInfo, seen map[string]bool) error {
	if err := attach.CheckPath(f.Path); err != nil {
		return err
	}
	switch in := path.Dir(f.Path); {
	case in != folder && (in != "." || folder != ""):
		return fmt.Errorf("path %q is not in folder %q", f.Path, folder)
	case seen[f.Path]:
		return fmt.Errorf("path %q stands twice", f.Path)
	case f.Size < 0:
		return fmt.Errorf("file %q has %d bytes", f.Path, f.Size)
	}
	seen[f.Path] = true
	return nil
}

// stat finds one path of a place, by listing the folder that it is in.
func (s *System) stat(ctx context.Context, p place, name string) (fileInfo, bool, error) {
	folder := path.Dir(name)
	if folder == "." {
		folder = ""
	}
	entries, err := s.list(ctx, p, folder)
	for _, e := range entries {
		if err == nil && e.Path == name {
			return e, true, nil
		}
	}
	return fileInfo{}, false, err
}

// Files lists the files of a resolved model.
func (s *System) Files(ctx context.Context, m attach.Model) ([]attach.File, error) {
	p, err := s.placeOf(m)
	if err != nil {
		return nil, err
	}
	if m.SingleFile {
		e, found, err := s.stat(ctx, p, m.Path)
		if err == nil && (!found || e.IsDir) {
			err = s.tracking.fail(fmt.Sprintf("listing %q", m.Ref.Asked), attach.ErrNotFound, "the file is gone", nil)
		}
		if err != nil {
			return nil, err
		}
		return []attach.File{{Path: path.Base(m.Path), Size: e.Size}}, nil
	}
	w := walk{system: s, place: p, top: m.Path}
	if err := w.folder(ctx, m.Path, 0); err != nil {
		return nil, err
	}
	slices.SortFunc(w.files, func(a, b attach.File) int { return strings.Compare(a.Path, b.Path) })
	return w.files, nil
}

// placeOf is where the files of a model are: never all the files of a run, among
// which are those of other models, and our own.
func (s *System) placeOf(m attach.Model) (place, error) {
	switch {
	case s.err != nil:
		return place{}, s.err
	case m.LoggedModelID != "":
		return place{model: m.LoggedModelID, root: m.Location}, nil
	case m.RunID != "" && m.Path != "":
		return place{run: m.RunID, root: m.Location}, nil
	}
	return place{}, s.tracking.fail(fmt.Sprintf("listing %q", m.Ref.Asked), attach.ErrUnsupported, "it names no model", nil)
}

type walk struct {
	system  *System
	place   place
	top     string
	files   []attach.File
	entries int // files and folders
	bytes   int64
}

func (w *walk) folder(ctx context.Context, name string, depth int) error {
	op := fmt.Sprintf("listing the files in %q", name)
	if depth > maxDepth {
		return w.system.tracking.fail(op, attach.ErrTooLarge, fmt.Sprintf("its folders are nested more than %d deep", maxDepth), nil)
	}
	entries, err := w.system.list(ctx, w.place, name)
	if err != nil {
		return err
	}
	if w.entries += len(entries); w.entries > w.system.options.Files {
		return w.system.tooMany(op)
	}
	for _, e := range entries {
		if e.IsDir {
			if err := w.folder(ctx, e.Path, depth+1); err != nil {
				return err
			}
			continue
		}
		below := strings.TrimPrefix(strings.TrimPrefix(e.Path, w.top), "/")
		w.files = append(w.files, attach.File{Path: below, Size: e.Size})
		if w.bytes += e.Size; w.bytes > w.system.options.Bytes || w.bytes < 0 {
			return w.system.tracking.fail(op, attach.ErrTooLarge, fmt.Sprintf("the model has more than %d bytes", w.system.options.Bytes), nil)
		}
	}
	return nil
}

// Open reads one file of a model.
func (s *System) Open(ctx context.Context, m attach.Model, f attach.File) (io.ReadCloser, error) {
	p, err := s.placeOf(m)
	if err != nil {
		return nil, err
	}
	name := path.Join(m.Path, f.Path)
	if m.SingleFile {
		name = m.Path
	}
	if err := errors.Join(attach.CheckPath(f.Path), attach.CheckPath(name)); err != nil {
		return nil, s.tracking.fail("reading a file", attach.ErrUnsupported, "", err)
	}
	return s.tracking.open(ctx, remoteFile{place: p, path: name, size: f.Size})
}

// readFile reads a small file whole.
func (s *System) readFile(ctx context.Context, f remoteFile) ([]byte, error) {
	if f.size > maxAnswer {
		return nil, s.tracking.fail(fmt.Sprintf("reading file %q", f.path), attach.ErrTooLarge, fmt.Sprintf("it has %d bytes", f.size), nil)
	}
	r, err := s.tracking.open(ctx, f)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}
