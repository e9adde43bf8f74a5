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
	ids, announced, err := s.Named(ctx, text)
	if err != nil {
		return report.Run{}, err
	}
	if len(ids) == 1 && len(announced) == 0 {
		r, err := s.Record(ctx, ids[0])
		return report.Run{Record: r}, err
	}
	return c.findNamed(ctx, s, text, ids, announced)
}

// findNamed is find where the keys alone do not tell which run is meant.
func (c *cli) findNamed(ctx context.Context, s *store.Store, text string, ids []record.ID, announced []record.Invocation) (report.Run, error) {
	catalog, err := c.catalog(ctx, s, false)
	if err != nil {
		return report.Run{}, err
	}
	defer catalog.Close() // what it read is read: nothing hangs on this
	for run, err := range catalog.Runs(ctx, index.Query{Invocation: strings.ToLower(text)}) {
		if err != nil {
			return report.Run{}, err
		}
		if !slices.Contains(ids, run.ID) {
			ids = append(ids, run.ID)
		}
		announced = slices.DeleteFunc(announced, func(i record.Invocation) bool { return i == run.Invocation })
	}
	var found []store.Candidate
	for _, id := range ids {
		found = append(found, store.Candidate{ID: id})
	}
	for _, i := range announced {
		found = append(found, store.Candidate{Invocation: i})
	}
	switch {
	case len(found) > 1:
		return report.Run{}, &store.AmbiguousError{Text: text, Candidates: found}
	case len(ids) == 1:
		r, err := s.Record(ctx, ids[0])
		return report.Run{Record: r}, err
	case len(announced) == 1:
		return c.announced(ctx, s, catalog, text, announced[0])
	}
	return report.Run{}, notFound(ctx, catalog, text)
}

// announced is a run that has no record, unless it got one meanwhile.
func (c *cli) announced(ctx context.Context, s *store.Store, catalog *index.Catalog, text string, i record.Invocation) (report.Run, error) {
	if _, err := s.Intent(ctx, i); err != nil {
		return report.Run{}, err
	}
	for u, err := range catalog.Unsettled(ctx, alive) {
		if err != nil {
			return report.Run{}, err
		}
		if u.InvocationID == i {
			return report.Run{Intent: &u.Intent, State: record.Status(u.State)}, nil
		}
	}
	return c.find(ctx, s, text)
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
	return fmt.Errorf("run %q: %w", text, store.ErrNotFound)
}

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
