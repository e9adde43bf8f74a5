package git

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/lineage-audit/lineage/hashing"
)

// onDisk is what stands at a path, its bytes read once.
type onDisk struct {
	mode   Mode
	size   int64
	target string             // of a symlink
	digest hashing.FileDigest // of a file
	blob   ObjectID           // what git would call these bytes, unconverted
	large  bool               // larger than was to be read: no digest
	err    error              // why it could not be read
}

// stands tells whether there is anything at the path.
func (d onDisk) stands() bool { return d.mode != ModeNone }

func (d onDisk) isFile() bool { return d.mode == ModeFile || d.mode == ModeExecutable }

// look reads what stands at a path, and names it as a repository with ids of
// this length would, if it is not 0. Nothing is opened but regular files,
// without following a link; limit bounds those that are read, if it is not
// negative.
func look(ctx context.Context, root, file string, idLen int, limit int64) onDisk {
	full := filepath.Join(root, filepath.FromSlash(file))
	info, err := os.Lstat(full)
	if err != nil {
		return vanished(err)
	}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		return lookLink(full, idLen)
	case info.IsDir():
		return onDisk{mode: ModeFolder}
	case !info.Mode().IsRegular():
		return onDisk{mode: ModeOther}
	}
	f, info, err := openRegular(full, openNoFollow)
	if err != nil {
		return vanished(err)
	}
	defer f.Close()
	d := onDisk{mode: modeOf(info), size: info.Size()}
	if limit >= 0 && d.size > limit {
		d.large = true
		return d
	}
	if idLen == 0 {
		d.digest, d.size, d.err = hashing.Reader(ctx, f)
		return d
	}
	h := blobHash(idLen, d.size)
	d.digest, d.size, d.err = hashing.Reader(ctx, io.TeeReader(f, h))
	d.blob = ObjectID(hex.EncodeToString(h.Sum(nil)))
	return d
}

// vanished is a path that cannot be read: gone, or refused.
func vanished(err error) onDisk {
	if errors.Is(err, fs.ErrNotExist) {
		return onDisk{}
	}
	return onDisk{mode: ModeFile, err: errors.New(reason(err))}
}

func lookLink(full string, idLen int) onDisk {
	target, err := os.Readlink(full)
	if err != nil {
		return vanished(err)
	}
	target = filepath.ToSlash(target)
	h := blobHash(idLen, int64(len(target)))
	io.WriteString(h, target)
	return onDisk{mode: ModeSymlink, target: target, blob: ObjectID(hex.EncodeToString(h.Sum(nil)))}
}

// modeOf is the mode that git gives to a regular file.
func modeOf(info fs.FileInfo) Mode {
	if info.Mode()&0o100 != 0 {
		return ModeExecutable
	}
	return ModeFile
}
