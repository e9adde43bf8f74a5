package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/lineage-audit/lineage/report"
)

// logFlags are those of `lineage log`.
type logFlags struct {
	max    int
	status string
	commit string
	since  string
	before string
	pkg    string
	match  string
	json   bool
}

const logHelp = `List the runs of the store, newest first: settled ones by their record, and those
that still run, or whose wrapper was killed, by their intent.`

const logExamples = `  lineage log
  lineage log -n 5 --status succeeded
  lineage log --commit 3f2a --since 2026-01-31
  lineage log --package numpy@2.3.0
  lineage log --json | jq '.runs[].id'`

func (c *cli) logCommand() *cobra.Command {
	var f logFlags
	cmd := &cobra.Command{
		Use: "log", Short: "List the runs, newest first", Long: logHelp, Example: logExamples, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.log(cmd.Context(), f) },
	}
	cmd.Flags().IntVarP(&f.max, "max", "n", 0, "at most this `number` of runs")
	cmd.Flags().StringVar(&f.status, "status", "", "only runs that ended as `word`: succeeded, failed, interrupted, killed, not-started, running, abandoned, unknown")
	cmd.Flags().StringVar(&f.commit, "commit", "", "only runs of the `commit`, or of a submodule's, which may be shortened")
	cmd.Flags().StringVar(&f.since, "since", "", "only runs that started on or after the `date`: 2026-01-31, or RFC 3339")
	cmd.Flags().StringVar(&f.before, "before", "", "only runs that started before the `date`")
	cmd.Flags().StringVar(&f.pkg, "package", "", "only runs in whose environment the package was: `NAME[@VERSION]`")
	cmd.Flags().StringVar(&f.match, "match", "", "only runs whose command has the `text` in it")
	cmd.Flags().BoolVar(&f.json, "json", false, "as JSON")
	return cmd
}

func (c *cli) log(ctx context.Context, f logFlags) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	wanted, err := f.listing()
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
	runs, broken, err := c.runs(ctx, s, wanted)
	if err != nil {
		return err
	}
	runs = append(runs, broken...)
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
		if f.filters() {
			c.say(c.stderr, "no run in %s is what was asked for; without filters `lineage log` lists all", clean(near(dir)))
		} else {
			c.say(c.stderr, "no run to list in %s", clean(near(dir)))
		}
		return nil
	}
	if f.json {
		return report.LogJSON(c.stdout, runs)
	}
	return report.Log(c.stdout, runs, c.look(c.stdout))
}

// filters tells whether some runs are left out.
func (f logFlags) filters() bool {
	return f.status != "" || f.commit != "" || f.since != "" || f.before != "" || f.pkg != "" || f.match != ""
}
