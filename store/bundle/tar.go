package bundle

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"
)

// block is the unit of a tar archive. maxObject is the largest size that ustar spells.
const (
	block     = 512
	maxObject = 1<<33 - 1
)

// header is the only spelling of an entry's header.
func header(key string, size int64) ([]byte, error) {
	var b bytes.Buffer
	err := tar.NewWriter(&b).WriteHeader(&tar.Header{
		Typeflag: tar.TypeReg, Name: key, Size: size, Mode: 0o444, ModTime: time.Unix(0, 0), Format: tar.FormatUSTAR,
	})
	if err == nil && b.Len() != block {
		err = errors.New("it does not fit into one header")
	}
	if err != nil {
		return nil, fmt.Errorf("entry %q of %d bytes: %w", key, size, err)
	}
	return b.Bytes(), nil
}

// padding is how many zeros follow content of that size.
func padding(size int64) int64 { return (block - size%block) % block }

// tarReader reads the entries of an archive as header writes them, and nothing else:
// what another program would take for a link, a sparse file or an extended header is
// an error like any other byte out of place.
type tarReader struct {
	in   io.Reader
	left int64 // how many bytes may still come
	size int64 // of the current entry
	rest int64 // of its content
}

// next is the next entry. At the end of the archive, which is then the end of the
// input, it is io.EOF.
func (t *tarReader) next() (key string, size int64, err error) {
	if err := t.skip(); err != nil {
		return "", 0, err
	}
	raw, err := t.block()
	if err != nil {
		return "", 0, err
	}
	if raw == [block]byte{} {
		return "", 0, t.end()
	}
	key, size, ok := parse(raw)
	want, err := header(key, size)
	if !ok || err != nil || !bytes.Equal(want, raw[:]) {
		return "", 0, fmt.Errorf("%w: the header of an entry is not as it is written there", ErrBundle)
	}
	if t.left -= size + padding(size); t.left < 0 {
		return "", 0, fmt.Errorf("%w: it has more bytes than may be read", ErrBundle)
	}
	t.size, t.rest = size, size
	return key, size, nil
}

// parse reads the fields that differ from one header to the other.
func parse(raw [block]byte) (key string, size int64, ok bool) {
	text := func(from, to int) string {
		s, _, _ := bytes.Cut(raw[from:to], []byte{0})
		return string(s)
	}
	key = text(0, 100)
	if prefix := text(345, 500); prefix != "" {
		key = prefix + "/" + key
	}
	size, err := strconv.ParseInt(text(124, 136), 8, 64)
	return key, size, err == nil && size >= 0
}

// Read reads the content of the current entry.
func (t *tarReader) Read(b []byte) (int, error) {
	if t.rest == 0 {
		return 0, io.EOF
	}
	n, err := t.in.Read(b[:min(int64(len(b)), t.rest)])
	t.rest -= int64(n)
	if err == io.EOF && t.rest > 0 {
		err = t.cutOff(io.ErrUnexpectedEOF)
	} else if err == io.EOF {
		err = nil
	}
	return n, err
}

// skip reads what is left of an entry, and its padding.
func (t *tarReader) skip() error {
	if _, err := io.Copy(io.Discard, t); err != nil {
		return err
	}
	zeros := make([]byte, padding(t.size))
	t.size = 0
	if _, err := io.ReadFull(t.in, zeros); err != nil {
		return t.cutOff(err)
	}
	if len(bytes.Trim(zeros, "\x00")) > 0 {
		return fmt.Errorf("%w: something stands behind an entry", ErrBundle)
	}
	return nil
}

func (t *tarReader) block() (raw [block]byte, err error) {
	if t.left -= block; t.left < 0 {
		return raw, fmt.Errorf("%w: it has more bytes than may be read", ErrBundle)
	}
	if _, err := io.ReadFull(t.in, raw[:]); err != nil {
		return raw, t.cutOff(err)
	}
	return raw, nil
}

func (t *tarReader) end() error {
	raw, err := t.block()
	if err != nil {
		return err
	}
	var more [1]byte
	n, err := io.ReadFull(t.in, more[:])
	switch {
	case raw != [block]byte{} || n > 0:
		return fmt.Errorf("%w: something follows its end", ErrBundle)
	case err != io.EOF:
		return err
	}
	return io.EOF
}

func (t *tarReader) cutOff(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it is cut off", ErrBundle)
	}
	return err
}
