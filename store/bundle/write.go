package bundle

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/store"
)

// WriteOptions say how a bundle is written.
type WriteOptions struct {
	Gzip bool
	// Partial leaves out what the store does not have, and names it in the summary;
	// otherwise that is an error that wraps [ErrIncomplete].
	Partial bool
	// Progress is told how many bytes were written.
	Progress func(done int64)
}

// Write writes the records, and all that the store has of them, as one bundle. What
// is damaged in the store is an error.
func Write(ctx context.Context, w io.Writer, s *store.Store, runs []record.ID, o WriteOptions) (Summary, error) {
	b := &writer{store: s, out: w, opts: o, blobs: map[hashing.FileDigest]bool{}, sources: map[string]bool{}, intents: map[record.Invocation]bool{}}
	if b.opts.Progress == nil {
		b.opts.Progress = func(int64) {}
	}
	var zip *gzip.Writer
	if o.Gzip {
		zip = gzip.NewWriter(w)
		b.out = zip
	}
	err := b.write(ctx, runs)
	if err == nil && zip != nil {
		err = zip.Close()
	}
	if err != nil {
		return b.summary, fmt.Errorf("writing a bundle: %w", err)
	}
	return b.summary, nil
}

type writer struct {
	store   *store.Store
	out     io.Writer
	opts    WriteOptions
	blobs   map[hashing.FileDigest]bool
	sources map[string]bool // the digests of what was read
	intents map[record.Invocation]bool
	summary Summary
}

func (b *writer) write(ctx context.Context, runs []record.ID) error {
	runs = slices.Clone(runs)
	slices.SortFunc(runs, func(a, b record.ID) int { return bytes.Compare(a[:], b[:]) })
	runs = slices.Compact(runs)
	if len(runs) == 0 {
		return errors.New("there is no run to write")
	}
	for _, id := range runs {
		r, err := b.store.Record(ctx, id)
		if err != nil {
			return err
		}
		if err := b.names(ctx, r); err != nil {
			return err
		}
	}
	b.summary.Runs = runs
	if err := b.bytes(store.Key{Kind: store.KindFormat}, []byte(store.Format)); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{b.writeBlobs, b.writeSources, b.writeRuns} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	_, err := b.out.Write(make([]byte, 2*block))
	return err
}

// names notes what goes along with a record.
func (b *writer) names(ctx context.Context, r *record.Record) error {
	for _, d := range store.Names(r) {
		b.blobs[d] = true
	}
	for _, role := range []record.Role{record.RoleData, record.RolePreprocessing} {
		for _, in := range r.Dependencies(role) {
			if in.Digest == nil {
				continue
			}
			if in.Digest.SHA256 != nil {
				b.sources[in.Digest.SHA256.String()] = true
			}
			if in.Digest.Tree == nil {
				continue
			}
			if err := b.filesOf(ctx, *in.Digest.Tree); err != nil {
				return err
			}
		}
	}
	return nil
}

// maxManifest bounds a manifest that is read back.
const maxManifest = 1 << 30

func (b *writer) filesOf(ctx context.Context, tree hashing.TreeDigest) error {
	raw, err := b.store.ReadBlob(ctx, tree.ManifestDigest(), maxManifest)
	if errors.Is(err, store.ErrNotFound) {
		return nil // said where the blobs are written
	}
	m, err := parseManifest(raw, err)
	if err != nil {
		return err
	}
	for _, e := range m.Entries() {
		b.sources[e.Digest.String()] = true
	}
	return nil
}

func parseManifest(raw []byte, err error) (hashing.Manifest, error) {
	if err != nil {
		return hashing.Manifest{}, err
	}
	return hashing.ParseManifest(raw)
}

func (b *writer) writeBlobs(ctx context.Context) error {
	for _, d := range slices.SortedFunc(maps.Keys(b.blobs), func(a, b hashing.FileDigest) int { return bytes.Compare(a[:], b[:]) }) {
		k := store.Key{Kind: store.KindBlob, Digest: d}
		size, err := b.sizeOf(ctx, d)
		if errors.Is(err, store.ErrNotFound) {
			err = b.missing(k)
			if err == nil {
				continue
			}
		}
		if err != nil {
			return err
		}
		if err := b.blob(ctx, k, size); err != nil {
			return err
		}
	}
	return nil
}

// sizeOf reads a blob as a whole: nothing that is damaged is written, and the size
// stands before the content.
func (b *writer) sizeOf(ctx context.Context, d hashing.FileDigest) (int64, error) {
	r, err := b.store.Blob(ctx, d)
	if err != nil {
		return 0, err
	}
	defer r.Close()
	return io.Copy(io.Discard, r)
}

