package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record/strict"
)

// The files beside a target while it is fetched.
const (
	partSuffix = ".lineage-part"
	noteSuffix = partSuffix + ".json"
)

// noteSchema is the type of the note.
const noteSchema = "lineage.part/v1"

// checkpoint is after how many bytes a part is synced, and noted as safe.
const checkpoint = 64 << 20

// note says what a part is a part of, and how much of it is on the disk for certain.
type note struct {
	Schema  string             `json:"schema"`
	URI     string             `json:"uri"` // without credentials
	Version Version            `json:"version"`
	Bytes   int64              `json:"bytes"`
	SHA256  hashing.FileDigest `json:"sha256"` // of these
}

// part is a sink: the file that a target is made of.
type part struct {
	path   string // of the target
	file   *os.File
	unlock func()
	hash   hash.Hash
	note   note
	at     int64
	safe   int64 // how much of it the note has
	from0  bool  // what an earlier call had was of no use
}

// openPart opens the part of a target, which then is this process's alone, and empty
// unless it is one of the same URI.
func openPart(ctx context.Context, path, uri string) (*part, error) {
	file, unlock, err := openLocked(path + partSuffix)
	if err != nil {
		return nil, err
	}
	p := &part{path: path, file: file, unlock: unlock, hash: sha256.New(), note: note{Schema: noteSchema, URI: uri}}
	if n, ok := readNote(path + noteSuffix); ok && n.URI == uri && n.Version.strong() {
		p.take(ctx, n)
	}
	if err := p.cut(); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

func readNote(path string) (n note, ok bool) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() > 1<<20 {
		return n, false
	}
	raw, err := os.ReadFile(path)
	ok = err == nil && strict.Unmarshal(raw, 1<<20, &n) == nil && n.Schema == noteSchema && n.Bytes > 0 && n.Bytes < 1<<62
	return n, ok
}

// take goes on with what is there, if it is what the note says. Of a part that is whole
// the last byte is left out: by it the origin is asked whether it still is the same.
func (p *part) take(ctx context.Context, n note) {
	if h, ok := p.read(ctx, n.Bytes); !ok || hashing.FileDigest(h.Sum(nil)) != n.SHA256 {
		return
	}
	upTo := n.Bytes
	if upTo == n.Version.Size {
		upTo--
	}
	if h, ok := p.read(ctx, upTo); ok {
		p.hash, p.at, p.safe, p.note = h, upTo, upTo, n
	}
}

// read hashes the first n bytes.
func (p *part) read(ctx context.Context, n int64) (hash.Hash, bool) {
	h := sha256.New()
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return nil, false
	}
	for left := n; left > 0 && ctx.Err() == nil; {
		some, err := io.CopyN(h, p.file, min(left, 8<<20))
		if left -= some; err != nil {
			return nil, false
		}
	}
	return h, ctx.Err() == nil
}

// cut leaves of the file what was hashed.
func (p *part) cut() error {
	err := p.file.Truncate(p.at)
	if err == nil {
		_, err = p.file.Seek(p.at, io.SeekStart)
	}
	return err
}

func (p *part) begin(v Version) error {
	p.note.Version = v
	return nil
}

func (p *part) restart() error {
	p.hash.Reset()
	p.at, p.safe, p.from0 = 0, 0, true
	return errors.Join(p.cut(), remove(p.path+noteSuffix))
}

func (p *part) Write(b []byte) (int, error) {
	n, err := p.file.Write(b)
	p.hash.Write(b[:n])
	p.at += int64(n)
	if err == nil && p.at-p.safe >= checkpoint {
		err = p.save()
	}
	return n, err
}

// save makes what is there safe, and notes it, if a later call can go on with it.
func (p *part) save() error {
	if !p.note.Version.strong() || p.at == 0 {
		return nil
	}
	if err := p.file.Sync(); err != nil {
		return err
	}
	p.note.Bytes, p.note.SHA256 = p.at, hashing.FileDigest(p.hash.Sum(nil))
	raw, err := json.Marshal(p.note)
	if err == nil {
		err = replace(p.path+noteSuffix, append(raw, '\n'))
	}
	if err == nil {
		p.safe = p.at
	}
	return err
}

// keep ends with a part that a later call goes on with, and tells whether there is one.
func (p *part) keep() bool {
	err := p.save()
	if err != nil || p.safe == 0 {
		p.drop()
		return false
	}
	p.close()
	return true
}

// drop ends without a trace.
func (p *part) drop() {
	_ = errors.Join(remove(p.path+noteSuffix), remove(p.path+partSuffix)) // what stays is met again by the next call
	p.close()
}

func (p *part) close() {
	p.unlock()
	p.file.Close()
}

// place makes the part the target. Without force it replaces nothing.
func (p *part) place(force bool) error {
	defer p.close()
	info, err := p.file.Stat()
	if err == nil && info.Size() != p.at {
		err = fmt.Errorf("%q has %d bytes, and %d were written to it", p.path+partSuffix, info.Size(), p.at)
	}
	if err == nil {
		err = p.file.Sync()
	}
	if err == nil && !force {
		err = linked(p.path+partSuffix, p.path)
	} else if err == nil {
		err = os.Rename(p.path+partSuffix, p.path)
	}
	if err != nil {
		return fmt.Errorf("putting it in its place: %w", err)
	}
	return errors.Join(remove(p.path+noteSuffix), remove(p.path+partSuffix), syncFolder(filepath.Dir(p.path)))
}

// linked gives a file a name that no other has. Some file systems have no links.
func linked(from, to string) error {
	err := os.Link(from, to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, err := os.Lstat(to); err == nil {
		return fmt.Errorf("%q: %w", to, fs.ErrExist)
	}
	return os.Rename(from, to)
}
