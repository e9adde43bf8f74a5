package store

import (
	"bytes"
	"cmp"
	"context"
	"iter"
	"slices"

	"github.com/lineage-audit/lineage/hashing"
	"github.com/lineage-audit/lineage/record"
)

// query says which records are wanted: those that hold one of the texts as a
// string, all if there are none, and match, if it is set. The texts, which are
// hexadecimal digits, spare decoding the others.
type query struct {
	texts map[string]bool
	match func(*record.Record) bool
}

// head is what is known of a record before it is decoded.
type head struct {
	id      record.ID
	started record.Timestamp
	run     record.Invocation
	wanted  bool
}

// search gives the records that q wants, the newest start first. Errors come
// first: of what cannot be read nobody knows where it belongs.
func (s *Store) search(ctx context.Context, q query) iter.Seq2[*record.Record, error] {
	return func(yield func(*record.Record, error) bool) {
		keys, err := s.recordKeys(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		heads, damage := s.heads(ctx, keys, q.texts)
		for _, err := range damage {
			if !yield(nil, err) {
				return
			}
		}
		for r, err := range inOrder(ctx, heads, func(h head) (*record.Record, error) { return s.Record(ctx, h.id) }) {
			if err == nil && q.match != nil && !q.match(r) {
				continue
			}
			if !yield(r, err) {
				return
			}
		}
	}
}

// recordKeys are the keys of all records, in order.
func (s *Store) recordKeys(ctx context.Context) (keys []string, err error) {
	for key, err := range s.backend.List(ctx, "records/") {
		if err != nil {
			return nil, &ListError{"records", err}
		}
		keys = append(keys, key)
	}
	return keys, nil
}

// heads reads each of these records once and gives the heads of those that hold
// one of the texts, the newest first.
func (s *Store) heads(ctx context.Context, keys []string, texts map[string]bool) (heads []head, damage []error) {
	for h, err := range inOrder(ctx, keys, func(key string) (head, error) { return s.head(ctx, key, texts) }) {
		if s.passes(err) {
			continue
		}
		if err != nil {
			damage = append(damage, err)
		} else if h.wanted {
			heads = append(heads, h)
		}
	}
	slices.SortFunc(heads, newestFirst)
	return heads, damage
}

func newestFirst(a, b head) int {
	return cmp.Or(b.started.Compare(a.started.Time), bytes.Compare(b.id[:], a.id[:]))
}

func (s *Store) head(ctx context.Context, key string, texts map[string]bool) (head, error) {
	id, err := parseRecordKey(key)
	if err != nil {
		return head{}, err
	}
	raw, err := s.readHashed(ctx, key, hashing.FileDigest(id), record.MaxSize)
	if err != nil {
		return head{}, err
	}
	h, err := parseHead(raw)
	if err != nil {
		return head{}, &DamageError{key, err}
	}
	h.id, h.wanted = id, holdsAny(raw, texts)
	return h, nil
}

// holdsAny looks for strings of plain hexadecimal digits: they stand between two
// quotes. JSON could spell a digit as an escape, so that a record with an escape
// of that kind has to be decoded to be sure.
func holdsAny(raw []byte, texts map[string]bool) bool {
	if len(texts) == 0 || bytes.Contains(raw, []byte(`\u00`)) {
		return true
	}
	for s := range bytes.SplitSeq(raw, []byte(`"`)) {
		if texts[string(s)] {
			return true
		}
	}
	return false
}

// parseHead finds when a record started, and which run it is of, without decoding
// it: a hundred times faster. In JSON every quote within a string follows a
// backslash, so that a key in quotes, followed by a colon, is nothing else; and a
// record has these two keys once. Of what is no record it may find anything:
// nothing but the order of errors hangs on that.
func parseHead(raw []byte) (h head, err error) {
	started, found := valueOf(raw, "startedOn")
	run, too := valueOf(raw, "invocationId")
	if found && too && h.started.UnmarshalText(started) == nil && h.run.UnmarshalText(run) == nil {
		return h, nil
	}
	r, err := record.Decode(raw)
	if err != nil {
		return head{}, err
	}
	return head{started: r.Metadata().StartedOn, run: r.Invocation()}, nil
}

// valueOf is the text of the string that follows the first such key.
func valueOf(raw []byte, key string) ([]byte, bool) {
	for {
		_, rest, found := bytes.Cut(raw, []byte(`"`+key+`"`))
		if !found {
			return nil, false
		}
		raw = rest
		rest, found = bytes.CutPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte(":"))
		if !found {
			continue
		}
		rest, found = bytes.CutPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte(`"`))
		value, _, ended := bytes.Cut(rest, []byte(`"`))
		return value, found && ended
	}
}
