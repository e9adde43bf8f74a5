//go:build unix

package fetch

import (
	"errors"
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// noFollow keeps a link from leading elsewhere, and a FIFO from blocking.
const noFollow = unix.O_NOFOLLOW | unix.O_NONBLOCK

// lock keeps other processes from the file, until it is closed. A file system without
// locks has none: two at once are then for their users to avoid.
func lock(f *os.File) (unlock func(), err error) {
	err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	switch {
	case errors.Is(err, unix.EWOULDBLOCK):
		return nil, ErrBusy
	case errors.Is(err, unix.ENOTSUP), errors.Is(err, unix.ENOSYS), errors.Is(err, unix.ENOLCK), errors.Is(err, unix.EINVAL):
		return func() {}, nil
	}
	return func() {}, err // closing unlocks
}

// owned tells whether a file is this user's: one of somebody else could be written to
// after it was hashed.
func owned(info fs.FileInfo) bool {
	sys, ok := info.Sys().(*syscall.Stat_t)
	return !ok || int(sys.Uid) == os.Geteuid()
}

// shared tells whether a file has several names.
func shared(info fs.FileInfo) bool {
	sys, ok := info.Sys().(*syscall.Stat_t)
	return ok && sys.Nlink > 1
}
