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
// now, unless another call is at work there. What cannot be removed is in nobody's way:
// [IsPart] tells that it is no data.
func Settled(path string) {
	part, note := path+partSuffix, path+noteSuffix
	if _, err := os.Lstat(part); errors.Is(err, fs.ErrNotExist) {
		part = note
	}
	if release, held := hold(part); held {
		defer release()
		_ = errors.Join(os.Remove(note), os.Remove(part)) // see above
	}
}

// settledFolder is Settled for a folder, of which a call that broke off keeps a folder.
func settledFolder(path string) {
	part, note := path+partSuffix, path+noteSuffix
	if info, err := os.Lstat(part); err != nil || !info.IsDir() {
		return
	}
	if release, held := hold(note); held { // without a note it is not known to be ours
		defer release()
		_ = errors.Join(os.RemoveAll(part), os.Remove(note)) // see above
	}
}

// hold keeps other calls from a regular file that is there.
func hold(path string) (release func(), held bool) {
	if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
		return nil, false
	}
	f, err := os.OpenFile(path, os.O_RDWR|noFollow, 0)
	if err != nil {
		return nil, false
	}
	unlock, err := lock(f)
	if err != nil {
		f.Close()
		return nil, false
	}
	return func() { unlock(); f.Close() }, true
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
