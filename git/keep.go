package git

import (
	"path"
	"path/filepath"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
)

// Bounds that hold where the options name none.
const (
	defaultKeepFile  = 10 << 20
	defaultKeepTotal = 100 << 20
	defaultUntracked = 1 << 30
)

// keeper hands out content within the bounds of one judgement. It goes through
// the paths in order, so that the same tree always keeps the same files.
type keeper struct {
	opts   JudgeOptions
	prefix string // of a submodule: the options speak of paths from the top
	used   map[string]bool
	budget *budget
}

// budget is shared by a tree and its submodules.
type budget struct {
	left int64
	seen map[hashing.FileDigest]bool
}

func newKeeper(o JudgeOptions) *keeper {
	if o.MaxKeepFile <= 0 {
		o.MaxKeepFile = defaultKeepFile
	}
	if o.MaxKeepTotal <= 0 {
		o.MaxKeepTotal = defaultKeepTotal
	}
	if o.MaxUntracked <= 0 {
		o.MaxUntracked = defaultUntracked
	}
	k := &keeper{opts: o, used: map[string]bool{}, budget: &budget{o.MaxKeepTotal, map[hashing.FileDigest]bool{}}}
	for _, u := range o.Used {
		k.used[u] = true
	}
	return k
}

// at is the keeper for a submodule.
func (k *keeper) at(dir string) *keeper {
	inner := *k
	inner.prefix = path.Join(k.prefix, dir)
	return &inner
}

// uses tells whether the watch saw that an untracked file was opened.
func (k *keeper) uses(file string) bool { return k.used[path.Join(k.prefix, file)] }

// inner is a path from the top as seen from the submodule.
func (k *keeper) inner(file string) (string, bool) {
	if k.prefix == "" {
		return file, true
	}
	return strings.CutPrefix(file, k.prefix+"/")
}

// apart tells whether an untracked file is recorded elsewhere.
func (k *keeper) apart(file string) bool {
	return k.opts.Apart != nil && k.opts.Apart(path.Join(k.prefix, file))
}

// kept is what became of content that was to be kept.
type kept struct {
	digest   hashing.FileDigest // zero if withheld
	size     int64
	kept     bool
	withheld string
	omitted  string
}

const (
	reasonLarge = "it is larger than the limit for one file"
	reasonTotal = "the limit for all content is reached"
	reasonMoved = "it changed while it was read"
)

// file reads a differing file again and keeps it: what is kept then has the
// digest that is told, whatever happens to the file meanwhile. What is too large
// keeps the digest of the first look.
func (k *keeper) file(root, file string, d onDisk) (kept, error) {
	head, whole, err := k.load(filepath.Join(root, filepath.FromSlash(file)))
	if err != nil {
		return kept{digest: d.digest, size: d.size, omitted: reason(err)}, nil
	}
	if !whole {
		if why := k.withhold(file, head); why != "" {
			return kept{size: d.size, withheld: why}, nil
		}
		return kept{digest: d.digest, size: d.size, omitted: reasonLarge}, nil
	}
	return k.content(file, head)
}

// load reads at most as much as one file may have.
func (k *keeper) load(full string) (b []byte, whole bool, err error) {
	f, _, err := openRegular(full, openNoFollow)
	if err != nil {
		return nil, false, err
	}
	defer f.Close()
	b, err = readUpTo(f, k.opts.MaxKeepFile+1)
	if int64(len(b)) > k.opts.MaxKeepFile {
		return b[:k.opts.MaxKeepFile], false, err
	}
	return b, true, err
}

// content keeps bytes that are already here. An error is that of Keep: what the
// caller cannot store is no judgement of ours.
func (k *keeper) content(file string, b []byte) (kept, error) {
	if why := k.withhold(file, b); why != "" {
		return kept{size: int64(len(b)), withheld: why}, nil
	}
	r := kept{digest: hashing.Bytes(b), size: int64(len(b))}
	if k.opts.Keep == nil {
		r.omitted = "nothing is kept"
		return r, nil
	}
	if !k.budget.seen[r.digest] {
		if r.size > k.budget.left {
			r.omitted = reasonTotal
			return r, nil
		}
		if err := k.opts.Keep(r.digest, b); err != nil {
			return kept{}, err
		}
		k.budget.left -= r.size
		k.budget.seen[r.digest] = true
	}
	r.kept = true
	return r, nil
}

func (k *keeper) withhold(file string, b []byte) string {
	if k.opts.Withhold == nil {
		return ""
	}
	return k.opts.Withhold(path.Join(k.prefix, file), b)
}
