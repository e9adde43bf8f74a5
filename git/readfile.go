package git

import (
	"fmt"
	"io"
	"os"
)

// readRegular reads a regular file of at most limit bytes. It follows links, but
// neither blocks on a FIFO nor opens a device.
func readRegular(path string, limit int64) ([]byte, error) {
	return readOpened(path, limit, 0)
}

// readOwn is readRegular for what must not be a link.
func readOwn(path string, limit int64) ([]byte, error) {
	return readOpened(path, limit, openNoFollow)
}

func readOpened(path string, limit int64, flags int) ([]byte, error) {
	f, info, err := openRegular(path, flags)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info.Size() > limit {
		return nil, fmt.Errorf("%q has %d bytes; at most %d are read", path, info.Size(), limit)
	}
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(b)) > limit {
		err = fmt.Errorf("%q has more than %d bytes", path, limit)
	}
	return b, err
}

// openRegular opens what must be a regular file, and never waits for it.
func openRegular(path string, flags int) (*os.File, os.FileInfo, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|openNonblock|flags, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%q is not a regular file", path)
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// readUpTo reads until the end or limit bytes, whichever comes first.
func readUpTo(r io.Reader, limit int64) ([]byte, error) {
	return io.ReadAll(io.LimitReader(r, limit))
}
