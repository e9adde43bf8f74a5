package bundle

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
)

// ReadOptions bound what is read.
type ReadOptions struct {
	// MaxBytes bounds the bundle once it is unpacked; 0 is [DefaultMaxBytes].
	MaxBytes int64
	// Partial takes a bundle whose records name blobs or intents that neither it nor
	// the store has; otherwise that is an error that wraps [ErrIncomplete].
	Partial bool
	// Progress is told how many bytes were read: twice as many as there are, since
	// all is checked before anything is put.
	Progress func(done int64)
}

// DefaultMaxBytes bounds a bundle if nobody says otherwise: one that is compressed
// may be a thousand times as large as its file.
const DefaultMaxBytes = 64 << 30

// maxIntent is record's own bound.
const maxIntent = 16 << 20

// limits are the sizes that the content of a key may have.
var limits = map[store.Kind]int64{
	store.KindFormat: 1 << 10, store.KindIntent: maxIntent, store.KindRecord: record.MaxSize, store.KindBlob: maxObject,
	store.KindAttachment: 1 << 20, store.KindSignature: record.MaxSize, store.KindStatement: record.MaxSize, store.KindSource: 1 << 20,
}

// Check reads a bundle to its end and believes nothing of it. Errors wrap
// [ErrBundle]; what a record names and the bundle does not have stands in the summary.
func Check(ctx context.Context, r io.Reader, o ReadOptions) (Summary, error) {
	c, err := checkAll(ctx, r, o, nil)
	if err != nil {
		return Summary{}, fmt.Errorf("reading a bundle: %w", err)
	}
	return c.summary, nil
}

// entry is one object of a bundle that was found to be what its key says.
type entry struct {
	key    store.Key
	digest hashing.FileDigest
	bytes  int64
}

// checker is the reading of one bundle.
type checker struct {
	each    func(entry) error
	summary Summary
	last    place
	blobs   map[hashing.FileDigest]bool // and whether a record names it
	wanted  []hashing.FileDigest        // what records name and was not there
	intents map[record.Invocation]hashing.FileDigest
	pending record.Invocation // an intent whose record is the next entry
}

func checkAll(ctx context.Context, r io.Reader, o ReadOptions, each func(entry) error) (*checker, error) {
	t, err := openTar(ctx, r, o)
	if err != nil {
		return nil, err
	}
	if each == nil {
		each = func(entry) error { return nil }
	}
	c := &checker{each: each, blobs: map[hashing.FileDigest]bool{}, intents: map[record.Invocation]hashing.FileDigest{}}
	for {
		key, size, err := t.next()
		if err == io.EOF {
			return c, c.end()
		}
		if err == nil {
			err = c.entry(t, key, size)
		}
		if err != nil {
			return nil, err
		}
	}
}

// openTar reads the archive, which may be compressed.
func openTar(ctx context.Context, r io.Reader, o ReadOptions) (*tarReader, error) {
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	in := bufio.NewReaderSize(&meter{ctx: ctx, in: r}, 64<<10)
	t := &tarReader{in: in, left: o.MaxBytes}
	if magic, _ := in.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		zip, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrBundle, err)
		}
		t.in = &unzipped{zip}
	}
	t.in = &meter{ctx: ctx, in: t.in, progress: o.Progress}
	return t, nil
}

// unzipped says of what cannot be unpacked that it is no bundle.
type unzipped struct{ in io.Reader }

func (u *unzipped) Read(b []byte) (int, error) {
	n, err := u.in.Read(b)
	if errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) || isCorrupt(err) {
		err = fmt.Errorf("%w: %w", ErrBundle, err)
	}
	return n, err
}

// meter counts what is read, and ends with the context.
type meter struct {
	ctx      context.Context
	in       io.Reader
	done     int64
	progress func(int64)
}

func (m *meter) Read(b []byte) (int, error) {
	if err := m.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := m.in.Read(b)
	if m.done += int64(n); m.progress != nil {
		m.progress(m.done)
	}
	return n, err
}

func (c *checker) entry(t io.Reader, name string, size int64) error {
	k, err := store.ParseKey(name)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBundle, err)
	}
	if size > limits[k.Kind] {
		return fmt.Errorf("%w: %q has %d bytes, at most %d are read", ErrBundle, name, size, limits[k.Kind])
	}
	if err := c.order(k, name); err != nil {
		return err
	}
	e, err := c.content(t, k, size)
	if err != nil {
		return fmt.Errorf("%q: %w", name, err)
	}
	c.summary.Objects++
	c.summary.Bytes += size
	return c.each(e)
}

// place is where an entry stands in the order: the parts are compared in turn.
type place struct {
	group int // format, blobs, sources, runs
	of    string
	key   string
}

func (p place) after(q place) bool {
	if p.group != q.group {
		return p.group > q.group
	}
	if p.of != q.of {
		return p.of > q.of
	}
	return p.key > q.key
}

