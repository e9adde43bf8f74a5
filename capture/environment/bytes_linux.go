package environment

import (
	"bytes"
	"context"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/lineage-audit/lineage/hashing"
)

// content is what the bytes of a library say.
type content struct {
	digest  hashing.FileDigest
	version string
	openMP  bool // it leaves its threads to OpenMP
}

// maxLibrary bounds how much of a library is read. MKL's parts are the largest.
const maxLibrary = 1 << 30

// read hashes a library and looks for its version on the way. It is opened in the root
// of the process that has it loaded, which may be another one than ours.
func (s *Sampler) read(ctx context.Context, l *sighting) (c content) {
	if strings.HasSuffix(l.path, deleted) {
		s.problems = append(s.problems, fmt.Sprintf("%s was replaced or removed while the run had it loaded: its bytes are not known", l.path))
		return c
	}
	f, err := s.open(l)
	if err != nil {
		s.problems = append(s.problems, fmt.Sprintf("%s: %s", l.path, reason(err)))
		return c
	}
	defer f.Close()
	scan := &scanner{mark: []byte(l.mark)}
	c.openMP = needsOpenMP(f)
	c.digest, _, err = hashing.Reader(ctx, io.TeeReader(f, scan))
	if err != nil {
		s.problems = append(s.problems, fmt.Sprintf("%s: %s", l.path, reason(err)))
		return content{}
	}
	scan.end()
	c.version = versionIn(strings.TrimPrefix(string(scan.found), scan.plainMark()))
	return c
}

// needsOpenMP tells whether a library is linked with one of OpenMP's, which then
// decides about its threads.
func needsOpenMP(r io.ReaderAt) bool {
	file, err := elf.NewFile(r)
	if err != nil {
		return false
	}
	needed, _ := file.ImportedLibraries()
	return slices.ContainsFunc(needed, func(name string) bool {
		l, known := libraryOf(name)
		return known && l.kind == kindOpenMP
	})
}

// open gives a regular file that is not too long.
func (s *Sampler) open(l *sighting) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(s.proc, strconv.Itoa(l.pid), "root")+l.path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil { // the process is gone
		f, err = os.OpenFile(l.path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	}
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() || info.Size() > maxLibrary {
		f.Close()
		return nil, errors.New("it is no file, or too long for a library")
	}
	return f, nil
}

// maxTail is how much behind a mark is kept.
const maxTail = 256

// scanner looks for the first mark that a version follows, in what is written to it.
type scanner struct {
	mark  []byte
	last  []byte // the end of what was written, of which a mark may not be whole
	found []byte
}

func (s *scanner) Write(p []byte) (int, error) {
	if len(s.mark) > 0 && len(s.found) == 0 {
		text := append(s.last, p...)
		s.search(text, len(text)-maxTail)
		s.last = append(s.last[:0], text[max(0, len(text)-maxTail):]...)
	}
	return len(p), nil
}

// end says that nothing more is written.
func (s *scanner) end() {
	if len(s.mark) > 0 && len(s.found) == 0 {
		s.search(s.last, len(s.last))
	}
}

// search takes the first mark that starts before a place.
func (s *scanner) search(text []byte, before int) {
	for at := 0; len(s.found) == 0; at += len(s.mark) {
		i := bytes.Index(text[at:], s.mark)
		if at += i; i < 0 || at >= before {
			return
		}
		tail := text[at:min(len(text), at+maxTail)]
		if versionIn(strings.TrimPrefix(string(tail), s.plainMark())) != "" {
			s.found = bytes.Clone(tail)
		}
	}
}

// plainMark is the mark, if the version follows it at once.
func (s *scanner) plainMark() string {
	if bytes.HasPrefix(s.mark, []byte("GCC")) {
		return ""
	}
	return string(s.mark)
}

// toolkitVersion is that in the name of the file, else of the wheel that it is part of:
// nvidia/cuda_runtime/lib/libcudart.so.12 beside nvidia_cuda_runtime_cu12-12.4.127.dist-info.
func toolkitVersion(path string) string {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if m := soVersion.FindStringSubmatch(filepath.Base(path)); m != nil {
		return m[1]
	}
	site := filepath.Dir(filepath.Dir(filepath.Dir(filepath.Dir(path))))
	wheels, _ := filepath.Glob(filepath.Join(site, "nvidia_cuda_runtime*-*.dist-info"))
	if len(wheels) == 1 {
		_, version, _ := strings.Cut(strings.TrimSuffix(filepath.Base(wheels[0]), ".dist-info"), "-")
		return version
	}
	return versionOf(filepath.Base(path))
}
