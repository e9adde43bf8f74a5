package git

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
)

// RestoreOptions say where what is not in the commit comes from.
type RestoreOptions struct {
	// Blob opens kept content, or an LFS object, by digest. What it gives is
	// checked against the digest.
	Blob func(ctx context.Context, digest hashing.FileDigest) (io.ReadCloser, error)
	// Submodule opens the repository of a submodule that the source itself does
	// not hold. nil has none. What it opens is closed by Restore.
	Submodule func(ctx context.Context, path, url string) (*Source, error)
	// Missing is told of each path that was recorded without a digest (withheld,
	// or neither file nor link), and therefore is not put back: what comes out is
	// the recorded tree but for these. nil makes each an error.
	Missing func(path, why string)
	// Repository gives the tree a .git of its own: the commit, without its
	// history, as a detached HEAD, and in the index what was staged. Submodules
	// are files only, and so is a tree without a commit.
	Repository bool
	// Then goes on with the folder when the tree is in it and was checked, before
	// anybody sees it. If it fails, all of Restore does. nil does nothing.
	Then func(ctx context.Context, folder *os.Root) error
}

// Restore puts the tree that p describes into dst, which must be absent or
// empty, and checks that its manifest has the digest p.Tree. Nothing of the
// repository is run: blobs are written as they are, in the recorded forms. If it fails, dst is as it was. src may be nil where p has no
// commit. Errors wrap [ErrNotEmpty], [ErrNoCommit] or [ErrMissing] where it is that.
func Restore(ctx context.Context, src *Source, p Patch, dst string, o RestoreOptions) error {
	if err := p.check(0); err != nil {
		return fmt.Errorf("restoring: %w: %w", ErrPatch, err)
	}
	place, err := newWorkplace(dst)
	if err != nil {
		return fmt.Errorf("restoring into %q: %w", dst, err)
	}
	r := &restorer{opts: o, root: place.root, modes: map[string]Mode{}, skip: map[string]bool{}}
	err = r.all(ctx, src, p)
	if err == nil && o.Then != nil {
		err = o.Then(ctx, place.root)
	}
	if err = place.finish(err); err != nil {
		return fmt.Errorf("restoring into %q: %w", dst, err)
	}
	return nil
}

// restorer writes one tree. Every path goes through root, which no link leads
// out of.
type restorer struct {
	opts  RestoreOptions
	root  *os.Root
	modes map[string]Mode // of the files that were written
	skip  map[string]bool // what the manifest cannot list
	links []Link          // made last, so that nothing is written through them
}

func (r *restorer) all(ctx context.Context, src *Source, p Patch) error {
	if err := r.tree(ctx, src, p, ""); err != nil {
		return err
	}
	for _, l := range r.links {
		if err := r.parent(l.Path); err != nil {
			return err
		}
		if err := r.root.Symlink(l.Target, l.Path); err != nil {
			return err
		}
	}
	if err := r.check(ctx, p); err != nil || !r.opts.Repository || p.Commit == "" {
		return err
	}
	return r.repository(ctx, src, p)
}

// check reads back what was written.
func (r *restorer) check(ctx context.Context, p Patch) error {
	var lines []hashing.Entry
	modes := !noModes(r.root.Name())
	for file, mode := range r.modes {
		encoded := encodeText(file)
		if r.skip[file] {
			continue
		}
		if len(p.Paths) > 0 && !slices.ContainsFunc(p.Paths, func(dir string) bool { return within(encoded, dir) }) {
			continue
		}
		d := look(ctx, r.root.Name(), file, 0, -1)
		if d.err != nil || !d.isFile() || modes && d.mode != mode {
			return fmt.Errorf("%q cannot be read back: %w", file, errors.Join(d.err, ctx.Err()))
		}
		lines = append(lines, hashing.Entry{Path: file, Digest: d.digest})
	}
	m, err := hashing.NewManifest(lines)
	if err != nil {
		return err
	}
	if got := m.Digest(); got != p.Tree {
		return fmt.Errorf("the tree's digest is %s, not the recorded %s: %w", got, p.Tree, ErrMissing)
	}
	return nil
}

