//go:build unix

package index

import (
	"io/fs"
	"os"
	"syscall"
)

// ownedHere tells whether what info is of belongs to the user of this process.
func ownedHere(info fs.FileInfo) bool {
	sys, ok := info.Sys().(*syscall.Stat_t)
	return ok && sys.Uid == uint32(os.Geteuid())
}
