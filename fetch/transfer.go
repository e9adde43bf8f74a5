package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"
)

// origin is one place that has bytes.
type origin interface {
	// open asks for the bytes from that offset on, of that version if it is known. The
	// answer may begin at 0 instead.
	open(ctx context.Context, from int64, of *Version) (answer, error)
}

// answer is what an origin gives.
type answer struct {
	body    io.ReadCloser
	from    int64   // where the body begins
	version Version // of all bytes, not of the rest
	// bounded tells that a body that was cut off does not look like its end.
	bounded bool
}

// sink takes bytes.
type sink interface {
	io.Writer
	begin(v Version) error // says what is to come, before the first byte
	restart() error        // forgets what was written
}

// transfer brings the bytes of an origin to a sink, in as many attempts as it takes.
type transfer struct {
	c       *Client
	origin  origin
	sink    sink
	limit   int64    // of bytes; none if negative
	at      int64    // how many the sink has
	version *Version // of which bytes; nil if that is not known yet
	early   bool     // the version is what an earlier call wrote down
	told    int64    // the total that progress knows of
}

const (
	enough       = 64 << 10 // bytes that make an attempt a gain
	firstPause   = 500 * time.Millisecond
	longestPause = 30 * time.Second
)

var (
	errStalled = errors.New("the connection gave nothing for too long")
	errPrefix  = errors.New("it names a folder, not a file")
)

func (t *transfer) run(ctx context.Context) error {
	for failures := 0; ; {
		before := t.at
		err := t.attempt(ctx)
		if err == nil {
			return nil
		}
		if t.at-before >= enough {
			failures = 0
		}
		var again *temporary
		if failures++; !errors.As(err, &again) || failures >= t.c.o.Attempts {
			return err
		}
		if err := t.c.o.Wait(ctx, pause(failures, again.after)); err != nil {
			return err
		}
	}
}

// pause grows with each failure, and is a little random: many clients that one
// failure has hit must not come back at once.
func pause(failures int, wanted time.Duration) time.Duration {
	d := min(firstPause<<(failures-1), longestPause)
	d += rand.N(d / 2)
	return min(max(d, wanted), longestPause)
}

// attempt asks for what is still to come, and takes it.
func (t *transfer) attempt(ctx context.Context) error {
	if t.at > 0 && !t.version.strong() { // nobody can say that the rest belongs to it
		if err := t.restart(); err != nil {
			return err
		}
	}
	ctx, watch := newWatch(ctx, t.c.o.Stall)
	defer watch.stop()
	a, err := t.origin.open(ctx, t.at, t.version)
	if errors.Is(err, ErrChanged) && t.early { // what an earlier call had is of no use
		t.version, t.early = nil, false
		if err := t.restart(); err != nil {
			return err
		}
		a, err = t.origin.open(ctx, 0, nil)
	}
	if err != nil {
		return err
	}
	defer a.body.Close()
	if err := t.accept(a); err != nil {
		return err
	}
	return t.copy(ctx, a, watch)
}

// accept compares an answer with what came before.
func (t *transfer) accept(a answer) error {
	if t.version != nil && !t.version.same(a.version) {
		if !t.early {
			return fmt.Errorf("%w: it was %s, and is %s", ErrChanged, *t.version, a.version)
		}
		if a.from > 0 {
			return fmt.Errorf("%w: it was %s, and is %s", ErrChanged, *t.version, a.version)
		}
	}
	if t.limit >= 0 && a.version.Size > t.limit {
		return fmt.Errorf("%w: %d bytes, and at most %d are", ErrTooLarge, a.version.Size, t.limit)
	}
	if a.from != t.at { // all of it came, from the start
		if err := t.restart(); err != nil {
			return err
		}
	}
	v := a.version
	t.version, t.early = &v, false
	t.expect(v.Size)
	return t.sink.begin(v)
}

func (t *transfer) restart() error {
	t.tell(-t.at, 0)
	t.at = 0
	return t.sink.restart()
}

func (t *transfer) expect(size int64) {
	if size = max(size, 0); size != t.told {
		t.tell(0, size-t.told)
		t.told = size
	}
}

func (t *transfer) tell(done, total int64) {
	if t.c.o.Progress != nil && (done != 0 || total != 0) {
		t.c.o.Progress(done, total)
	}
}

// copy takes the body to its end, which must be that of the bytes.
func (t *transfer) copy(ctx context.Context, a answer, w *watch) error {
	buf := make([]byte, 128<<10)
	for {
		n, err := a.body.Read(buf)
		if n > 0 {
			w.seen()
			if err := t.take(buf[:n]); err != nil {
				return err
			}
		}
		switch {
		case err == io.EOF:
			return t.ended(a)
		case err != nil && (errors.Is(err, ErrChanged) || ctx.Err() == nil && errors.Is(err, errLocal)):
			return err
		case err != nil:
			return passing(ctx, err)
		case ctx.Err() != nil:
			return passing(ctx, ctx.Err())
		}
	}
}

func (t *transfer) take(b []byte) error {
	n := t.at + int64(len(b))
	if size := t.version.Size; size >= 0 && n > size {
		return fmt.Errorf("%w: more came than the %d bytes that there are", ErrTruncated, size)
	}
	if t.limit >= 0 && n > t.limit {
		return fmt.Errorf("%w: more than %d bytes", ErrTooLarge, t.limit)
	}
	if _, err := t.sink.Write(b); err != nil {
		return err
	}
	t.at = n
	t.tell(int64(len(b)), 0)
	return nil
}

func (t *transfer) ended(a answer) error {
	switch size := t.version.Size; {
	case size >= 0 && t.at < size:
		return &temporary{err: fmt.Errorf("%w: %d of %d bytes came", ErrTruncated, t.at, size)}
	case size < 0 && !a.bounded:
		return fmt.Errorf("%w, perhaps: the server does not say how many bytes there are, nor where they end", ErrTruncated)
	}
	return nil
}

// String names the version for people.
func (v Version) String() string {
	s := "of unknown length"
	if v.Size >= 0 {
		s = fmt.Sprintf("of %d bytes", v.Size)
	}
	for _, part := range []string{v.VersionID, v.ETag, v.LastModified} {
		if part != "" {
			return s + " (" + part + ")"
		}
	}
	return s
}
