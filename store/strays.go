package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
)

// whole is an error if something foreign stands where a kind has its folder: what is
// behind it, or was there before, may name what nothing else does.
func (s *Store) whole(ctx context.Context) error {
	refuse := func(name, why string) error {
		err := &DamageError{name, errors.New(why)}
		return fmt.Errorf("nothing is removed from a store that is not whole: %w; put in its place what was there, or move it out of the store", err)
	}
	for _, k := range kinds { // a file at the place of the folder
		r, err := s.backend.Get(ctx, string(k))
		if err == nil {
			return errors.Join(refuse(string(k), "it is a file, and the store has a folder there"), r.Close())
		}
	}
	b, able := s.backend.(strayer)
	if !able {
		return nil
	}
	for f, err := range b.strays(ctx) {
		if err != nil {
			return fmt.Errorf("looking through the store: %w", err)
		}
		if f.Fault == FaultForeign && (isKind(f.Name) || f.Name == tempFolder) {
			return refuse(f.Name, f.Why)
		}
	}
	return nil
}

// strayer is a backend that may hold what is no object.
type strayer interface {
	strays(context.Context) iter.Seq2[Finding, error]
}

var _ strayer = (*Dir)(nil)

// strays gives what stands in the folder and was not put there as an object: temps of
// killed writers, names that are no keys, and what is no file. Links are not followed.
func (d *Dir) strays(ctx context.Context) iter.Seq2[Finding, error] {
	return func(yield func(Finding, error) bool) {
		root, err := filepath.EvalSymlinks(d.root) // the folder itself may be linked to
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		if err != nil {
			yield(Finding{}, err)
			return
		}
		err = filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return ctx.Err()
			}
			if err = errors.Join(err, ctx.Err()); err != nil {
				return err
			}
			name, err := filepath.Rel(root, path)
			if err != nil || name == "." {
				return err
			}
			f, found := stray(filepath.ToSlash(name), e)
			if found && !yield(f, nil) {
				return fs.SkipAll
			}
			if e.IsDir() && strings.HasPrefix(e.Name(), ".") && name != tempFolder {
				return fs.SkipDir
			}
			return nil
		})
		if err != nil {
			yield(Finding{}, err)
		}
	}
}

// ours are the names at the top that begin with a dot and are known.
var ours = map[string]bool{tempFolder: true, ".gitignore": true, ".index": true}

func stray(name string, e fs.DirEntry) (Finding, bool) {
	below, inTemp := strings.CutPrefix(name, tempFolder+"/")
	kind := e.Type()
	switch {
	case inTemp && below != "":
		return Finding{Fault: FaultLeftover, Name: name, Why: "a writer left it; one that goes on has just begun it"}, true
	case name == tempFolder && !kind.IsDir() && !kind.IsRegular():
		return Finding{Fault: FaultForeign, Name: name, Why: "it is " + kindWord(kind) + ", and the store writes into a folder there"}, true
	case ours[name]:
		return Finding{}, false
	case kind.IsDir() && isPart(e.Name()):
		return Finding{}, false
	case !kind.IsRegular() && !kind.IsDir() && isPart(e.Name()):
		return Finding{Fault: FaultForeign, Name: name, Why: "it is " + kindWord(kind) + ", and the store keeps files"}, true
	case !isPart(e.Name()):
		return Finding{Fault: FaultBystander, Name: name, Why: "its name is no key, and the store does not look at it"}, true
	}
	return Finding{}, false
}

func kindWord(kind fs.FileMode) string {
	switch {
	case kind&os.ModeSymlink != 0:
		return "a symbolic link"
	case kind&os.ModeNamedPipe != 0:
		return "a named pipe"
	case kind&os.ModeSocket != 0:
		return "a socket"
	}
	return "a device"
}
