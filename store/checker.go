package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// checker gathers what the objects of a store say of each other.
type checker struct {
	store  *Store
	o      CheckOptions
	result Checked

	irregular map[string]bool // keys under which stands no file
	records   map[record.ID]bool
	settled   map[record.Invocation]bool
	intents   map[record.Invocation]hashing.FileDigest // zero of one that is damaged
	blobs     map[hashing.FileDigest]bool
	named     map[hashing.FileDigest]record.ID // a record that names the blob
	settles   []settlement
	about     []Key // attachments, signatures and statements
}

// settlement is the intent that a record names.
type settlement struct {
	run    record.Invocation
	digest hashing.FileDigest
	by     record.ID
}

func newChecker(s *Store, o CheckOptions) *checker {
	return &checker{
		store: s, o: o, result: Checked{Objects: map[Kind]int{}},
		irregular: map[string]bool{}, records: map[record.ID]bool{}, settled: map[record.Invocation]bool{},
		intents: map[record.Invocation]hashing.FileDigest{}, blobs: map[hashing.FileDigest]bool{}, named: map[hashing.FileDigest]record.ID{},
	}
}

func (c *checker) find(f Fault, name, of, format string, args ...any) {
	c.result.Findings = append(c.result.Findings, Finding{f, name, fmt.Sprintf(format, args...), of})
}

// all looks at each object, and then at what they say of each other.
func (c *checker) all(ctx context.Context) error {
	if err := c.strays(ctx); err != nil {
		return err
	}
	keys, err := c.keys(ctx)
	if err != nil {
		return err
	}
	done := int64(0)
	for o, err := range inOrder(ctx, keys, func(key string) (object, error) { return c.store.object(ctx, key), ctx.Err() }) {
		if err != nil {
			return err
		}
		c.add(o)
		if done++; c.o.Progress != nil {
			c.o.Progress(done, int64(len(keys)))
		}
	}
	for _, look := range []func(context.Context) error{c.missingBlobs, c.missingIntents, c.unowned, c.orphans, c.unsettled} {
		if err := look(ctx); err != nil {
			return err
		}
	}
	return nil
}

// strays are the things in a folder that are no objects.
func (c *checker) strays(ctx context.Context) error {
	b, able := c.store.backend.(strayer)
	if !able {
		return nil
	}
	for f, err := range b.strays(ctx) {
		if err != nil {
			return fmt.Errorf("looking through the store: %w", err)
		}
		c.result.Findings = append(c.result.Findings, f)
		c.irregular[f.Name] = f.Fault == FaultForeign
	}
	return nil
}

func (c *checker) keys(ctx context.Context) (keys []string, err error) {
	for key, err := range c.store.backend.List(ctx, "") {
		if err != nil {
			return nil, &ListError{"the store", err}
		}
		if c.irregular[key] {
			c.stands(key)
			continue
		}
		keys = append(keys, key)
	}
	if _, found := slices.BinarySearch(keys, formatKey); !found && len(keys) > 0 {
		c.find(FaultMissing, formatKey, "", "the store does not say of which format it is")
	}
	return keys, nil
}

// stands notes that something stands at a key, and was named as no file: that others
// are about it or name it is not their fault.
func (c *checker) stands(key string) {
	if k, err := ParseKey(key); err == nil {
		c.note(object{key: k})
	}
}

// add takes one object in.
func (c *checker) add(o object) {
	c.result.Objects[o.key.Kind]++
	c.result.Bytes += o.bytes
	if o.fault != "" {
		c.find(o.fault, o.name, "", "%v", o.err)
	}
	c.note(o)
}

// note keeps what an object says, for when all have been read.
func (c *checker) note(o object) {
	switch k := o.key; k.Kind {
	case KindRecord:
		c.records[k.Record] = true
		if r := o.record; r != nil {
			c.settled[r.run] = true
			c.settles = append(c.settles, settlement{r.run, r.intent, k.Record})
			for _, d := range r.blobs {
				c.named[d] = k.Record
			}
		}
	case KindIntent:
		c.intents[k.Invocation] = o.digest
	case KindBlob:
		c.blobs[k.Digest] = true
	case KindAttachment, KindSignature, KindStatement:
		c.about = append(c.about, k)
	}
}

// missingBlobs: what came after the keys were listed is not missing.
func (c *checker) missingBlobs(ctx context.Context) error {
	for d, by := range c.named {
		if c.blobs[d] || d.IsEmpty() {
			continue
		}
		gone, err := c.isGone(ctx, blobKey(d))
		if err != nil {
			return err
		}
		if gone {
			c.find(FaultMissing, blobKey(d), recordKey(by), "the record names it: a manifest, or content of the work tree")
		}
	}
	return nil
}

// isGone looks a second time for what was not listed: somebody may write beside us,
// or remove a record with all that it names.
func (c *checker) isGone(ctx context.Context, key string) (bool, error) {
	r, err := c.store.backend.Get(ctx, key)
	if err == nil {
		return false, r.Close()
	}
	return errors.Is(err, ErrNotFound), ctx.Err()
}

// missingIntents are those that a record settles.
func (c *checker) missingIntents(ctx context.Context) error {
	for _, s := range c.settles {
		digest, there := c.intents[s.run]
		key := intentKey(s.run)
		if !there {
			gone, err := c.isGone(ctx, key)
			if err != nil {
				return err
			}
			if gone {
				c.find(FaultMissing, key, recordKey(s.by), "the record settles this intent")
			}
			continue
		}
		if digest != (hashing.FileDigest{}) && digest != s.digest {
			c.find(FaultDamaged, key, recordKey(s.by), "its bytes have the digest %s, and the record settles an intent with the digest %s", digest, s.digest)
		}
	}
	return nil
}

func (c *checker) unowned(ctx context.Context) error {
	for _, k := range c.about {
		if c.records[k.Record] {
			continue
		}
		gone, err := c.isGone(ctx, recordKey(k.Record))
		if err != nil {
			return err
		}
		if gone {
			c.find(FaultUnowned, k.String(), "", "it is about the record %s, which is not there", k.Record)
		}
	}
	return nil
}

func (c *checker) orphans(context.Context) error {
	for d := range c.blobs {
		if _, named := c.named[d]; !named {
			c.find(FaultOrphan, blobKey(d), "", "no record that can be read names it")
		}
	}
	return nil
}

// unsettled are the runs that were announced and have no record, also none that came
// while the others were read.
func (c *checker) unsettled(ctx context.Context) error {
	var open []Unsettled
	for i, digest := range c.intents {
		if c.settled[i] || digest == (hashing.FileDigest{}) {
			continue
		}
		u, err := c.store.state(ctx, i, c.o.Alive)
		if err == nil {
			open = append(open, u)
		}
	}
	var keys []string
	if len(open) > 0 && !c.irregular[string(KindRecord)] {
		var err error
		if keys, err = c.store.recordKeys(ctx); err != nil {
			return err
		}
	}
	late, _ := c.store.runs(ctx, slices.DeleteFunc(keys, func(key string) bool { // those with an error were found before
		id, err := parseRecordKey(key)
		return err != nil || c.records[id]
	}))
	open = slices.DeleteFunc(open, func(u Unsettled) bool { return late[u.InvocationID] })
	slices.SortFunc(open, func(a, b Unsettled) int {
		return cmp.Or(b.StartedOn.Compare(a.StartedOn.Time), bytes.Compare(a.InvocationID[:], b.InvocationID[:]))
	})
	c.result.Unsettled = open
	return ctx.Err()
}
