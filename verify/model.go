package verify

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/lineage-audit/lineage/hashing"
)

// model is the bytes that were asked about: as they stand, and without the files
// that a system's client added when it downloaded them.
type model struct {
	content  Content
	stripped *Content
	notes    []string
}

// readings are the contents that an output may equal.
func (m model) readings() []Content {
	if m.stripped == nil {
		return []Content{m.content}
	}
	return []Content{m.content, *m.stripped}
}

// tree is the folder as people would compare it with a recorded one, nil for a file.
func (m model) tree() *hashing.Manifest {
	if m.stripped != nil {
		return m.stripped.Tree
	}
	return m.content.Tree
}

func (q *inquiry) modelOf(ctx context.Context, l look) model {
	m := model{content: l.content}
	if l.content.Tree == nil {
		return m
	}
	entries := l.content.Tree.Entries()
	for _, f := range q.ClientFiles {
		at := slices.IndexFunc(entries, func(e hashing.Entry) bool { return e.Path == f.Path })
		if at < 0 {
			continue
		}
		note, ours := q.clientFile(ctx, l.resolved, f, entries[at].Digest)
		m.notes = append(m.notes, note)
		if ours {
			entries = slices.Delete(entries, at, at+1)
		}
	}
	if stripped, err := hashing.NewManifest(entries); err == nil && stripped.Len() < l.content.Tree.Len() {
		m.stripped = &Content{Tree: &stripped}
	}
	return m
}

// maxClientFile bounds what is read of a client's file.
const maxClientFile = 64 << 10

// clientFile tells whether a file is one that the client added: its content names
// a model version and nothing else, and that is the one which was asked about if
// one was.
func (q *inquiry) clientFile(ctx context.Context, r Resolved, f ClientFile, want hashing.FileDigest) (note string, ours bool) {
	name, version, err := q.readClientFile(ctx, r, f, want)
	switch {
	case err != nil:
		return fmt.Sprintf("%q counts as a file of the model: %v", f.Path, err), false
	case r.Kind == TargetRegistry && r.Name == "":
		return fmt.Sprintf("%q counts as a file of the model: it names version %q of %q, and no registered model was asked for", f.Path, version, name), false
	case r.Kind == TargetRegistry && (name != r.Name || version != r.Version):
		return fmt.Sprintf("%q counts as a file of the model: it names version %q of %q", f.Path, version, name), false
	}
	return fmt.Sprintf("%q is no file of the model: a client that downloaded it wrote there that it is version %q of %q", f.Path, version, name), true
}

func (q *inquiry) readClientFile(ctx context.Context, r Resolved, f ClientFile, want hashing.FileDigest) (name, version string, err error) {
	file, err := q.Target.Open(ctx, r, f.Path)
	if err != nil {
		return "", "", err
	}
	if file == nil || f.Parse == nil {
		return "", "", errNotAsked
	}
	content, err := io.ReadAll(io.LimitReader(file, maxClientFile+1))
	if closeErr := file.Close(); err == nil {
		err = closeErr
	}
	switch {
	case err != nil:
		return "", "", err
	case hashing.Bytes(content) != want:
		return "", "", fmt.Errorf("its bytes are not those that were hashed, or more than %d", maxClientFile)
	}
	if name, version, err = f.Parse(content); err == nil && (name == "" || version == "") {
		err = fmt.Errorf("it names no model version")
	}
	return name, version, err
}
