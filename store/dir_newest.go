package store

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// newestFirst gives the keys that start with prefix, by the times of their files.
func (d *Dir) newestFirst(ctx context.Context, prefix string) ([]string, error) {
	type put struct {
		key string
		at  int64
	}
	var all []put
	for key, err := range d.List(ctx, prefix) {
		if err != nil {
			return nil, err
		}
		info, err := os.Lstat(d.file(key))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		} else if err != nil {
			return nil, err
		}
		all = append(all, put{key, info.ModTime().UnixNano()})
	}
	slices.SortFunc(all, func(a, b put) int { return cmp.Or(cmp.Compare(b.at, a.at), strings.Compare(a.key, b.key)) })
	keys := make([]string, len(all))
	for i, p := range all {
		keys[i] = p.key
	}
	return keys, nil
}