// tree writes a commit with its patch into dir, "" being the top.
func (r *restorer) tree(ctx context.Context, src *Source, p Patch, dir string) error {
	r.skip[path.Join(dir, unlisted)] = true
	entries, forms := map[string]PatchEntry{}, map[string]Form{}
	for _, e := range p.Entries {
		if e.Kind != KindStaged && e.Mode != ModeSubmodule {
			entries[plain(e.Path)] = e
		}
	}
	for _, f := range p.Forms {
		forms[plain(f.Path)] = f.Form
	}
	if p.Commit != "" {
		if err := r.commit(ctx, src, p, dir, entries, forms); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		if err := r.entry(ctx, path.Join(dir, name), entries[name]); err != nil {
			return fmt.Errorf("%q: %w", path.Join(dir, name), err)
		}
	}
	for _, s := range p.Submodules {
		if err := r.submodule(ctx, src, s, dir); err != nil {
			return fmt.Errorf("submodule %q: %w", s.Path, err)
		}
	}
	return nil
}

// plain decodes a text that the patch's check has decoded before.
func plain(encoded string) string {
	s, err := decodeText(encoded)
	if err != nil {
		panic("git: unchecked patch: " + err.Error())
	}
	return s
}

// commit writes what the commit has and the patch does not replace. Of entries
// it takes those whose content is the commit's.
func (r *restorer) commit(ctx context.Context, src *Source, p Patch, dir string, entries map[string]PatchEntry, forms map[string]Form) error {
	if src == nil {
		return fmt.Errorf("commit %s: there is no repository to take it from: %w", p.Commit, ErrNoCommit)
	}
	_, objects, err := src.reader(ctx, p.Commit)
	if err != nil {
		return err
	}
	defer objects.close()
	c, err := src.commitIn(objects, p.Commit)
	if err != nil {
		return err
	}
	list, err := objects.tree(c.tree, func(string, bool) bool { return true })
	if err != nil {
		return fmt.Errorf("reading commit %s: %w", p.Commit, err)
	}
	for _, e := range list {
		if err := ctx.Err(); err != nil {
			return err
		}
		full := path.Join(dir, e.path)
		if entry, replaced := entries[e.path]; replaced {
			if !objects.holds(e, entry) {
				continue
			}
			delete(entries, e.path)
			e.mode = entry.Mode
		}
		if err := r.committed(ctx, src, objects, e, full, forms[e.path]); err != nil {
			return fmt.Errorf("%q: %w", full, err)
		}
	}
	return nil
}

// holds tells whether only the mode of a file is another than the commit's, so
// that the content is found there.
func (o *objects) holds(e treeEntry, p PatchEntry) bool {
	if p.Kind != KindMode || p.Digest == nil || e.mode != ModeFile && e.mode != ModeExecutable {
		return false
	}
	f, err := o.file(e)
	return err == nil && f.Digest == *p.Digest
}

// committed writes one path as the commit has it.
func (r *restorer) committed(ctx context.Context, src *Source, o *objects, e treeEntry, full string, form Form) error {
	switch e.mode {
	case ModeSubmodule:
		return r.root.MkdirAll(full, 0o777)
	case ModeSymlink:
		b, err := o.read(e.id, "blob", maxTarget)
		r.links = append(r.links, Link{Path: full, Target: string(b)})
		return err
	}
	if form == "" {
		return r.write(full, e.mode, func(w io.Writer) error {
			_, err := o.stream(e.id, "blob", func(int64) (io.Writer, error) { return w, nil })
			return err
		})
	}
	blob, err := o.read(e.id, "blob", maxForm)
	if err != nil {
		return err
	}
	if form == FormLFS {
		p, ok := parsePointer(blob)
		if !ok {
			return errors.New("the commit has no LFS pointer there")
		}
		return r.blob(ctx, full, e.mode, p.digest, src)
	}
	return r.write(full, e.mode, func(w io.Writer) error {
		_, err := w.Write(form.apply(blob, e.id))
		return err
	})
}

