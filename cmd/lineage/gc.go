package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lineage-audit/lineage/record"
	"github.com/lineage-audit/lineage/report"
	"github.com/lineage-audit/lineage/store"
)

// gcFlags are those of `lineage gc`.
type gcFlags struct {
	keep          []string
	force         bool
	grace         string
	longest       string
	noUpstream    bool
	despiteDamage bool
	json          bool
}

const gcHelp = `Say which runs and blobs of the store would be removed, and with --force remove them.

--keep says what stays; several are joined by or, and parts of one that are separated
by commas by and. Without --keep every run stays, and only what belongs to no run can
go.

  last=20            the newest 20 runs that have a record
  30d, 12h, 2w       runs that started within that time
  since=2026-01-31   runs that started then or later (also RFC 3339)
  attached           runs whose record hangs on something in your tracker
  succeeded          runs that ended with 0
  3f2a91, @1         this run
  all                every run

What a kept run names stays with it: its record, intent, blobs, signatures,
attachments and statements; the runs of its family (its parent, its children, the
ranks of its group); and the runs that made what it read, as far back as they are
recorded, unless --no-upstream. Where bytes were fetched from is never forgotten.

Nothing goes that was put within --grace, nor what was put since a run began that
still goes on. What cannot be read stays, and then all blobs and intents do: nobody
knows what it names. docs/store.md says more.`

const gcExamples = `  lineage gc --keep 30d --keep attached
  lineage gc --keep last=20,succeeded --keep attached --force
  lineage gc --force                        # only what belongs to no run
  lineage gc --keep 90d --json | jq '.removed[].record'`

