package git

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// objects reads objects of one repository through one git cat-file, and
// believes none whose bytes do not have the id that was asked for. It is not for
// concurrent use.
type objects struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	said   *tail
	broken error // what ended the conversation
}

// objects starts the reader, which is to be closed and ends with ctx.
func (p program) objects(ctx context.Context) (*objects, error) {
	cmd := p.command(ctx, "cat-file", "--batch")
	o := &objects{cmd: cmd, said: &tail{max: maxMessage}}
	cmd.Stderr = o.said
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("running git cat-file: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("running git cat-file: %w", err)
	}
	if err := start(cmd); err != nil {
		return nil, fmt.Errorf("running git cat-file: %w", err)
	}
	o.in, o.out = in, bufio.NewReaderSize(out, 64<<10)
	return o, nil
}

// close ends git; what it says then no longer matters.
func (o *objects) close() {
	o.in.Close()
	io.Copy(io.Discard, o.out)
	o.cmd.Wait()
}

// errLarge says that an object is larger than was asked for.
var errLarge = errors.New("object is too large")

// read gives a whole object of the kind, of at most limit bytes.
func (o *objects) read(id ObjectID, kind string, limit int64) ([]byte, error) {
	var b bytes.Buffer
	_, err := o.stream(id, kind, func(size int64) (io.Writer, error) {
		if size > limit {
			return nil, fmt.Errorf("%w: %s has %d bytes; at most %d are read", errLarge, id, size, limit)
		}
		b.Grow(int(size))
		return &b, nil
	})
	return b.Bytes(), err
}

// stream copies the object into what sink gives once the size is known, and
// checks it against its id: until stream returns nil, what was copied may be
// forged. An object that is not there is [ErrMissing].
func (o *objects) stream(id ObjectID, kind string, sink func(size int64) (io.Writer, error)) (int64, error) {
	got, size, err := o.ask(id)
	if err != nil {
		return 0, err
	}
	w, refused := io.Writer(nil), error(nil)
	if got != kind {
		refused = fmt.Errorf("object %s is a %s, not a %s: %w", id, got, kind, ErrCorrupt)
	} else {
		w, refused = sink(size)
	}
	// The answer is taken to its end in any case, or the next one would be read
	// out of this one.
	to := &sinking{w: w, err: refused}
	h := objectHash(len(id), kind, size)
	if _, err := io.CopyN(io.MultiWriter(h, to), o.out, size); err != nil {
		return 0, o.fail(err)
	}
	if _, err := o.out.Discard(1); err != nil {
		return 0, o.fail(err)
	}
	if to.err != nil {
		return 0, to.err
	}
	if sum := hex.EncodeToString(h.Sum(nil)); sum != string(id) {
		return 0, fmt.Errorf("%s %s has the bytes of %s: %w", kind, id, sum, ErrCorrupt)
	}
	return size, nil
}

// sinking writes until that fails once, and takes the rest for nothing.
type sinking struct {
	w   io.Writer
	err error
}

func (s *sinking) Write(p []byte) (int, error) {
	if s.err == nil {
		_, s.err = s.w.Write(p)
	}
	return len(p), nil
}

// ask requests an object and reads the line that announces it.
func (o *objects) ask(id ObjectID) (kind string, size int64, err error) {
	if o.broken != nil {
		return "", 0, o.broken
	}
	if _, err := io.WriteString(o.in, string(id)+"\n"); err != nil {
		return "", 0, o.fail(err)
	}
	line, err := o.out.ReadString('\n')
	if err != nil {
		return "", 0, o.fail(err)
	}
	fields := strings.Fields(line)
	if len(fields) == 2 && fields[0] == string(id) && fields[1] == "missing" {
		return "", 0, fmt.Errorf("object %s: %w", id, ErrMissing)
	}
	if len(fields) != 3 || fields[0] != string(id) {
		return "", 0, o.fail(fmt.Errorf("it printed %q", line))
	}
	if size, err = strconv.ParseInt(fields[2], 10, 64); err != nil || size < 0 {
		return "", 0, o.fail(fmt.Errorf("it printed %q", line))
	}
	return fields[1], size, nil
}

// fail ends the conversation: no answer can be told from the next any more.
func (o *objects) fail(err error) error {
	for _, gone := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.EPIPE, os.ErrClosed} {
		if !errors.Is(err, gone) {
			continue
		}
		o.in.Close()
		if ended := failure(o.cmd.Wait(), o.said); ended != nil {
			err = ended // the context's error, if that was it
		}
		if strings.Contains(o.said.String(), "promisor remote") {
			err = fmt.Errorf("%w: %w", ErrMissing, err) // git ends where it may not fetch
		}
		break
	}
	o.broken = fmt.Errorf("running git cat-file: %w", err)
	return o.broken
}

// blobHash is ready to take a blob's bytes and to give its id.
func blobHash(idLen int, size int64) hash.Hash { return objectHash(idLen, "blob", size) }

// objectHash makes ids of idLen digits.
func objectHash(idLen int, kind string, size int64) hash.Hash {
	h := sha1.New()
	if idLen == 64 {
		h = sha256.New()
	}
	fmt.Fprintf(h, "%s %d\x00", kind, size)
	return h
}
