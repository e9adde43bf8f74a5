package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/store"
)

// find is the run that a person named: by an id, which may be shortened, or as the
// n-th line of `lineage log`. A run without a record has only an Intent.
func (c *cli) find(ctx context.Context, s *store.Store, text string) (report.Run, error) {
	if number, counted := strings.CutPrefix(text, "@"); counted {
		return c.nth(ctx, s, text, number)
	}
	r, err := s.Find(ctx, text)
	if err == nil {
		return report.Run{Record: r}, nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return report.Run{}, err
	}
	for u, damage := range s.Unsettled(ctx, alive) {
		if damage == nil && len(text) >= 4 && strings.HasPrefix(u.InvocationID.String(), text) {
			return report.Run{Intent: &u.Intent, State: record.Status(u.State)}, nil
		}
	}
	return report.Run{}, err
}

// nth counts as the log does. While something cannot be read, nobody can say which
// run is the newest.
func (c *cli) nth(ctx context.Context, s *store.Store, text, number string) (report.Run, error) {
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || strconv.Itoa(n) != number {
		return report.Run{}, fmt.Errorf("run %q: %w", text, store.ErrName)
	}
	runs, err := c.runs(ctx, s)
	if err != nil {
		return report.Run{}, err
	}
	for _, r := range runs {
		if r.Record == nil && r.Intent == nil {
			return report.Run{}, fmt.Errorf("run %q: not certain while something in the store cannot be read: %s", text, r.Problem)
		}
	}
	if n > len(runs) {
		return report.Run{}, fmt.Errorf("run %q: the store has %d runs: %w", text, len(runs), store.ErrNotFound)
	}
	return runs[n-1], nil
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
