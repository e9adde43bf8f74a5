package fetch

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record/strict"
)

// progress is the note of a folder: a line for each file that has come.
type progress struct {
	prefix string
	before string // the prefix of the earlier call; that of this one if there was none
	had    map[string]finished
	lines  int // how many files have come
	mu     sync.Mutex
	file   *os.File
}

// finished is one line.
type finished struct {
	Schema  string             `json:"schema"`
	Prefix  string             `json:"prefix"`
	Path    string             `json:"path"`
	URI     string             `json:"uri"`
	Version Version            `json:"version"`
	Bytes   int64              `json:"bytes"`
	SHA256  hashing.FileDigest `json:"sha256"`
}

const finishedSchema = "lineage.part-of-folder/v1"

// openProgress reads what the note has of that prefix. A line that was cut off says
// nothing; a file whose first line is not one of ours is no note.
func openProgress(root *os.Root, name, prefix string) (*progress, error) {
	f, _, err := openLocked(root, name, 0o600)
	if err != nil {
		return nil, err
	}
	p := &progress{prefix: prefix, file: f}
	raw, err := io.ReadAll(f)
	switch {
	case err != nil:
	case len(raw) == 0:
		p.before = prefix
		err = p.begin()
	case !p.read(raw):
		err = notOurs(root, name)
	case raw[len(raw)-1] != '\n':
		_, err = f.WriteString("\n")
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return p, nil
}

// begin writes the first line, which says of what prefix the files are.
func (p *progress) begin() error {
	p.had, p.lines = map[string]finished{}, 0
	if err := p.file.Truncate(0); err != nil {
		return err
	}
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return p.write(finished{Schema: finishedSchema, Prefix: p.prefix})
}

// read takes the lines, and tells whether the first is one of ours.
func (p *progress) read(raw []byte) bool {
	p.had = map[string]finished{}
	first := true
	for line := range strings.Lines(string(raw)) {
		var l finished
		ok := strict.Unmarshal([]byte(line), maxNote, &l) == nil && l.Schema == finishedSchema
		switch {
		case first && !ok:
			return false
		case first:
			p.before = l.Prefix
		case ok && l.Prefix == p.prefix && filepath.IsLocal(filepath.FromSlash(l.Path)):
			p.had[l.Path] = l
		}
		first = false
	}
	return true
}

// has tells of a file whether it has come already: the origin still lists the same
// bytes, and the file has those that came.
func (p *progress) has(ctx context.Context, e Entry, path string) (arrived, bool) {
	l, found := p.had[e.Path]
	if !found || !l.Version.strong() || !l.Version.same(e.Version) || e.Version.ETag == "" {
		return arrived{}, false
	}
	f, err := hashing.HashFile(ctx, path, hashing.Options{})
	if err != nil || f.Digest != l.SHA256 {
		return arrived{}, false
	}
	p.count()
	return arrived{Result{URI: l.URI, SHA256: l.SHA256, Bytes: l.Bytes, Version: l.Version, Resumed: l.Bytes}, f.Stat}, true
}

func (p *progress) count() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.lines++
}

// add notes that a file has come.
func (p *progress) add(e Entry, r Result) error {
	p.count()
	return p.write(finished{finishedSchema, p.prefix, e.Path, r.URI, r.Version, r.Bytes, r.SHA256})
}

func (p *progress) write(l finished) error {
	raw, err := json.Marshal(l)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	_, err = p.file.Write(append(raw, '\n'))
	return err
}
