package git

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"

	"github.com/lineage-audit/lineage/hashing"
)

// CommitFile is one file or symlink of a commit.
type CommitFile struct {
	Path   string
	Mode   Mode
	Blob   ObjectID
	Digest hashing.FileDigest // of the blob's bytes; a symlink has none
	Size   int64
	Target string             // of a symlink
	LFS    hashing.FileDigest // what the blob points to, if it is an LFS pointer
	// LFSSize is the size of what it points to.
	LFSSize int64
}

// CommitTree is what a commit holds. Its manifest has each regular file by the
// digest of its blob, an LFS pointer by that of the pointer: what stands on disk
// may be another form of it, which [Source.Explain] knows.
type CommitTree struct {
	Commit     ObjectID
	Tree       ObjectID
	Manifest   hashing.Manifest
	Files      []CommitFile // symlinks too; in the order of their paths
	Submodules []CommitSubmodule
}

// CommitSubmodule is a commit of another repository that a commit names.
type CommitSubmodule struct {
	Path   string
	URL    string
	Commit ObjectID
}

// CommitManifest lists what the commit holds: [ErrNoCommit] if it is not there,
// [ErrMissing] if some of it is not.
func (s *Source) CommitManifest(ctx context.Context, id ObjectID) (CommitTree, error) {
	if t, ok := s.trees[id]; ok {
		return t, nil
	}
	git, objects, err := s.reader(ctx, id)
	if err != nil {
		return CommitTree{}, err
	}
	defer objects.close()
	c, err := s.commitIn(objects, id)
	if err != nil {
		return CommitTree{}, err
	}
	t := CommitTree{Commit: id, Tree: c.tree}
	if err := t.read(ctx, git, objects); err != nil {
		return CommitTree{}, fmt.Errorf("reading commit %s in %q: %w", id, s.location, err)
	}
	s.trees[id] = t
	return t, nil
}

// read hashes each blob of the commit.
func (t *CommitTree) read(ctx context.Context, git program, o *objects) error {
	list, err := o.tree(t.Tree, func(string, bool) bool { return true })
	if err != nil {
		return err
	}
	var lines []hashing.Entry
	var modules ObjectID
	for _, e := range list {
		if e.mode == ModeSubmodule {
			t.Submodules = append(t.Submodules, CommitSubmodule{Path: e.path, Commit: e.id})
			continue
		}
		f, err := o.file(e)
		if err != nil {
			return err
		}
		t.Files = append(t.Files, f)
		if e.mode != ModeSymlink && e.path != unlisted {
			lines = append(lines, hashing.Entry{Path: f.Path, Digest: f.Digest})
		}
		if e.path == ".gitmodules" && e.mode != ModeSymlink {
			modules = e.id
		}
	}
	if t.Manifest, err = hashing.NewManifest(lines); err != nil || modules == "" || len(t.Submodules) == 0 {
		return err
	}
	return t.readModules(ctx, git, o, modules)
}

func (t *CommitTree) readModules(ctx context.Context, git program, o *objects, id ObjectID) error {
	b, err := o.read(id, "blob", maxModules)
	if err != nil {
		return err
	}
	urls, err := git.modules(ctx, b)
	if err != nil {
		return err
	}
	for i := range t.Submodules {
		t.Submodules[i].URL = urls[t.Submodules[i].Path]
	}
	return nil
}

// maxTarget is more than any system takes for a link's target.
const maxTarget = 64 << 10

// file reads one file or link of a commit.
func (o *objects) file(e treeEntry) (CommitFile, error) {
	f := CommitFile{Path: e.path, Mode: e.mode, Blob: e.id}
	if e.mode == ModeSymlink {
		b, err := o.read(e.id, "blob", maxTarget)
		f.Target, f.Size = string(b), int64(len(b))
		return f, err
	}
	var small bytes.Buffer
	h := sha256.New()
	_, err := o.stream(e.id, "blob", func(size int64) (io.Writer, error) {
		if f.Size = size; size < maxPointerFile {
			return io.MultiWriter(h, &small), nil
		}
		return h, nil
	})
	if err != nil {
		return f, fmt.Errorf("reading %q: %w", e.path, err)
	}
	f.Digest = hashing.FileDigest(h.Sum(nil))
	if p, ok := parsePointer(small.Bytes()); ok {
		f.LFS, f.LFSSize = p.digest, p.size
	}
	return f, nil
}