func (c *cli) gcCommand() *cobra.Command {
	var f gcFlags
	cmd := &cobra.Command{
		Use: "gc", Short: "Remove runs that are not kept, and what belongs to none", Long: gcHelp, Example: gcExamples, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.gc(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&f.keep, "keep", nil, "a `rule` for runs that stay; repeatable")
	flags.BoolVar(&f.force, "force", false, "remove; otherwise only say what would be removed")
	flags.StringVar(&f.grace, "grace", "24h", "what was put within this `time` stays")
	flags.StringVar(&f.longest, "longest-run", "30d", "`time` that a run of another host may take, of which nobody here can tell whether it goes on")
	flags.BoolVar(&f.noUpstream, "no-upstream", false, "let runs go that made what a kept run read")
	flags.BoolVar(&f.despiteDamage, "despite-damage", false, "remove blobs although something cannot be read that may name them")
	flags.BoolVar(&f.json, "json", false, "as JSON ("+report.SweepSchema+")")
	return cmd
}

func (c *cli) gc(ctx context.Context, f gcFlags) error {
	ctx, stop := interruptible(ctx)
	defer stop()
	s, err := c.openHere(ctx)
	if err != nil {
		return err
	}
	if _, err := os.Stat(s.Folder()); errors.Is(err, fs.ErrNotExist) {
		c.say(c.stderr, "there is no store at %s", clean(near(s.Folder())))
		return c.tellSweep(report.Sweep{Before: record.At(time.Now()), Done: f.force}, f)
	}
	o, err := c.sweepOptions(ctx, s, f)
	if err != nil {
		return err
	}
	bar := c.countBar()
	o.Progress = func(done, total int) { bar.set("records", int64(done), int64(total)) }
	plan, err := s.PlanSweep(ctx, o)
	bar.done()
	if err != nil {
		return err
	}
	told := sweepOf(plan)
	if !f.force {
		if told.Total.Objects > 0 {
			told.Command = append(append([]string{"lineage"}, os.Args[1:]...), "--force")
		}
		return c.tellSweep(told, f)
	}
	bar = c.countBar()
	bar.doing = "removing"
	swept, err := s.Sweep(ctx, plan, func(done, total int) { bar.set("objects", int64(done), int64(total)) })
	bar.done()
	told.Done, told.Spared = true, swept.Spared
	told.Total = tally(swept.Removed)
	if err != nil {
		return hinted(fmt.Errorf("%d objects were removed: %w", len(swept.Removed), err), "the store is sound; the same command goes on")
	}
	return c.tellSweep(told, f)
}

func (c *cli) tellSweep(s report.Sweep, f gcFlags) error {
	if f.json {
		return report.SweepJSON(c.stdout, s)
	}
	return report.SweepText(c.stdout, s, c.look(c.stdout))
}

func (c *cli) sweepOptions(ctx context.Context, s *store.Store, f gcFlags) (o store.SweepOptions, err error) {
	o = store.SweepOptions{NoUpstream: f.noUpstream, DespiteDamage: f.despiteDamage, Alive: alive}
	if o.Grace, err = parseSpan(f.grace); err != nil || o.Grace <= 0 {
		return o, usage("--grace %q is no time above 0, such as 12h or 2d", f.grace)
	}
	if o.Longest, err = parseSpan(f.longest); err != nil || o.Longest <= 0 {
		return o, usage("--longest-run %q is no time above 0, such as 12h or 30d", f.longest)
	}
	for _, text := range f.keep {
		k := store.Keep{Name: text}
		for part := range strings.SplitSeq(text, ",") {
			if err := c.keepRule(ctx, s, &k, part); err != nil {
				return o, err
			}
		}
		o.Keep = append(o.Keep, k)
	}
	return o, nil
}

// keepRule reads one part of a rule.
func (c *cli) keepRule(ctx context.Context, s *store.Store, k *store.Keep, part string) error {
	name, value, _ := strings.Cut(part, "=")
	switch name {
	case "all":
		return nil
	case "attached":
		k.Attached = true
		return nil
	case "succeeded":
		k.Succeeded = true
		return nil
	case "last":
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || k.Last != 0 {
			return usage("--keep %q: want one number above 0", part)
		}
		k.Last = n
		return nil
	case "since":
		t, err := parseSince(value)
		if err != nil {
			return usage("--keep %q is neither a date (2026-01-31) nor a time in RFC 3339", part)
		}
		k.Since = latest(k.Since, t)
		return nil
	}
	return c.keepTimeOrRun(ctx, s, k, part)
}

// keepTimeOrRun reads a part that has no name: a time, or a run.
func (c *cli) keepTimeOrRun(ctx context.Context, s *store.Store, k *store.Keep, part string) error {
	if span, err := parseSpan(part); err == nil {
		if _, err := c.find(ctx, s, part); err == nil {
			return usage("--keep %q is a time, and the start of a run's id: type more digits, or the time in hours", part)
		}
		k.Since = latest(k.Since, time.Now().Add(-span))
		return nil
	}
	run, err := c.find(ctx, s, part)
	if errors.Is(err, store.ErrName) {
		return &statusError{status: exitUsage, err: fmt.Errorf("--keep %q is no rule, and names no run", part), hint: "`lineage gc --help` lists the rules"}
	} else if err != nil {
		return fmt.Errorf("--keep %q: %w", part, err)
	}
	if run.Record != nil {
		k.Records = append(k.Records, run.Record.ID())
	} else {
		k.Runs = append(k.Runs, run.Intent.InvocationID)
	}
	return nil
}

func latest(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// parseSince reads a day, of the local time zone, or a moment.
func parseSince(text string) (time.Time, error) {
	if t, err := time.ParseInLocation(time.DateOnly, text, time.Local); err == nil {
		return t, nil
	}
	return time.Parse(time.RFC3339, text)
}

// parseSpan reads 30d, 2w, or what Go takes for a duration.
func parseSpan(text string) (time.Duration, error) {
	for unit, hours := range map[string]int{"d": 24, "w": 7 * 24} {
		if n, err := strconv.Atoi(strings.TrimSuffix(text, unit)); err == nil && strings.HasSuffix(text, unit) && n >= 0 && n < 100_000 {
			return time.Duration(n*hours) * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(text)
	if err == nil && d < 0 {
		err = fmt.Errorf("%q is before now", text)
	}
	return d, err
}

func sweepOf(p *store.SweepPlan) report.Sweep {
	s := report.Sweep{Before: record.At(p.Before), Orphans: tally(p.Orphans), Total: tally(p.Orphans), Blocked: p.Blocked}
	for _, r := range p.Removed {
		run, t := sweptRun(r), tally(r.Objects)
		run.Objects = &t
		s.Removed = append(s.Removed, run)
		s.Total.Objects += t.Objects
		s.Total.Bytes += t.Bytes
	}
	for _, r := range p.Kept {
		s.Kept = append(s.Kept, sweptRun(r))
	}
	for _, u := range p.Running {
		s.Running = append(s.Running, report.SweptRun{Invocation: u.InvocationID, StartedOn: u.StartedOn, Status: record.Status(u.State), Command: u.Command})
	}
	for _, err := range p.Damaged {
		s.Damaged = append(s.Damaged, err.Error())
	}
	return s
}

func sweptRun(r store.SweptRun) report.SweptRun {
	run := report.SweptRun{Invocation: r.Invocation, StartedOn: r.Started, Status: r.Status, Command: r.Command, Why: r.Why}
	if !r.ID.IsZero() {
		run.Record = &r.ID
	}
	return run
}

func tally(all []store.Object) (t report.Tally) {
	for _, o := range all {
		t.Objects++
		t.Bytes += o.Bytes
	}
	return t
}
