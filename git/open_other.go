//go:build !unix

package git

import "io/fs"

const (
	openNonblock = 0
	openNoFollow = 0
)

func owner(info fs.FileInfo) (uid int, ok bool) { return 0, false }
