package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
)

// homePrefix is how a path below the home is written down, so that it names nobody's.
const homePrefix = "/~/"

// errLocal marks an error of this machine's disk: it will be the same the next time.
var errLocal = errors.New("reading it")

// local is where a URI of this machine is.
func (c *Client) local(u URI) string {
	if below, found := strings.CutPrefix(u.path, homePrefix); found && c.home != "" {
		return filepath.Join(c.home, filepath.FromSlash(below))
	}
	return filepath.FromSlash(u.path)
}

// fileOrigin is a file of this machine.
type fileOrigin struct{ path string }

func (o fileOrigin) open(_ context.Context, from int64, of *Version) (answer, error) {
	info, err := os.Stat(o.path)
	if errors.Is(err, fs.ErrNotExist) {
		return answer{}, ErrNotFound
	} else if errors.Is(err, fs.ErrPermission) {
		return answer{}, ErrDenied
	} else if err != nil {
		return answer{}, err
	}
	if info.IsDir() {
		return answer{}, fmt.Errorf("%q %w", o.path, ErrFolder)
	}
	if !info.Mode().IsRegular() { // opening a FIFO would block
		return answer{}, fmt.Errorf("%q: %w", o.path, hashing.ErrSpecial)
	}
	f, err := os.Open(o.path)
	if err != nil {
		return answer{}, ErrDenied
	}
	info, err = f.Stat()
	v := Version{Size: -1}
	if err == nil {
		v = versionOf(hashing.StatOf(info))
	}
	if err == nil && of != nil && !of.same(v) {
		err = ErrChanged
	}
	if err == nil {
		_, err = f.Seek(from, io.SeekStart)
	}
	if err != nil {
		f.Close()
		return answer{}, err
	}
	return answer{body: &fileBody{f, v}, from: from, version: v, bounded: true}, nil
}

// versionOf is a file's stat, spelled as an entity tag.
func versionOf(s hashing.Stat) Version {
	return Version{Size: s.Size, ETag: fmt.Sprintf(`"%x-%x-%x-%x"`, s.Device, s.Inode, s.Mtime, s.Ctime)}
}

// fileBody looks again at its end: the file may have been written to meanwhile.
type fileBody struct {
	*os.File
	was Version
}

func (b *fileBody) Read(p []byte) (int, error) {
	n, err := b.File.Read(p)
	switch {
	case err == io.EOF:
		if info, err := b.File.Stat(); err != nil || versionOf(hashing.StatOf(info)) != b.was {
			return n, ErrChanged
		}
	case err != nil:
		return n, fmt.Errorf("%w: %w", errLocal, err)
	}
	return n, err
}