func (b *writer) blob(ctx context.Context, k store.Key, size int64) error {
	r, err := b.store.Blob(ctx, k.Digest)
	if err != nil {
		return err
	}
	defer r.Close()
	return b.entry(k, size, r)
}

func (b *writer) writeSources(ctx context.Context) error {
	for key, err := range b.store.Keys(ctx, string(store.KindSource)+"/") {
		if err != nil {
			return err
		}
		k, err := store.ParseKey(key)
		switch {
		case err != nil:
			err = b.store.Foreign(key)
		case b.sources[k.Source.String()]:
			err = b.document(ctx, k)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (b *writer) writeRuns(ctx context.Context) error {
	for _, id := range b.summary.Runs {
		r, err := b.store.Record(ctx, id)
		if err != nil {
			return err
		}
		if err := b.intent(ctx, r); err != nil {
			return err
		}
		if err := b.bytes(store.Key{Kind: store.KindRecord, Record: id}, r.Bytes()); err != nil {
			return err
		}
		for _, kind := range about {
			if err := b.documents(ctx, fmt.Sprintf("%s/%s/", kind, id)); err != nil {
				return err
			}
		}
	}
	return nil
}

// documents writes what is kept in a folder, in order.
func (b *writer) documents(ctx context.Context, folder string) error {
	for key, err := range b.store.Keys(ctx, folder) {
		if err != nil {
			return err
		}
		k, err := store.ParseKey(key)
		if err == nil {
			err = b.document(ctx, k)
		} else {
			err = b.store.Foreign(key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// about are the kinds of what is kept about a record, in their order.
var about = []store.Kind{store.KindAttachment, store.KindSignature, store.KindStatement}

func (b *writer) intent(ctx context.Context, r *record.Record) error {
	if b.intents[r.Invocation()] {
		return nil
	}
	k := store.Key{Kind: store.KindIntent, Invocation: r.Invocation()}
	raw, err := b.read(ctx, k, maxIntent)
	if errors.Is(err, store.ErrNotFound) {
		return b.missing(k)
	}
	if err == nil {
		err = fits(k, raw, *r.Statement().Subject[0].Digest.SHA256)
	}
	if err != nil {
		return err
	}
	b.intents[r.Invocation()] = true
	return b.bytes(k, raw)
}

// document writes what is named by its own digest.
func (b *writer) document(ctx context.Context, k store.Key) error {
	raw, err := b.read(ctx, k, limits[k.Kind])
	if err == nil {
		err = fits(k, raw, k.Digest)
	}
	if err != nil {
		return err
	}
	return b.bytes(k, raw)
}

func fits(k store.Key, raw []byte, want hashing.FileDigest) error {
	if got := hashing.Bytes(raw); got != want {
		return &store.DamageError{Key: k.String(), Err: fmt.Errorf("its bytes have the digest %s, want %s", got, want)}
	}
	return nil
}

func (b *writer) read(ctx context.Context, k store.Key, limit int64) ([]byte, error) {
	r, err := b.store.Open(ctx, k)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return readAll(k.String(), r, limit)
}

func readAll(key string, r io.Reader, limit int64) ([]byte, error) {
	raw, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(raw)) > limit {
		err = fmt.Errorf("%q has more than %d bytes", key, limit)
	}
	return raw, err
}

func (b *writer) missing(k store.Key) error {
	b.summary.Missing = append(b.summary.Missing, k.String())
	if !b.opts.Partial {
		return incomplete(b.summary.Missing)
	}
	return nil
}

func (b *writer) bytes(k store.Key, raw []byte) error {
	return b.entry(k, int64(len(raw)), bytes.NewReader(raw))
}

func (b *writer) entry(k store.Key, size int64, content io.Reader) error {
	key := k.String()
	head, err := header(key, size)
	if err != nil {
		return err
	}
	if _, err := b.out.Write(head); err != nil {
		return err
	}
	n, err := io.Copy(b.out, content)
	if err == nil && n != size {
		err = fmt.Errorf("%q has %d bytes, and had %d before", key, n, size)
	}
	if err != nil {
		return err
	}
	b.summary.Objects++
	b.summary.Bytes += size
	b.opts.Progress(b.summary.Bytes)
	_, err = io.Copy(b.out, strings.NewReader(strings.Repeat("\x00", int(padding(size)))))
	return err
}
