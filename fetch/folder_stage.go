package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lineage-audit/lineage/hashing"
)

// What a stage has. No name of an origin is one of a part: parts are named by digests.
const (
	stageNote  = "note.jsonl"
	stageParts = "parts"
	stageFiles = "files" // of a folder that is not there yet
)

// stage is the folder that the parts of a folder's files stand in. It is known to be
// ours by its note, and nothing else is ever written to or removed.
type stage struct {
	root  *os.Root // that the stage and the files are below
	name  string
	into  string // where the files are put
	whole bool   // that is in the stage too
	force bool
	done  *progress // is locked
}

// arrived is a file that has come, and how it stood in its place then.
type arrived struct {
	Result
	stat hashing.Stat
}

// openStage makes a stage, or goes on with one that an earlier call has left.
func openStage(root *os.Root, name, prefix string) (*stage, error) {
	for {
		err := root.Mkdir(name, 0o700)
		if errors.Is(err, fs.ErrExist) {
			err = checkStage(root, name)
		}
		if err != nil {
			return nil, err
		}
		s := &stage{root: root, name: name}
		s.done, err = openProgress(root, filepath.Join(name, stageNote), prefix)
		if errors.Is(err, fs.ErrNotExist) {
			continue // another call has just ended, and removed it
		}
		if err != nil {
			return nil, err
		}
		if s.done.prefix != s.done.before { // of no use
			err = errors.Join(s.removeContent(), s.done.begin())
		}
		if err == nil {
			err = mkdir(root, filepath.Join(name, stageParts))
		}
		if err != nil {
			s.done.file.Close()
			return nil, err
		}
		return s, nil
	}
}

// mkdir makes a folder, which may be there, but may be no link to one.
func mkdir(root *os.Root, name string) error {
	return makeFolders(root, name+string(filepath.Separator))
}

// checkStage refuses a folder that is not empty and has no note.
func checkStage(root *os.Root, name string) error {
	info, err := root.Lstat(name)
	if err != nil || !info.IsDir() || !owned(info) {
		return errors.Join(err, notOurs(root, name))
	}
	if _, err := root.Lstat(filepath.Join(name, stageNote)); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	f, err := root.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = f.Readdirnames(1)
	if err == nil {
		return notOurs(root, name)
	}
	if !errors.Is(err, io.EOF) {
		return err
	}
	return nil
}

// partOf is the name of a file's part.
func (s *stage) partOf(path string) string {
	return filepath.Join(s.name, stageParts, hashing.Bytes([]byte(path)).String()+partSuffix)
}

// prepare makes the folder of the files, without those that the prefix has no more.
func (s *stage) prepare(entries []Entry) error {
	listed := map[string]bool{}
	for _, e := range entries {
		listed[e.Path] = true
	}
	for path := range s.done.had {
		if !listed[path] {
			if err := remove(s.root, filepath.Join(s.into, filepath.FromSlash(path))); err != nil {
				return err
			}
		}
	}
	return mkdir(s.root, s.into)
}

// collect says what the folder holds: what came must still stand in its place.
func (s *stage) collect(ctx context.Context, entries []Entry, came []arrived) (f Folder, err error) {
	manifest := make([]hashing.Entry, len(entries))
	for i, e := range entries {
		if err := s.stands(ctx, e, came[i]); err != nil {
			return Folder{}, err
		}
		manifest[i] = hashing.Entry{Path: e.Path, Digest: came[i].SHA256}
		f.Files = append(f.Files, came[i].Result)
	}
	f.Manifest, err = hashing.NewManifest(manifest)
	return f, err
}

// stands tells whether a file is what came. One that was touched since is read again:
// its name may be another's too, where the case of letters does not count.
func (s *stage) stands(ctx context.Context, e Entry, came arrived) error {
	path := filepath.Join(s.root.Name(), s.into, filepath.FromSlash(e.Path))
	look := os.Stat
	if s.whole {
		look = os.Lstat
	}
	info, err := look(path)
	if err == nil && !info.Mode().IsRegular() {
		err = hashing.ErrSpecial
	}
	if err == nil && hashing.StatOf(info) == came.stat && came.stat.Inode != 0 {
		return nil
	}
	if err == nil {
		var file hashing.File
		if file, err = hashing.HashFile(ctx, path, hashing.Options{}); err == nil && file.Digest == came.SHA256 {
			return nil
		}
	}
	if err == nil {
		err = fmt.Errorf("sha256:%s came", came.SHA256)
	}
	return fmt.Errorf("%q does not stand in its place any more: %w", e.Path, err)
}

// after keeps a stage that is worth going on with.
func (s *stage) after(err error) error {
	if s.done.lines == 0 && len(s.parts()) == 0 || !s.whole && len(s.parts()) == 0 {
		return errors.Join(err, s.discard())
	}
	return &PartialError{Part: filepath.Join(s.root.Name(), s.name), Size: -1, Err: err}
}

func (s *stage) parts() []string {
	f, err := s.root.Open(filepath.Join(s.name, stageParts))
	if err != nil {
		return nil
	}
	defer f.Close()
	names, _ := f.Readdirnames(-1) // what cannot be read is worth nothing
	return names
}

// discard removes what calls have made, and what else stands in the stage stays.
func (s *stage) discard() error {
	err := s.removeContent()
	if err == nil {
		err = remove(s.root, filepath.Join(s.name, stageNote))
	}
	if err == nil {
		_ = s.root.Remove(s.name) // unless another call is in it by now
	}
	return err
}

func (s *stage) removeContent() error {
	return errors.Join(s.root.RemoveAll(filepath.Join(s.name, stageParts)), s.root.RemoveAll(filepath.Join(s.name, stageFiles)))
}
