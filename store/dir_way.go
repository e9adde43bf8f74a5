package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

// onTheWay is nil if no folder that a key stands in is a link, or else no folder:
// what is behind a link is another store's, or nobody's, and not followed. A folder
// that is absent, and a file in its place, say so themselves. The store's own folder
// may be linked to.
func (d *Dir) onTheWay(key string) error {
	return onTheWay(key, func(name string) (fs.FileInfo, error) { return os.Lstat(d.file(name)) })
}

func onTheWay(key string, lstat func(string) (fs.FileInfo, error)) error {
	for i := range len(key) {
		if key[i] != '/' {
			continue
		}
		info, err := lstat(key[:i])
		switch {
		case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
			return nil
		case err != nil:
			return err
		case !info.IsDir() && !info.Mode().IsRegular():
			return &DamageError{key[:i], fmt.Errorf("it is %s, which is not followed: the store has a folder there", kindWord(info.Mode()))}
		}
	}
	return nil
}

// kinds are those that have a folder.
var kinds = []Kind{KindIntent, KindRecord, KindBlob, KindAttachment, KindSignature, KindStatement, KindSource}

// isKind tells whether a path is that of a kind's folder, or below it.
func isKind(name string) bool {
	first, _, _ := strings.Cut(name, "/")
	for _, k := range kinds {
		if first == string(k) {
			return true
		}
	}
	return false
}
