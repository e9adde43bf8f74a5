package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/store"
	"github.com/lineage-audit/lineage/store/index"
)

// listing says which runs of a store are wanted. Runs without a record can have no
// commit and no package: they fit neither.
type listing struct {
	index.Query
	state record.Status // of runs without a record: running, abandoned, unknown
	none  bool          // no run with a record is wanted
}

// runs are those that fit, newest first, and what could not be read: nobody knows
// whether that would fit.
func (c *cli) runs(ctx context.Context, s *store.Store, l listing) (runs, broken []report.Run, err error) {
	catalog, err := c.catalog(ctx, s, false)
	if err != nil {
		return nil, nil, err
	}
	defer catalog.Close() // what it read is read: nothing hangs on this
	open, err := l.unsettled(ctx, catalog)
	if err != nil {
		return nil, nil, err
	}
	ids, err := l.settled(ctx, catalog)
	if err != nil {
		return nil, nil, err
	}
	i := 0
	for r, err := range s.ReadRecords(ctx, ids) {
		if i++; err != nil {
			broken = append(broken, report.Run{ID: ids[i-1], Problem: err.Error()})
			continue
		}
		for len(open) > 0 && open[0].Intent.StartedOn.After(r.Metadata().StartedOn.Time) {
			runs, open = append(runs, open[0]), open[1:]
		}
		runs = append(runs, report.Run{Record: r})
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	runs = append(runs, open...)
	if l.Limit > 0 && len(runs) > l.Limit {
		runs = runs[:l.Limit]
	}
	problems, err := catalog.Problems(ctx)
	for _, problem := range problems {
		if manifest := new(index.ManifestError); !errors.As(problem, &manifest) {
			broken = append(broken, report.Run{Problem: problem.Error()})
		}
	}
	return runs, broken, errors.Join(err, ctx.Err())
}

// settled are the records of the wanted runs.
func (l listing) settled(ctx context.Context, catalog *index.Catalog) (ids []record.ID, err error) {
	if l.none {
		return nil, nil
	}
	for run, err := range catalog.Runs(ctx, l.Query) {
		if err != nil {
			return nil, err
		}
		ids = append(ids, run.ID)
	}
	return ids, nil
}

// unsettled are the wanted runs without a record.
func (l listing) unsettled(ctx context.Context, catalog *index.Catalog) (found []report.Run, err error) {
	if l.Status != "" || l.Commit != "" || l.Package != "" {
		return nil, nil
	}
	for u, err := range catalog.Unsettled(ctx, alive) {
		if err != nil {
			return nil, err
		}
		run := report.Run{Intent: &u.Intent, State: record.Status(u.State)}
		if u.Why != nil {
			run.Problem = u.Why.Error()
		}
		if l.fits(u) {
			found = append(found, run)
		}
	}
	return found, nil
}

func (l listing) fits(u store.Unsettled) bool {
	return (l.state == "" || l.state == record.Status(u.State)) &&
		(l.Since.IsZero() || !u.StartedOn.Before(l.Since)) && (l.Before.IsZero() || u.StartedOn.Before(l.Before)) &&
		strings.HasPrefix(u.InvocationID.String(), l.Invocation) &&
		strings.Contains(strings.Join(u.Command, " "), l.Command)
}

// ends are how a run with a record ended, states what is known of one without.
var (
	ends   = []string{"succeeded", "failed", "interrupted", "killed", "not-started"}
	states = []string{"running", "abandoned", "unknown"}
)

// listing is what the flags ask for.
func (f logFlags) listing() (l listing, err error) {
	switch {
	case slices.Contains(states, f.status):
		l.state, l.none = record.Status(f.status), true
	case f.status == "" || slices.Contains(ends, f.status):
		l.Status = record.Status(f.status)
	default:
		return l, usage("--status %q is not one of %s", f.status, strings.Join(append(ends, states...), ", "))
	}
	if f.max < 0 {
		return l, usage("-n %d is negative", f.max)
	}
	if strings.Trim(strings.ToLower(f.commit), "0123456789abcdef") != "" {
		return l, usage("--commit %q is no commit's hash, in digits 0-9 and a-f", f.commit)
	}
	l.Limit, l.Commit, l.Command = f.max, strings.ToLower(f.commit), f.match
	l.Package, l.Version, _ = strings.Cut(f.pkg, "@")
	if l.Since, err = day("--since", f.since); err == nil {
		l.Before, err = day("--before", f.before)
	}
	return l, err
}

// day reads a date, in the time zone here, or a time.
func day(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, time.Local); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, usage("%s %q is neither a date (2026-01-31) nor a time in RFC 3339", flag, text)
	}
	return t, nil
}

// nth counts as the log does. While something cannot be read, nobody can say which
// run is the newest.
func (c *cli) nth(ctx context.Context, s *store.Store, text string, n int) (report.Run, error) {
	runs, broken, err := c.runs(ctx, s, listing{Query: index.Query{Limit: n}})
	if err != nil {
		return report.Run{}, err
	}
	if len(broken) > 0 {
		return report.Run{}, fmt.Errorf("run %q: not certain while something in the store cannot be read: %s", text, broken[0].Problem)
	}
	if n > len(runs) {
		return report.Run{}, noRun(fmt.Sprintf("run %q is not there: the store has %s", text, plural(len(runs), "run")))
	}
	return runs[n-1], nil
}
