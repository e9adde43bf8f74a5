package fetch

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// IsPart tells of a path that it is, by its name, what a call that broke off keeps
// beside its target: no data, and nothing that anybody made.
func IsPart(path string) bool {
	return strings.HasSuffix(path, partSuffix) || strings.HasSuffix(path, noteSuffix)
}

// Settled removes what a call that broke off kept beside a target which has its bytes by
// now, unless another call is at work there, or it is not known to be ours. What cannot
// be removed is in nobody's way: [IsPart] tells that it is no data.
func Settled(path string) {
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return
	}
	defer root.Close()
	base := filepath.Base(path)
	at := spot{root: root, target: base, part: base + partSuffix}
	if _, ours, err := readNote(root, at.noteName()); err != nil || !ours {
		return
	}
	if _, err := root.Lstat(at.part); errors.Is(err, fs.ErrNotExist) {
		_ = remove(root, at.noteName())
		return
	}
	file, unlock, err := openLocked(root, at.part, 0o666)
	if err != nil {
		return // another call's
	}
	p := &part{spot: at, file: file, unlock: unlock}
	p.drop()
}

// settledFolder is Settled for a folder, of which a call that broke off keeps a folder.
func settledFolder(path string) {
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return
	}
	defer root.Close()
	name := filepath.Base(path) + partSuffix
	if _, err := root.Lstat(filepath.Join(name, stageNote)); err != nil || checkStage(root, name) != nil {
		return
	}
	s, err := openStage(root, name, "")
	if err != nil {
		return // another call's
	}
	defer s.done.file.Close()
	_ = s.discard()
}

// absent are a folder and those above it that are not there, the innermost first.
func absent(folder string) (found []string) {
	for {
		if _, err := os.Lstat(folder); !errors.Is(err, fs.ErrNotExist) {
			return found
		}
		found = append(found, folder)
		folder = filepath.Dir(folder)
	}
}

// unmake removes folders that were made for what then did not come, if nothing is in them.
func unmake(folders []string) {
	for _, folder := range folders {
		if os.Remove(folder) != nil {
			return
		}
	}
}
