package fetch

import (
	"context"
	"crypto/rand"
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
	// Salt and Exact are there where the URI is without a part of it: two that differ in
	// that only are not the same. Exact is the digest of the salt and the URI.
	Salt  string              `json:"salt,omitempty"`
	Exact *hashing.FileDigest `json:"exact,omitempty"`
}

// spot is a target, and the part that it is made of, below a folder that no link leads out of.
type spot struct {
	root   *os.Root
	target string
	part   string
	staged bool // the part stands in a folder that is known to be ours
}

func (s spot) path(name string) string { return filepath.Join(s.root.Name(), name) }

func (s spot) noteName() string { return s.part + noteSuffix[len(partSuffix):] }

// part is a sink: the file that a target is made of.
type part struct {
	spot
	file   *os.File
	unlock func()
	hash   hash.Hash
	note   note
	at     int64
	safe   int64 // how much of it the note has
	from0  bool  // what an earlier call had was of no use
}

// openPart opens the part of a target, which then is this process's alone, and empty
// unless it is one of the same URI. What stands there and is no part of ours is refused.
func openPart(ctx context.Context, at spot, u URI) (*part, error) {
	if _, _, err := readNote(at.root, at.noteName()); err != nil { // before a file is made
		return nil, err
	}
	file, unlock, err := openPartFile(at)
	if err != nil {
		return nil, err
	}
	p := &part{spot: at, file: file, unlock: unlock, hash: sha256.New(), note: newNote(u)}
	n, err := p.claim()
	if err != nil {
		p.close()
		return nil, err
	}
	if n.isOf(u) && n.Version.strong() && n.Bytes > 0 && n.Bytes < 1<<62 {
		p.take(ctx, n)
	}
	if err := p.cut(); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// openPartFile takes a new file where the one that is there is the target too: a call
// ended between giving it the one name and taking away the other.
func openPartFile(at spot) (*os.File, func(), error) {
	for {
		file, unlock, err := openLocked(at.root, at.part, 0o666)
		if err != nil {
			return nil, nil, err
		}
		info, err := file.Stat()
		if err == nil && !shared(info) {
			return file, unlock, nil
		}
		if now, errNow := at.root.Lstat(at.target); err == nil && (errNow != nil || !os.SameFile(info, now)) {
			err = notOurs(at.root, at.part)
		} else if err == nil {
			err = at.root.Remove(at.part)
		}
		unlock()
		file.Close()
		if err != nil {
			return nil, nil, err
		}
	}
}

// claim reads the note, and refuses what no call has left. An empty file is nobody's loss.
func (p *part) claim() (note, error) {
	n, ours, err := readNote(p.root, p.noteName())
	if err != nil {
		return n, err
	}
	info, err := p.file.Stat()
	if err == nil && !ours && !p.staged && info.Size() > 0 {
		err = notOurs(p.root, p.part)
	}
	if old, errOld := p.root.Lstat(p.target); err == nil && errOld == nil && old.Mode().IsRegular() {
		err = p.file.Chmod(old.Mode().Perm()) // what replaces a file is read by no more people
	}
	return n, err
}

// newNote is that of a part of the URI that has nothing yet.
func newNote(u URI) note {
	n := note{Schema: noteSchema, URI: u.String()}
	if u.HasSecret() {
		n.Salt = rand.Text()
		exact := u.exact(n.Salt)
		n.Exact = &exact
	}
	return n
}

func (n note) isOf(u URI) bool {
	return n.URI == u.String() && (n.Salt != "") == u.HasSecret() && (n.Salt == "" || n.Exact != nil && *n.Exact == u.exact(n.Salt))
}

// readNote reads a note, if there is one. What has its name and is none is refused.
func readNote(root *os.Root, name string) (n note, found bool, err error) {
	raw, err := readOurs(root, name)
	if errors.Is(err, errGone) {
		return n, false, nil
	}
	if err == nil && (strict.Unmarshal(raw, maxNote, &n) != nil || n.Schema != noteSchema) {
		err = notOurs(root, name)
	}
	return n, err == nil, err
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

// begin says in the note whose the part is, before it has a byte.
func (p *part) begin(v Version) error {
	p.note.Version = v
	if p.staged || p.safe > 0 {
		return nil
	}
	p.note.Bytes, p.note.SHA256 = 0, hashing.FileDigest{}
	return p.writeNote()
}

func (p *part) writeNote() error {
	raw, err := json.Marshal(p.note)
	if err == nil {
		err = replace(p.root, p.noteName(), append(raw, '\n'))
	}
	return err
}

func (p *part) restart() error {
	p.hash.Reset()
	p.at, p.safe, p.from0 = 0, 0, true
	return p.cut()
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
	err := p.writeNote()
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

// drop ends without a trace. The note goes last: without it the part would be nobody's.
func (p *part) drop() {
	_ = p.clear() // what stays is met again by the next call
	p.close()
}

// clear removes the part, unless its name is another file's by now, and the note.
func (p *part) clear() error {
	if isAt(p.root, p.part, p.file) {
		if err := remove(p.root, p.part); err != nil {
			return err
		}
	}
	return remove(p.root, p.noteName())
}

func (p *part) close() {
	p.unlock()
	p.file.Close()
}

// place makes the part the target, and tells how it stands there. Without force it
// replaces nothing. It is this file that becomes the target: not what took its name.
func (p *part) place(force bool) (hashing.Stat, error) {
	info, err := p.file.Stat()
	if err == nil && info.Size() != p.at {
		err = fmt.Errorf("%q has %d bytes, and %d were written to it", p.path(p.part), info.Size(), p.at)
	}
	if err == nil {
		err = p.file.Sync()
	}
	if err == nil && !isAt(p.root, p.part, p.file) {
		err = fmt.Errorf("%q: %w", p.path(p.part), errGone)
	}
	if err == nil && !force {
		err = p.linked()
	} else if err == nil {
		err = p.root.Rename(p.part, p.target)
	}
	if err == nil && !isAt(p.root, p.target, p.file) {
		err = fmt.Errorf("%q: %w", p.path(p.target), errGone)
	}
	if err != nil {
		return hashing.Stat{}, fmt.Errorf("putting it in its place: %w", err)
	}
	if err := errors.Join(p.clear(), syncFolder(p.root, filepath.Dir(p.target))); err != nil {
		return hashing.Stat{}, err
	}
	info, err = p.file.Stat()
	if err != nil {
		return hashing.Stat{}, err
	}
	return hashing.StatOf(info), nil
}

// linked gives the part the name of the target, which no other file has. Some file
// systems have no links.
func (p *part) linked() error {
	err := p.root.Link(p.part, p.target)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	if _, err := p.root.Lstat(p.target); err == nil {
		return fmt.Errorf("%q: %w", p.path(p.target), fs.ErrExist)
	}
	return p.root.Rename(p.part, p.target)
}
