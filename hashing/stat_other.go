//go:build !linux && !darwin

package hashing

import "io/fs"

// StatOf is the Stat of info. Here it has neither inode nor ctime, so that a
// write which restores size and mtime goes unseen by it.
func StatOf(info fs.FileInfo) Stat {
	return Stat{Size: info.Size(), Mode: uint32(info.Mode()), Mtime: info.ModTime().UnixNano()}
}
