package hashing

import (
	"io/fs"
	"syscall"
)

// StatOf is the Stat of info, which comes from the os package.
func StatOf(info fs.FileInfo) Stat {
	s := Stat{Size: info.Size(), Mode: uint32(info.Mode()), Mtime: info.ModTime().UnixNano()}
	if sys, ok := info.Sys().(*syscall.Stat_t); ok {
		s.Device, s.Inode, s.Ctime = uint64(sys.Dev), sys.Ino, sys.Ctimespec.Nano()
	}
	return s
}
