package python

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// maxText bounds what is read of a metadata file. The largest seen in the wild is a
// RECORD of 4 MB.
const maxText = 64 << 20

var (
	errSpecial = errors.New("not a regular file")
	errLong    = errors.New("longer than any such file should be")
)

// openFile opens a regular file and nothing else; a named pipe does not block.
func openFile(path string) (*os.File, fs.FileInfo, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|nonblock, 0)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%q: %w", path, errSpecial)
	}
	if err != nil {
		f.Close()
		return nil, nil, err
	}
	return f, info, nil
}

// readFile is the content of a regular file of at most maxText bytes.
func readFile(path string) ([]byte, error) {
	f, info, err := openFile(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info.Size() > maxText {
		return nil, fmt.Errorf("%q: %w", path, errLong)
	}
	b := bytes.NewBuffer(make([]byte, 0, info.Size()+1))
	if _, err := b.ReadFrom(io.LimitReader(f, maxText)); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// readHead is the beginning of a regular file; empty if there is none.
func readHead(path string, n int) []byte {
	f, _, err := openFile(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	b := make([]byte, n)
	n, err = io.ReadFull(f, b)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil
	}
	return b[:n]
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// followed is path with all links followed, or path itself where that fails.
func followed(path string) string {
	if r, err := filepath.EvalSymlinks(path); err == nil {
		return r
	}
	return path
}

// reason is an error without the path, which stands beside it.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}
