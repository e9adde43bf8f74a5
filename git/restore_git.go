package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// repository gives the restored tree a .git of its own: the commit, cut off from
// its history, as a detached HEAD, and the index as it was staged.
func (r *restorer) repository(ctx context.Context, src *Source, p Patch) error {
	dir := filepath.Join(r.root.Name(), ".git")
	if err := r.root.Mkdir(".git", 0o777); err != nil {
		return err
	}
	git, err := src.opts.local(dir, "")
	if err != nil {
		return err
	}
	git.dir = r.root.Name() // from within .git, init would make it a bare one
	format := "sha1"
	if len(p.Commit) == 64 {
		format = "sha256"
	}
	if _, err := git.output(ctx, nil, "init", "-q", "--template=", "--object-format="+format); err != nil {
		return err
	}
	if err := src.packInto(ctx, p.Commit, git); err != nil {
		return fmt.Errorf("copying commit %s: %w", p.Commit, err)
	}
	// Without this, git would look for the commit's parents.
	if err := os.WriteFile(filepath.Join(dir, "shallow"), []byte(p.Commit+"\n"), 0o666); err != nil {
		return err
	}
	if _, err := git.output(ctx, nil, "update-ref", "--no-deref", "HEAD", string(p.Commit)); err != nil {
		return err
	}
	if _, err := git.output(ctx, nil, "read-tree", string(p.Commit)); err != nil {
		return err
	}
	return r.stage(ctx, git, p)
}

// packInto copies one commit and all that it holds.
func (s *Source) packInto(ctx context.Context, commit ObjectID, dst program) error {
	from, objects, err := s.reader(ctx, commit)
	if err != nil {
		return err
	}
	objects.close()
	said := &tail{max: maxMessage}
	pack := from.command(ctx, "pack-objects", "--revs", "--stdout", "-q")
	pack.Stdin = strings.NewReader(fmt.Sprintf("--shallow %s\n%s\n", commit, commit))
	pack.Stderr = said
	out, err := pack.StdoutPipe()
	if err != nil {
		return err
	}
	if err := start(pack); err != nil {
		return err
	}
	dst.patience = fetchPatience
	_, err = dst.output(ctx, out, "index-pack", "--stdin")
	if packed := pack.Wait(); packed != nil {
		err = errors.Join(failure(packed, said), err)
	}
	return err
}

// stage writes into the index what was staged. Content that was not kept leaves
// the commit's entry as it is, and is told.
func (r *restorer) stage(ctx context.Context, git program, p Patch) error {
	var lines bytes.Buffer
	for _, e := range p.Entries {
		if e.Staged == nil {
			continue
		}
		mode, id, err := r.staged(ctx, git, p, *e.Staged)
		if err != nil {
			return fmt.Errorf("%q: staged: %w", e.Path, err)
		}
		if id == "" {
			if r.opts.Missing == nil {
				return fmt.Errorf("%q: staged: %s: %w", e.Path, e.Staged.Missing, ErrMissing)
			}
			r.opts.Missing(plain(e.Path)+" (staged)", e.Staged.Missing)
			continue
		}
		fmt.Fprintf(&lines, "%s %s\t%s\x00", mode, id, plain(e.Path))
	}
	_, err := git.output(ctx, &lines, "update-index", "-z", "--index-info")
	return err
}

// staged writes what the index holds at a path into the repository. Mode 0 takes
// the path out of the index.
func (r *restorer) staged(ctx context.Context, git program, p Patch, c PatchContent) (mode Mode, id string, err error) {
	content := strings.NewReader(plain(c.Target))
	switch {
	case c.Mode == ModeNone && c.Missing == "":
		return "0", strings.Repeat("0", len(p.Commit)), nil
	case c.Mode == ModeSubmodule:
		return c.Mode, c.Target, nil
	case c.Mode == ModeSymlink && c.Target != "":
	case c.Digest != nil:
		b, err := r.bytes(ctx, *c.Digest)
		if err != nil {
			return "", "", err
		}
		content = strings.NewReader(string(b))
	default:
		return "", "", nil
	}
	out, err := git.output(ctx, content, "hash-object", "-w", "--stdin", "--no-filters")
	return c.Mode, strings.TrimSpace(string(out)), err
}
