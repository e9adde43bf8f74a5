package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/store"
)

// logFlags are those of `lineage log`.
type logFlags struct {
	max    int
	status string
	commit string
	since  string
	match  string
	json   bool
}

const logHelp = `List the runs of the store, newest first: settled ones by their record, and those
that still run, or whose wrapper was killed, by their intent.`

const logExamples = `  lineage log
  lineage log -n 5 --status succeeded
  lineage log --commit 3f2a --since 2026-01-31
  lineage log --json | jq '.runs[].id'`

func (c *cli) logCommand() *cobra.Command {
	var f logFlags
	cmd := &cobra.Command{
		Use: "log", Short: "List the runs, newest first", Long: logHelp, Example: logExamples, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.log(cmd.Context(), f) },
	}
	cmd.Flags().IntVarP(&f.max, "max", "n", 0, "at most this `number` of runs")
	cmd.Flags().StringVar(&f.status, "status", "", "only runs that ended as `word`: succeeded, failed, interrupted, killed, not-started, running, abandoned")
	cmd.Flags().StringVar(&f.commit, "commit", "", "only runs of the `commit`, which may be shortened")
	cmd.Flags().StringVar(&f.since, "since", "", "only runs that started on or after the `date`: 2026-01-31, or RFC 3339")
	cmd.Flags().StringVar(&f.match, "match", "", "only runs whose command has the `text` in it")
	cmd.Flags().BoolVar(&f.json, "json", false, "as JSON")
	return cmd
}

func (c *cli) log(ctx context.Context, f logFlags) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	keep, err := f.filter()
	if err != nil {
		return err
	}
	place, err := c.place(ctx)
	if err != nil {
		return err
	}
	s, dir, err := c.open(ctx, place)
	if err != nil {
		return err
	}
	runs, err := c.runs(ctx, s)
	if err != nil {
		return err
	}
	runs = slices.DeleteFunc(runs, func(r report.Run) bool { return !keep(r) })
	if f.max > 0 && len(runs) > f.max {
		runs = runs[:f.max]
	}
	for i := range runs {
		if r := runs[i].Record; r != nil {
			attached, err := s.Attachments(ctx, r.ID())
			if err != nil {
				runs[i].Problem = err.Error()
			}
			runs[i].Attached = attached
		}
	}
	if len(runs) == 0 && !f.json {
		c.say(c.stderr, "no run to list in %s", clean(near(dir)))
		return nil
	}
	if f.json {
		return report.LogJSON(c.stdout, runs)
	}
	return report.Log(c.stdout, runs, c.look(c.stdout))
}

// runs are all runs of the store, newest first; what cannot be read comes last.
func (c *cli) runs(ctx context.Context, s *store.Store) (runs []report.Run, err error) {
	var broken []report.Run
	for r, err := range s.Records(ctx) {
		if err != nil {
			broken = append(broken, report.Run{Problem: err.Error()})
			continue
		}
		runs = append(runs, report.Run{Record: r})
	}
	for u, err := range s.Unsettled(ctx, alive) {
		if err != nil {
			broken = append(broken, report.Run{Problem: err.Error()})
			continue
		}
		intent := u.Intent
		run := report.Run{Intent: &intent, State: record.Status(u.State)}
		if u.Why != nil {
			run.Problem = u.Why.Error()
		}
		runs = append(runs, run)
	}
	slices.SortStableFunc(runs, func(a, b report.Run) int { return started(b).Compare(started(a)) })
	return append(runs, broken...), ctx.Err()
}

func started(r report.Run) time.Time {
	if r.Record != nil {
		return r.Record.Metadata().StartedOn.Time
	}
	return r.Intent.StartedOn.Time
}

// filter is what the flags let through. What cannot be read always goes through:
// nobody knows whether it fits.
func (f logFlags) filter() (func(report.Run) bool, error) {
	var since time.Time
	if f.since != "" {
		var err error
		if since, err = time.ParseInLocation(time.DateOnly, f.since, time.Local); err != nil {
			if since, err = time.Parse(time.RFC3339, f.since); err != nil {
				return nil, usage("--since %q is neither a date (2026-01-31) nor a time in RFC 3339", f.since)
			}
		}
	}
	statuses := []string{"", "succeeded", "failed", "interrupted", "killed", "not-started", "running", "abandoned", "unknown"}
	if !slices.Contains(statuses, f.status) {
		return nil, usage("--status %q is not one of %s", f.status, strings.Join(statuses[1:], ", "))
	}
	return func(r report.Run) bool {
		if r.Record == nil && r.Intent == nil {
			return true
		}
		return !started(r).Before(since) && f.fits(r)
	}, nil
}

func (f logFlags) fits(r report.Run) bool {
	status, command, commits := r.State, []string(nil), []record.Resource(nil)
	if r.Record != nil {
		status, command = r.Record.Metadata().Outcome.Status, r.Record.Parameters().Command
		commits = r.Record.Dependencies(record.RoleCommit)
	} else {
		command = r.Intent.Command
	}
	return (f.status == "" || string(status) == f.status) &&
		(f.match == "" || strings.Contains(strings.Join(command, " "), f.match)) &&
		(f.commit == "" || slices.ContainsFunc(commits, func(c record.Resource) bool {
			return c.Digest != nil && strings.HasPrefix(string(c.Digest.GitCommit), f.commit)
		}))
}
