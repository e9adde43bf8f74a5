package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/store/index"
)

// find is the run that a person named: by an id, which may be shortened, or as the
// n-th line of `lineage log`. A run without a record has only an Intent.
func (c *cli) find(ctx context.Context, s *store.Store, text string) (report.Run, error) {
	if number, counted := strings.CutPrefix(text, "@"); counted {
		n, err := strconv.Atoi(number)
		if err != nil || n < 1 || strconv.Itoa(n) != number {
			return report.Run{}, fmt.Errorf("run %q: %w", text, store.ErrName)
		}
		return c.nth(ctx, s, text, n)
	}
	prefix, err := store.NamePrefix(text)
	if err != nil {
		return report.Run{}, err
	}
	if id, err := record.ParseID(prefix); err == nil {
		if r, err := s.Record(ctx, id); !errors.Is(err, store.ErrNotFound) {
			return report.Run{Record: r}, err
		}
	}
	return c.findNamed(ctx, s, text, prefix)
}

// findNamed is find by the first digits of an id or an invocation.
func (c *cli) findNamed(ctx context.Context, s *store.Store, text, prefix string) (report.Run, error) {
	catalog, err := c.catalog(ctx, s, false)
	if err != nil {
		return report.Run{}, err
	}
	defer catalog.Close() // what it read is read: nothing hangs on this
	found, open, err := candidates(ctx, catalog, prefix)
	switch {
	case err != nil:
		return report.Run{}, err
	case len(found) > 1:
		return report.Run{}, &store.AmbiguousError{Text: text, Candidates: found}
	case len(open) == 1:
		return report.Run{Intent: &open[0].Intent, State: record.Status(open[0].State)}, nil
	case len(found) == 1:
		r, err := s.Record(ctx, found[0].ID)
		return report.Run{Record: r}, err
	}
	return report.Run{}, notFound(ctx, catalog, text)
}

// candidates are the runs that the digits may name; those without a record come
// whole as well.
func candidates(ctx context.Context, catalog *index.Catalog, prefix string) (found []store.Candidate, open []store.Unsettled, err error) {
	for _, q := range []index.Query{{ID: prefix}, {Invocation: prefix}} {
		for run, err := range catalog.Runs(ctx, q) {
			if err != nil {
				return nil, nil, err
			}
			if c := (store.Candidate{ID: run.ID}); !slices.Contains(found, c) {
				found = append(found, c)
			}
		}
	}
	for u, err := range catalog.Unsettled(ctx, alive) {
		if err != nil {
			return nil, nil, err
		}
		if strings.HasPrefix(u.InvocationID.String(), prefix) {
			found, open = append(found, store.Candidate{Invocation: u.InvocationID}), append(open, u)
		}
	}
	return found, open, nil
}

// notFound says that no run has the name; while records cannot be read, one of them
// may have it.
func notFound(ctx context.Context, catalog *index.Catalog, text string) error {
	problems, err := catalog.Problems(ctx)
	problems = slices.DeleteFunc(problems, func(err error) bool {
		manifest := new(index.ManifestError)
		return errors.As(err, &manifest)
	})
	if err := errors.Join(append(problems, err)...); err != nil {
		return fmt.Errorf("finding run %q: %w", text, err)
	}
	return noRun(fmt.Sprintf("run %q is not in the store", text))
}

// noRun is a [store.ErrNotFound] that speaks of runs, not of files.
type noRun string

func (e noRun) Error() string { return string(e) }

// Is tells that it is one.
func (e noRun) Is(target error) bool { return target == store.ErrNotFound }

// findRecord is find for verbs that need a record.
func (c *cli) findRecord(ctx context.Context, s *store.Store, text string) (*record.Record, error) {
	run, err := c.find(ctx, s, text)
	if err != nil {
		return nil, err
	}
	if run.Record == nil {
		return nil, hinted(fmt.Errorf("run %q has no record: it is %s", text, run.State), "`lineage show "+text+"` has what is known of it")
	}
	return run.Record, nil
}
