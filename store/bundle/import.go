package bundle

import (
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/store"
)

// Imported is what an import did.
type Imported struct {
	Summary
	New   int // objects that were not there
	There int // objects that were there already, with the same bytes
	// NewRuns are those whose record was not there.
	NewRuns int
}

// Import puts what a bundle holds into the store. It is read to its end, and compared
// with what the store has, before anything is put: other bytes under a key are a
// [*ConflictError]. Afterwards it may be stopped at any point: a record is put after
// all that it names. Errors about the bundle wrap [ErrBundle].
func Import(ctx context.Context, s *store.Store, r io.ReadSeeker, o ReadOptions) (Imported, error) {
	start, err := r.Seek(0, io.SeekCurrent)
	if err != nil {
		return Imported{}, fmt.Errorf("reading a bundle: %w", err)
	}
	i := &importer{store: s}
	c, err := checkAll(ctx, r, o, func(e entry) error { return i.compare(ctx, e) })
	if err != nil {
		return Imported{}, fmt.Errorf("reading a bundle: %w", err)
	}
	i.Summary = c.summary
	if i.Missing, err = i.absent(ctx, c.summary.Missing); err != nil {
		return Imported{}, err
	}
	if err := incomplete(i.Missing); err != nil && !o.Partial {
		return Imported{}, err
	}
	if _, err := r.Seek(start, io.SeekStart); err != nil {
		return Imported{}, fmt.Errorf("reading a bundle again: %w", err)
	}
	if err := i.put(ctx, r, o, c); err != nil {
		return Imported{}, fmt.Errorf("importing: %w", err)
	}
	return i.Imported, nil
}

type importer struct {
	store *store.Store
	Imported
}

// compare looks at what the store has under the key.
func (i *importer) compare(ctx context.Context, e entry) error {
	r, err := i.store.Open(ctx, e.key)
	if errors.Is(err, store.ErrNotFound) {
		i.New++
		if e.key.Kind == store.KindRecord {
			i.NewRuns++
		}
		return nil
	} else if err != nil {
		return fmt.Errorf("looking at %q in the store: %w", e.key, err)
	}
	defer r.Close()
	got, _, err := hashing.Reader(ctx, r)
	if err != nil {
		return fmt.Errorf("looking at %q in the store: %w", e.key, err)
	}
	if got != e.digest {
		return &ConflictError{e.key.String(), got.String(), e.digest.String()}
	}
	i.There++
	return nil
}

// absent are those of the keys that the store does not have either.
func (i *importer) absent(ctx context.Context, keys []string) (missing []string, err error) {
	for _, key := range keys {
		k, err := store.ParseKey(key)
		if err != nil {
			return nil, err
		}
		r, err := i.store.Open(ctx, k)
		if errors.Is(err, store.ErrNotFound) {
			missing = append(missing, key)
		} else if err != nil {
			return nil, fmt.Errorf("looking at %q in the store: %w", key, err)
		} else {
			r.Close()
		}
	}
	return missing, nil
}

// put reads the bundle once more. What is put is what was checked: its digest says so.
func (i *importer) put(ctx context.Context, r io.Reader, o ReadOptions, c *checker) error {
	if told := o.Progress; told != nil {
		read := c.summary.Bytes
		o.Progress = func(done int64) { told(read + done) }
	}
	t, err := openTar(ctx, r, o)
	if err != nil {
		return err
	}
	for {
		name, _, err := t.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		k, err := store.ParseKey(name)
		if err != nil {
			return err
		}
		digest := k.Digest
		switch k.Kind {
		case store.KindFormat:
			continue
		case store.KindIntent:
			digest = c.intents[k.Invocation]
		case store.KindRecord:
			digest = hashing.FileDigest(k.Record)
		}
		if err := i.store.Put(ctx, k, digest, t); err != nil {
			return err
		}
	}
}

func isCorrupt(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.As(err, &corrupt)
}
