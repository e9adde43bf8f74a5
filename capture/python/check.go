package python

import (
	"cmp"
	"context"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	sha256 "github.com/minio/sha256-simd"
)

// CheckOptions say how to check. The zero value uses all cores.
type CheckOptions struct {
	Workers  int                          // 0: as many as there are cores
	Progress func(files int, bytes int64) // called after each file, by many goroutines
}

// FileCheck says how the files of one distribution compare with the digests
// that were recorded when it was installed. Paths are absolute.
type FileCheck struct {
	Distribution string // the Metadata of the distribution
	Against      string // what holds the digests: RECORD, conda-meta or md5sums; empty if nothing does
	Weak         bool   // some digests are MD5 or SHA-1: good against accidents only
	Listed       int    // files that are listed
	Matching     int    // those whose bytes are as recorded
	Changed      []string
	Missing      []string
	Unhashed     []string  // listed without a digest; RECORD itself, its signatures and bytecode are not meant
	Bytecode     int       // .pyc files that are listed without a digest, as pip does
	Extra        []string  // listed by nobody, in a folder of this distribution
	Unchecked    []Problem // could not be looked at, and why
}

// Intact tells whether every listed file has a digest, was looked at and matches,
// and there is at least one. Bytecode, and what is not listed at all, is for the caller
// to judge.
func (c FileCheck) Intact() bool {
	return c.Matching > 0 && len(c.Changed)+len(c.Missing)+len(c.Unhashed)+len(c.Unchecked) == 0
}

// Check hashes all files of all distributions, the shadowed ones left out, and
// answers one FileCheck for each of inv.Distributions, in their order. An error
// means that ctx ended.
func Check(ctx context.Context, inv *Inventory, o CheckOptions) ([]FileCheck, error) {
	checks := make([]FileCheck, len(inv.Distributions))
	var jobs []job
	for i, d := range inv.Distributions {
		checks[i] = FileCheck{Distribution: d.Metadata, Against: d.against, Listed: len(d.files)}
		for n := range d.files {
			if checks[i].sort(d.files[n]) {
				jobs = append(jobs, job{i, &d.files[n]})
			}
		}
	}
	var mu sync.Mutex
	err := each(ctx, len(jobs), o.Workers, func(n int) {
		j := jobs[n]
		size, err := j.file.check(ctx)
		mu.Lock()
		checks[j.of].note(j.file.path, err)
		mu.Unlock()
		if o.Progress != nil {
			o.Progress(1, size)
		}
	})
	if err == nil {
		findExtra(ctx, inv, checks)
		err = ctx.Err()
	}
	if err != nil {
		return nil, fmt.Errorf("checking packages of %q: %w", inv.Interpreter.Path, err)
	}
	for i := range checks {
		checks[i].order()
	}
	return checks, nil
}

// job is one file to hash, of the distribution at an index.
type job struct {
	of   int
	file *file
}

// sort counts a file that cannot be compared, and tells whether one can.
func (c *FileCheck) sort(f file) bool {
	switch f.algorithm {
	case "":
		name := filepath.Base(f.path)
		switch {
		case strings.HasSuffix(name, ".pyc"):
			c.Bytecode++
		case filepath.Dir(f.path) == c.Distribution && (name == "RECORD" || name == "RECORD.jws" || name == "RECORD.p7s"):
		default:
			c.Unhashed = append(c.Unhashed, f.path)
		}
		return false
	case "md5", "sha1":
		c.Weak = true
	}
	return true
}

var (
	errChanged   = errors.New("changed")
	errAlgorithm = errors.New("unknown hash algorithm")
)

func (c *FileCheck) note(path string, err error) {
	switch {
	case err == nil:
		c.Matching++
	case errors.Is(err, errChanged):
		c.Changed = append(c.Changed, path)
	case errors.Is(err, fs.ErrNotExist):
		c.Missing = append(c.Missing, path)
	default:
		c.Unchecked = append(c.Unchecked, Problem{path, reason(err)})
	}
}

func (c *FileCheck) order() {
	slices.Sort(c.Changed)
	slices.Sort(c.Missing)
	slices.Sort(c.Extra)
	slices.SortFunc(c.Unchecked, func(a, b Problem) int { return cmp.Compare(a.Path, b.Path) })
}

// hashes are the algorithms of a RECORD. A digest of another one is not checked.
var hashes = map[string]func() hash.Hash{
	"md5": md5.New, "sha1": sha1.New, "sha256": sha256.New,
	"sha384": sha512.New384, "sha512": sha512.New,
}

var buffers = sync.Pool{New: func() any { b := make([]byte, 256<<10); return &b }}

// check compares the file's bytes with its digest.
func (f *file) check(ctx context.Context) (size int64, err error) {
	newHash, ok := hashes[f.algorithm]
	if !ok {
		return 0, fmt.Errorf("%w %q", errAlgorithm, f.algorithm)
	}
	opened, _, err := openFile(f.path)
	if err != nil {
		return 0, err
	}
	defer opened.Close()
	h := newHash()
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	for {
		n, err := opened.Read(*buf)
		h.Write((*buf)[:n])
		size += int64(n)
		if err == io.EOF {
			break
		}
		if err != nil {
			return size, err
		}
		if err := ctx.Err(); err != nil {
			return size, err
		}
	}
	if hex.EncodeToString(h.Sum(nil)) != f.digest {
		return size, errChanged
	}
	return size, nil
}

// file is one line of a list of installed files.
type file struct {
	path      string // absolute
	algorithm string // empty: no digest
	digest    string // hexadecimal
}