// entry writes one path as the patch has it.
func (r *restorer) entry(ctx context.Context, full string, e PatchEntry) error {
	switch {
	case e.Mode == ModeNone:
		return nil
	case e.Mode == ModeSymlink && e.Target != "":
		r.links = append(r.links, Link{Path: full, Target: plain(e.Target)})
		return nil
	case e.Digest != nil:
		return r.blob(ctx, full, e.Mode, *e.Digest, nil)
	case r.opts.Missing == nil:
		return fmt.Errorf("%s: %w", e.Missing, ErrMissing)
	}
	r.opts.Missing(full, e.Missing)
	return nil
}

// bytes reads kept content into memory.
func (r *restorer) bytes(ctx context.Context, digest hashing.FileDigest) ([]byte, error) {
	in, err := r.open(ctx, digest, nil)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	b, err := readUpTo(in, maxStaged+1)
	if err == nil && (len(b) > maxStaged || hashing.Bytes(b) != digest) {
		err = fmt.Errorf("the content does not have the digest %s: %w", digest, ErrCorrupt)
	}
	return b, err
}

// maxStaged bounds staged content, which is put back by way of memory.
const maxStaged = 1 << 30

// blob writes content that is found by digest: kept, or an LFS object of the
// source.
func (r *restorer) blob(ctx context.Context, full string, mode Mode, digest hashing.FileDigest, src *Source) error {
	in, err := r.open(ctx, digest, src)
	if err != nil {
		return err
	}
	defer in.Close()
	return r.write(full, mode, func(w io.Writer) error {
		got, _, err := hashing.Reader(ctx, io.TeeReader(in, w))
		if err == nil && got != digest {
			err = fmt.Errorf("the content has the digest %s, not %s: %w", got, digest, ErrCorrupt)
		}
		return err
	})
}

func (r *restorer) open(ctx context.Context, digest hashing.FileDigest, src *Source) (io.ReadCloser, error) {
	if digest.IsEmpty() {
		return io.NopCloser(strings.NewReader("")), nil
	}
	err := ErrMissing
	if r.opts.Blob != nil {
		in, failed := r.opts.Blob(ctx, digest)
		if failed == nil {
			return in, nil
		}
		err = errors.Join(failed, ErrMissing)
	}
	if src != nil && src.common != "" {
		hex := digest.String()
		if f, _, failed := openRegular(filepath.Join(src.common, "lfs", "objects", hex[:2], hex[2:4], hex), 0); failed == nil {
			return f, nil
		}
	}
	return nil, fmt.Errorf("content %s: %w", digest, err)
}

// write makes a file that was not there.
func (r *restorer) write(full string, mode Mode, fill func(io.Writer) error) error {
	if err := r.parent(full); err != nil {
		return err
	}
	perm := fs.FileMode(0o666)
	if mode == ModeExecutable {
		perm = 0o777
	}
	f, err := r.root.OpenFile(full, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return err
	}
	r.modes[full] = mode
	err = fill(f)
	return errors.Join(err, f.Close())
}

func (r *restorer) parent(full string) error {
	if dir := path.Dir(full); dir != "." {
		return r.root.MkdirAll(dir, 0o777)
	}
	return nil
}

// submodule writes a submodule as it stood.
func (r *restorer) submodule(ctx context.Context, src *Source, s PatchSubmodule, dir string) error {
	if s.Patch == nil {
		return nil
	}
	sub, err := r.openSubmodule(ctx, src, s)
	if err != nil {
		return err
	}
	if sub != nil {
		defer sub.Close()
	}
	return r.tree(ctx, sub, *s.Patch, path.Join(dir, plain(s.Path)))
}

// openSubmodule finds a repository that has the submodule's commit: checked out
// in the source, kept by it, or at its URL.
func (r *restorer) openSubmodule(ctx context.Context, src *Source, s PatchSubmodule) (*Source, error) {
	if s.Patch.Commit == "" {
		return nil, nil
	}
	for _, folder := range src.submodules(plain(s.Path)) {
		sub, err := OpenSource(ctx, folder, src.opts)
		if err != nil {
			continue
		}
		if sub.has(ctx, *sub.folder, s.Patch.Commit) {
			return sub, nil
		}
		sub.Close()
	}
	if r.opts.Submodule == nil {
		return nil, fmt.Errorf("commit %s: %w", s.Patch.Commit, ErrNoCommit)
	}
	return r.opts.Submodule(ctx, plain(s.Path), plain(s.URL))
}
