package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lineage-audit/lineage/record"
)

// Find reads the record that a person named: by its id or its invocation, each
// shortened to no less than four digits, or as @1 for the newest, @2 for the one
// before. A text of another form wraps [ErrName], one that fits nothing wraps
// [ErrNotFound], one that fits several is an [*AmbiguousError].
//
// While a record cannot be read, nobody can say which is the newest: then @1 is
// an error that wraps the [*DamageError]. Elsewhere damaged records matter only
// if no other fits.
func (s *Store) Find(ctx context.Context, text string) (*record.Record, error) {
	if n, found := strings.CutPrefix(text, "@"); found {
		return s.findNewest(ctx, text, n)
	}
	prefix, err := NamePrefix(text)
	if err != nil {
		return nil, err
	}
	found, err := s.candidates(ctx, prefix)
	switch {
	case len(found) > 1:
		return nil, &AmbiguousError{text, found}
	case err != nil:
		return nil, fmt.Errorf("finding run %q: %w", text, err)
	case len(found) == 0:
		return nil, fmt.Errorf("run %q: %w", text, ErrNotFound)
	case found[0].ID.IsZero():
		return nil, fmt.Errorf("run %q was announced, and has no record: %w", text, ErrNotFound)
	}
	return s.Record(ctx, found[0].ID)
}

func (s *Store) findNewest(ctx context.Context, text, number string) (*record.Record, error) {
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || strconv.Itoa(n) != number {
		return nil, fmt.Errorf("run %q: %w", text, ErrName)
	}
	keys, err := s.recordKeys(ctx)
	if err != nil {
		return nil, err
	}
	heads, damage := s.heads(ctx, keys, nil)
	if len(damage) > 0 {
		return nil, fmt.Errorf("run %q: not certain while a record cannot be read: %w", text, errors.Join(damage...))
	}
	if n > len(heads) {
		return nil, fmt.Errorf("run %q: there are %d records: %w", text, len(heads), ErrNotFound)
	}
	return s.Record(ctx, heads[n-1].id)
}

// candidates are the runs whose id or invocation starts with prefix. Records are
// read only if none has such an id, or a run was announced with such an
// invocation.
func (s *Store) candidates(ctx context.Context, prefix string) ([]Candidate, error) {
	found, err := s.byID(ctx, prefix)
	if err != nil {
		return nil, err
	}
	announced, damage := s.announced(ctx, prefix)
	if len(found) > 0 && len(announced) == 0 {
		return found, nil
	}
	keys, err := s.recordKeys(ctx)
	if err != nil {
		return nil, err
	}
	heads, unread := s.heads(ctx, keys, nil)
	for _, h := range heads {
		c := Candidate{ID: h.id}
		if strings.HasPrefix(h.run.String(), prefix) && !slices.Contains(found, c) {
			found = append(found, c)
		}
		announced = slices.DeleteFunc(announced, func(i record.Invocation) bool { return i == h.run })
	}
	for _, i := range announced {
		found = append(found, Candidate{Invocation: i})
	}
	if len(found) > 0 {
		return found, nil
	}
	return nil, errors.Join(append(damage, unread...)...)
}

// NamePrefix is the text in lower case, if it can name a run by its first digits;
// else the error wraps [ErrName].
func NamePrefix(text string) (string, error) {
	prefix := strings.ToLower(text)
	if len(prefix) < 4 || len(prefix) > 64 || strings.Trim(prefix, "0123456789abcdef") != "" {
		return "", fmt.Errorf("run %q: %w", text, ErrName)
	}
	return prefix, nil
}

func (s *Store) byID(ctx context.Context, prefix string) (found []Candidate, err error) {
	for key, err := range s.backend.List(ctx, "records/"+prefix[:2]+"/"+prefix) {
		if err != nil {
			return nil, err
		}
		if id, err := parseRecordKey(key); err == nil {
			found = append(found, Candidate{ID: id})
		}
	}
	return found, nil
}
