package fetch

import (
	"context"
	"encoding/json"
	"io"
	"os"
	"strings"
	"sync"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record/strict"
)

// progress is the note of a folder: a line for each file that has come.
type progress struct {
	prefix string
	had    map[string]finished
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

// openProgress reads what the note has of that prefix. A line that was cut off says nothing.
func openProgress(path, prefix string) (*progress, error) {
	f, _, err := openLocked(path)
	if err != nil {
		return nil, err
	}
	p := &progress{prefix: prefix, file: f, had: map[string]finished{}}
	raw, err := io.ReadAll(f)
	for line := range strings.Lines(string(raw)) {
		var l finished
		if strict.Unmarshal([]byte(line), 1<<20, &l) == nil && l.Schema == finishedSchema && l.Prefix == prefix {
			p.had[l.Path] = l
		}
	}
	if err == nil && len(raw) > 0 && raw[len(raw)-1] != '\n' {
		_, err = f.WriteString("\n")
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return p, nil
}

// has tells of a file whether it has come already: the origin still lists the same
// bytes, and the file has those that came.
func (p *progress) has(ctx context.Context, e Entry, path string) (Result, bool) {
	if p == nil {
		return Result{}, false
	}
	l, found := p.had[e.Path]
	if !found || !l.Version.strong() || !l.Version.same(e.Version) || e.Version.ETag == "" {
		return Result{}, false
	}
	f, err := hashing.HashFile(ctx, path, hashing.Options{})
	if err != nil || f.Digest != l.SHA256 {
		return Result{}, false
	}
	return Result{URI: l.URI, SHA256: l.SHA256, Bytes: l.Bytes, Version: l.Version, Resumed: l.Bytes}, true
}

// add notes that a file has come.
func (p *progress) add(e Entry, r Result) error {
	if p == nil {
		return nil
	}
	raw, err := json.Marshal(finished{finishedSchema, p.prefix, e.Path, r.URI, r.Version, r.Bytes, r.SHA256})
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	_, err = p.file.Write(append(raw, '\n'))
	return err
}