// order refuses what does not stand where a bundle has it, and with that also what
// stands twice.
func (c *checker) order(k store.Key, name string) error {
	misplaced := fmt.Errorf("%w: %q does not stand where it belongs", ErrBundle, name)
	var p place
	switch k.Kind {
	case store.KindFormat:
		p = place{group: 1}
	case store.KindBlob:
		p = place{group: 2, key: name}
	case store.KindSource:
		p = place{group: 3, key: name}
	case store.KindIntent:
		if c.last.group == 0 || !c.pending.IsZero() {
			return misplaced
		}
		return nil
	case store.KindRecord:
		p = place{group: 4, of: k.Record.String()}
	default: // about the record before it
		if p = (place{group: 4, of: k.Record.String(), key: name}); c.last.of != p.of {
			return misplaced
		}
	}
	if !p.after(c.last) || c.last.group == 0 && p.group != 1 || !c.pending.IsZero() && k.Kind != store.KindRecord {
		return misplaced
	}
	c.last = p
	return nil
}

// content reads an entry, and compares it with its key.
func (c *checker) content(t io.Reader, k store.Key, size int64) (entry, error) {
	if k.Kind == store.KindBlob {
		got, _, err := hashing.Reader(context.Background(), t) // t ends with the context
		if err != nil {
			return entry{}, err
		}
		c.blobs[k.Digest] = false
		return entry{k, got, size}, same(got, k.Digest)
	}
	raw, err := readAll(k.String(), t, limits[k.Kind])
	if err != nil {
		return entry{}, err
	}
	e := entry{k, hashing.Bytes(raw), size}
	switch k.Kind {
	case store.KindFormat:
		err = must(string(raw) == store.Format, "the format is %q, this program knows %q", raw, store.Format)
	case store.KindIntent:
		err = c.intent(k, raw, e.digest)
	case store.KindRecord:
		if err = same(e.digest, hashing.FileDigest(k.Record)); err == nil {
			err = c.record(k.Record, raw)
		}
	default:
		if err = same(e.digest, k.Digest); err == nil {
			err = checkDocument(k, raw)
		}
	}
	return e, err
}

func checkDocument(k store.Key, raw []byte) error {
	switch k.Kind {
	case store.KindAttachment:
		a, err := record.DecodeAttachment(raw)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrBundle, err)
		}
		return must(a.RecordID == k.Record, "it is an attachment of %s", a.RecordID)
	case store.KindSource:
		f, err := record.DecodeFetched(raw)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrBundle, err)
		}
		return must(f.Digest == k.Source, "it is a source of %s", f.Digest)
	}
	return nil // the store does not look into it either
}

func (c *checker) intent(k store.Key, raw []byte, digest hashing.FileDigest) error {
	i, err := record.DecodeIntent(raw)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBundle, err)
	}
	if _, twice := c.intents[k.Invocation]; twice {
		return fmt.Errorf("%w: it stands twice", ErrBundle)
	}
	c.intents[k.Invocation], c.pending = digest, k.Invocation
	return must(i.InvocationID == k.Invocation, "it is the intent of %s", i.InvocationID)
}

// record decodes a record, and joins it with its intent and blobs.
func (c *checker) record(id record.ID, raw []byte) error {
	r, err := record.Decode(raw)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBundle, err)
	}
	pending, run := c.pending, r.Invocation()
	c.pending = record.Invocation{}
	if !pending.IsZero() && pending != run {
		return fmt.Errorf("%w: the intent before it is that of %s", ErrBundle, pending)
	}
	switch digest, there := c.intents[run]; {
	case !there || digest.IsZero():
		c.intents[run] = hashing.FileDigest{} // which is no digest of an intent that may come late
		c.summary.Missing = append(c.summary.Missing, store.Key{Kind: store.KindIntent, Invocation: run}.String())
	case digest != *r.Statement().Subject[0].Digest.SHA256:
		return fmt.Errorf("%w: its run is announced by another intent", ErrBundle)
	}
	for _, d := range store.Names(r) {
		if _, there := c.blobs[d]; there {
			c.blobs[d] = true
		} else {
			c.wanted = append(c.wanted, d)
		}
	}
	c.summary.Runs = append(c.summary.Runs, id)
	return nil
}

// end is after the last entry: nothing is there for nobody.
func (c *checker) end() error {
	if !c.pending.IsZero() {
		return fmt.Errorf("%w: the intent of %s has no record", ErrBundle, c.pending)
	}
	if len(c.summary.Runs) == 0 {
		return fmt.Errorf("%w: it has no run", ErrBundle)
	}
	for d, named := range c.blobs {
		if !named {
			return fmt.Errorf("%w: no record names blob %s", ErrBundle, d)
		}
	}
	for _, d := range c.wanted {
		c.summary.Missing = append(c.summary.Missing, store.Key{Kind: store.KindBlob, Digest: d}.String())
	}
	slices.Sort(c.summary.Missing)
	c.summary.Missing = slices.Compact(c.summary.Missing)
	return nil
}

func same(got, want hashing.FileDigest) error {
	return must(got == want, "its bytes have the digest %s", got)
}

func must(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrBundle, fmt.Sprintf(format, args...))
}
